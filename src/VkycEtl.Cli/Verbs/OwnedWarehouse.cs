using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary>A warehouse in a directory that this process has taken, with the socket by which other processes reach it.</summary>
internal sealed class OwnedWarehouse : IAsyncDisposable
{
    // Verbs that leave the owner's work alone.
    private static readonly string[] CarriedVerbs = ["query", "audit", "quarantine", "migrate"];

    private readonly IDisposable held;
    private readonly OwnerSocket socket;

    private OwnedWarehouse(IDisposable held, IWarehouse warehouse, OwnerSocket socket)
    {
        this.held = held;
        this.socket = socket;
        Warehouse = warehouse;
    }

    /// <summary>The warehouse.</summary>
    public IWarehouse Warehouse { get; }

    /// <summary>Takes the directory and opens its warehouse; null where another process has it.</summary>
    public static OwnedWarehouse? TryOpen(VerbContext context, VkycSettings settings, DataDirectory directory, string verb)
    {
        if (!directory.TryTake(verb, out var held))
            return null;
        try
        {
            var warehouse = Warehouses.Open(settings, directory, context.Time);
            var listening = new OwnerSocket(
                directory,
                (carried, console, cancellationToken) => RunCarriedAsync(new VerbContext(console, context.Time, warehouse), carried, cancellationToken));
            return new OwnedWarehouse(held, warehouse, listening);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Lets callers finish, closes the warehouse, and frees the directory, in this order.</summary>
    public async ValueTask DisposeAsync()
    {
        await socket.DisposeAsync();
        await Warehouse.DisposeAsync();
        held.Dispose();
    }

    private static async Task<int> RunCarriedAsync(VerbContext context, CarriedVerb carried, CancellationToken cancellationToken)
    {
        if (carried.Arguments is [var verb, ..] && CarriedVerbs.Contains(verb, StringComparer.Ordinal))
            return await VkycCommand.RunAsync(context, carried.Arguments, cancellationToken);
        await context.Console.Error.WriteLineAsync($"vkyc: only {string.Join(", ", CarriedVerbs)} run in the process that owns the warehouse.");
        return ExitCode.Usage;
    }
}
