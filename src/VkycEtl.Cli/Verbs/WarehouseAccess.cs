using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary>What a verb needs the warehouse for.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Data">DIR.</param>
/// <param name="SettingsFile">Another settings file, or null.</param>
internal sealed record WarehouseCall(string Verb, string Data, string? SettingsFile)
{
    /// <summary>What is sent to the process that owns the warehouse, if one does.</summary>
    public required IReadOnlyList<string> CarriedArguments { get; init; }

    /// <summary>The standard input that goes with it, or null.</summary>
    public byte[]? CarriedInput { get; init; }

    /// <summary>The schemas that it is opened with, in place of those that the settings name.</summary>
    public SchemaDirectories? Schemas { get; init; }

    /// <summary>Whether a directory that is not there is made; else that is a fault.</summary>
    public bool MakesDirectory { get; init; }
}

/// <summary>
/// Brings a verb to the warehouse. PostgreSQL: opened here. DuckDB: [nobody owns DIR] ==> taken and opened here, and others are served meanwhile;
/// [another process owns it] ==> the verb runs over there; [owner starting or stopping] ==> both are tried again for a while.
/// </summary>
internal static class WarehouseAccess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs the verb's work where the warehouse is.</summary>
    public static async Task<int> RunAsync(
        VerbContext context, WarehouseCall call, Func<IWarehouse, Task<int>> work, CancellationToken cancellationToken)
    {
        if (context.Warehouse is not null)
            return await work(context.Warehouse);

        var directory = new DataDirectory(call.Data);
        var settings = VkycSettings.Load(call.SettingsFile, directory);
        if (!context.Console.WantsUtc)
            context.Console.Zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Reporting.TimeZone);
        if (!settings.IsDuckDb)
        {
            await using var warehouse = Warehouses.Open(settings, context.Time, call.Schemas);
            return await work(warehouse.Warehouse);
        }

        if (!call.MakesDirectory && !directory.Exists)
            throw new VerbFault(ExitCode.Usage, $"there is no warehouse in {directory.Path}: 'vkyc up' or 'vkyc migrate' makes one, --data names another.");
        var begun = context.Time.GetTimestamp();
        while (true)
        {
            if (OwnedWarehouse.TryOpen(context, settings, directory, call.Verb, call.Schemas) is { } owned)
            {
                await using (owned)
                    return await work(owned.Opened.Warehouse);
            }

            if (await directory.TryConnectAsync(cancellationToken) is { } owner
                && await CarriedCall.RunAsync(owner, Carried(context, call), context.Console, cancellationToken) is { } code)
                return code;
            if (context.Time.GetElapsedTime(begun) > Patience)
                throw directory.InUse();
            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }

    private static CarriedVerb Carried(VerbContext context, WarehouseCall call) =>
        new(call.CarriedArguments, call.CarriedInput, context.Console.Width) { Zone = context.Console.Zone.Id, HasColour = context.Console.HasColour };
}
