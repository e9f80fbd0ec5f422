using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Load;

public sealed class DuckDbWarehouseTests : WarehouseContract
{
    internal override Task<WarehouseOptions> NewDatabaseAsync() => Task.FromResult(new WarehouseOptions
    {
        Engine = "duckdb",
        ConnectionString = Path.Combine(Directory.CreateTempSubdirectory("vkyc-duckdb-").FullName, "warehouse.duckdb"),
    });

    internal override void CleanUp(WarehouseOptions used) => Directory.Delete(Path.GetDirectoryName(used.ConnectionString)!, recursive: true);
}
