using VkycEtl.Pipeline.Load.DuckDb;
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
}
