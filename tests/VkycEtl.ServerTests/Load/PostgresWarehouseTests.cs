using Dapper;
using Npgsql;
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

    [Fact]
    public async Task A_script_that_is_held_off_is_tried_again()
    {
        var options = await NewDatabaseAsync();
        await using var warehouse = WarehouseEngines.Create(options, new ReportingOptions(), TestSchemas.Default, TimeProvider.System);
        await warehouse.MigrateAsync(Token);
        await using var holder = new NpgsqlConnection(options.ConnectionString);
        await holder.OpenAsync(Token);
        await holder.ExecuteAsync("DROP VIEW vkyc.reporting; DELETE FROM vkyc_etl.migrations WHERE name = '0007_reporting.sql'");

        // As a VACUUM holds it.
        await using var held = await holder.BeginTransactionAsync(Token);
        await holder.ExecuteAsync("LOCK TABLE vkyc.transactions IN SHARE UPDATE EXCLUSIVE MODE");
        var migrating = warehouse.MigrateAsync(Token);
        await using var watcher = new NpgsqlConnection(options.ConnectionString);
        for (var timesOut = 0; timesOut < 2; timesOut++)
        {
            await Eventually.TrueAsync(() => IsWaitingAsync(watcher), "the script waits for its lock");
            await Eventually.TrueAsync(async () => !await IsWaitingAsync(watcher), "it has waited for long enough");
            Assert.False(migrating.IsCompleted);
        }

        await held.RollbackAsync(Token);
        Assert.Equal(["applied 0007_reporting.sql"], await migrating);
        Assert.Equal("Asia/Kolkata", await watcher.ExecuteScalarAsync<string>("SELECT zone FROM vkyc.reporting"));
    }

    private static Task<bool> IsWaitingAsync(NpgsqlConnection watcher) => watcher.ExecuteScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'vkyc migrate' AND wait_event_type = 'Lock')");
}
