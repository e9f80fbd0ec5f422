using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary>A warehouse in a directory that this process has taken, with the socket by which other processes reach it.</summary>
internal sealed class OwnedWarehouse : IAsyncDisposable
{
    // Verbs that leave the owner's work alone.
    private static readonly string[] CarriedVerbs = ["query", "audit", "progress", "quarantine", "trace", "migrate", "doctor", "schema", "marts"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IDisposable held;
    private readonly OwnerSocket socket;

    private OwnedWarehouse(TimeProvider time, VkycSettings settings, DataDirectory directory, IDisposable held, OpenWarehouse opened)
    {
        this.held = held;
        Opened = opened;
        socket = new OwnerSocket(
            directory,
            (carried, console, cancellationToken) => RunCarriedAsync(
                new VerbContext(console, time, opened.Warehouse, Lag, opened.Directories) { Owner = new WarehouseOwner(settings, directory, HasBrokerInside) }, carried, cancellationToken));
    }

    /// <summary>The warehouse.</summary>
    public OpenWarehouse Opened { get; }

    /// <summary>The raw topic as this process sees it, for carried verbs; null where it knows no broker.</summary>
    public TopicLag? Lag { get; set; }

    /// <summary>Whether this process's broker is the embedded one.</summary>
    public bool HasBrokerInside { get; set; }

    /// <summary>Takes the directory and opens its warehouse; null where another process has it.</summary>
    public static OwnedWarehouse? TryOpen(
        VerbContext context, VkycSettings settings, DataDirectory directory, string verb, SchemaDirectories? schemas = null)
    {
        if (!directory.TryTake(verb, out var held))
            return null;
        try
        {
            return new OwnedWarehouse(context.Time, settings, directory, held, Warehouses.Open(settings, context.Time, schemas));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the directory for a long time. A verb of a moment that has it is waited for; another that stays is a fault which names it.
    /// </summary>
    public static async Task<OwnedWarehouse> OpenAsync(
        VerbContext context, VkycSettings settings, DataDirectory directory, string verb, CancellationToken cancellationToken)
    {
        var begun = context.Time.GetTimestamp();
        while (true)
        {
            if (TryOpen(context, settings, directory, verb) is { } owned)
                return owned;
            if (directory.ReadOwner() is { Verb: "up" or "worker" } || context.Time.GetElapsedTime(begun) > Patience)
                throw directory.InUse();
            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }

    /// <summary>Lets callers finish, closes the warehouse, and frees the directory, in this order.</summary>
    public async ValueTask DisposeAsync()
    {
        await socket.DisposeAsync();
        await Opened.DisposeAsync();
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
