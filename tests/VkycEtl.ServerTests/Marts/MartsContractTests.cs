using VkycEtl.Pipeline.Load;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Marts;

public sealed class DuckDbMartsTests : MartsContract
{
    internal override Task<WarehouseOptions> NewOptionsAsync() => Task.FromResult(new WarehouseOptions
    {
        Engine = "duckdb",
        ConnectionString = Path.Combine(Directory.CreateTempSubdirectory("vkyc-marts-").FullName, "warehouse.duckdb"),
    });
}

public sealed class PostgresMartsTests(PostgresServer postgres) : MartsContract
{
    internal override async Task<WarehouseOptions> NewOptionsAsync() => new()
    {
        Engine = "postgres",
        ConnectionString = await postgres.CreateDatabaseAsync(Token),
    };
}
