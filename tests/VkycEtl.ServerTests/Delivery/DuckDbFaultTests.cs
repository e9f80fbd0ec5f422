using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Pipeline.Load;
using VkycEtl.ServerTests.Marts;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>A worker that owns a DuckDB file and is killed. Nobody else can look into the file while it runs; so it is read when all are gone.</summary>
public sealed class DuckDbFaultTests(SharedKafka kafka)
{
    [Fact]
    public async Task Killed_at_any_moment_again_and_again_it_ends_with_every_event_once()
    {
        const int Sent = 10_000;
        var folder = Directory.CreateTempSubdirectory("vkyc-worker-").FullName;
        var file = Path.Combine(folder, "warehouse.duckdb");
        try
        {
            var scenario = await Scenario.CreateAsync(await kafka.GetAsync(TestContext.Current.CancellationToken), database: "");
            await scenario.SendAsync(Sent);
            var url = $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}";
            (string, string)[] settings =
            [
                ("Warehouse:Engine", "duckdb"), ("Warehouse:ConnectionString", file), ("Worker:BatchRows", "37"), ("Worker:Url", url),
            ];
            for (var i = 0; i < 3; i++)
            {
                await using var worker = scenario.StartWorker(settings);
                await Eventually.TrueAsync(
                    async () => await worker.ReadMetricAsync(url, "vkyc_offsets_loaded") > 0, "some rows", TimeSpan.FromSeconds(60), () => worker.Output);
                await worker.KillAsync();
            }

            await using var last = scenario.StartWorker(settings);
            await Eventually.TrueAsync(async () => await last.ReadLagAsync(url, scenario.Partitions) == 0, "everything is read", TimeSpan.FromSeconds(120), () => last.Output);
            Assert.Equal(0, await last.TerminateAsync());

            await using var connection = new DuckDBConnection($"Data Source={file};ACCESS_MODE=READ_ONLY");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            scenario.AssertEvents((await connection.QueryAsync<(string, string)>("SELECT event_id, transaction_id FROM vkyc.events")).ToList());
            Assert.Equal(Sent, await connection.ExecuteScalarAsync<long>("SELECT sum(next_offset)::bigint FROM vkyc_etl.partition_progress"));
            Assert.Equal(Sent, await connection.ExecuteScalarAsync<long>("SELECT sum(loaded)::bigint FROM vkyc_etl.load_ranges"));
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>("""
                SELECT count(*) FROM (
                    SELECT first_offset, lag(last_offset, 1, -1) OVER (PARTITION BY topic_id, partition, pass ORDER BY first_offset) AS before
                    FROM vkyc_etl.load_ranges)
                WHERE first_offset <> before + 1
                """));
            // Killed in the middle, not at its end: several workers have loaded.
            Assert.InRange(await connection.ExecuteScalarAsync<long>("SELECT count(DISTINCT worker) FROM vkyc_etl.loads"), 2, 4);
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL"));
            await connection.CloseAsync();
            await AssertDerivedAsync(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The derived tables are what the events say, though whoever kept them was killed.</summary>
    private static async Task AssertDerivedAsync(string file)
    {
        await using var warehouse = WarehouseEngines.Create(
            new WarehouseOptions { Engine = "duckdb", ConnectionString = file }, new ReportingOptions(), TrafficLoad.Schemas, TimeProvider.System);
        (await MartsRead.ReadAsync(warehouse, new ReportingOptions(), TestContext.Current.CancellationToken)).AssertPlain("killed again and again");
    }
}
