using VkycEtl.Pipeline.Load;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Load;

public sealed class PostgresWarehouseTests(PostgresServer postgres) : WarehouseContract
{
    internal override async Task<WarehouseOptions> NewDatabaseAsync() => new()
    {
        Engine = "postgres",
        ConnectionString = await postgres.CreateDatabaseAsync(Token),
    };
}
