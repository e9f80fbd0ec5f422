using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary>What a verb runs in.</summary>
/// <param name="Console">Where it reads and writes.</param>
/// <param name="Time">The clock.</param>
/// <param name="Warehouse">The warehouse of this process, where another process's verb is carried; else null.</param>
/// <param name="Lag">The raw topic as this process sees it, where a verb is carried; else null.</param>
/// <param name="Schemas">Where this process reads schemas, where a verb is carried; else null.</param>
internal sealed record VerbContext(
    VerbConsole Console, TimeProvider Time, IWarehouse? Warehouse = null, TopicLag? Lag = null, SchemaDirectories? Schemas = null)
{
    /// <summary>The process that a carried verb runs in, as it sees itself; null where the verb was typed here.</summary>
    public WarehouseOwner? Owner { get; init; }
}

/// <summary>The process that owns a DuckDB warehouse.</summary>
/// <param name="Settings">Its settings.</param>
/// <param name="Directory">Its DIR.</param>
/// <param name="HasBrokerInside">Whether its broker is the embedded one.</param>
internal sealed record WarehouseOwner(VkycSettings Settings, DataDirectory Directory, bool HasBrokerInside);
