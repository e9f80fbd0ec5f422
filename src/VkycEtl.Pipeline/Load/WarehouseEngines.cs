using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Load.Postgres;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load;

/// <summary>The engines there are.</summary>
public static class WarehouseEngines
{
    /// <summary>The warehouse of the engine that is set; connects when first used.</summary>
    public static IWarehouse Create(WarehouseOptions options, ReportingOptions reporting, SchemaSet schemas, TimeProvider clock) =>
        options.Engine == "postgres"
            ? new PostgresWarehouse(options, reporting, schemas, clock)
            : new DuckDbWarehouse(options, reporting, schemas, clock);

    /// <summary>What brings a warehouse of an engine to its schemas; connects when first used.</summary>
    public static Migration CreateMigration(string engine, WarehouseOptions options, ReportingOptions reporting, TimeProvider clock)
    {
        var isSet = options.Engine == engine;
        return engine == "postgres"
            ? new Migration(
                new PostgresDdl(isSet ? PostgresConnections.ForMigration(options.ReadConnectionString()) : "", options.ReadOnlyRole),
                ScriptSet.Read(options.ScriptsDirectory, engine), reporting, clock)
            : new Migration(new DuckDbDdl(isSet ? DuckDbConnections.From(options.ReadConnectionString()) : ""), ScriptSet.Read(options.ScriptsDirectory, engine), reporting, clock);
    }
}
