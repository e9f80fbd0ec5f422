using Dapper;
using Npgsql;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Cli;

/// <summary><c>vkyc query</c> reads, whatever it is given: tried as the owner of the tables.</summary>
public sealed class QueryReadsOnlyTests(PostgresServer postgres)
{
    private static readonly string[] Attempts =
    [
        "DELETE FROM vkyc_etl.settings",
        "INSERT INTO vkyc_etl.settings SELECT name || 'x', value, set_at FROM vkyc_etl.settings RETURNING name",
        "WITH gone AS (DELETE FROM vkyc_etl.settings RETURNING name) SELECT * FROM gone",
        "SET TRANSACTION READ WRITE; DELETE FROM vkyc_etl.settings",
        "COMMIT; BEGIN READ WRITE; DELETE FROM vkyc_etl.settings; COMMIT",
        "SELECT 1; DELETE FROM vkyc_etl.settings",
        "SET TRANSACTION READ WRITE",
        "COMMIT",
        "DO $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; DELETE FROM vkyc_etl.settings; END $$",
        "COPY (SELECT 1) TO '/tmp/vkyc-query-must-not-write'",
        "CREATE TABLE vkyc.made (a int)",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "EXPLAIN ANALYZE DELETE FROM vkyc_etl.settings",
    ];

    [Fact]
    public async Task Nothing_is_written()
    {
        var database = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Warehouse:Engine"] = "postgres", ["Warehouse:ConnectionString"] = database };
        Assert.Equal(0, (await RunAsync(settings, "migrate")).ExitCode);
        var before = await SnapshotAsync(database);

        foreach (var attempt in Attempts)
        {
            var (code, output) = await RunAsync(settings, "query", attempt);
            Assert.True(code == 2, $"{attempt}: exit code {code}\n{output}");
            Assert.Equal(before, await SnapshotAsync(database));
        }

        var (read, rows) = await RunAsync(settings, "query", "SELECT count(*) AS n FROM vkyc_etl.settings WHERE name <> $name", "--param", "name=x", "--format", "csv");
        Assert.True(read == 0 && rows.Contains('5', StringComparison.Ordinal), rows);
        Assert.Equal(0, (await RunAsync(settings, "query", "EXPLAIN SELECT * FROM vkyc.events;")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(Dictionary<string, string> settings, params string[] arguments)
    {
        await using var verb = VkycProcess.Start(settings, arguments);
        var code = await verb.WaitForExitAsync();
        return (code, verb.Output);
    }

    private static async Task<(long Settings, long Relations)> SnapshotAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        return (
            await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc_etl.settings"),
            await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('vkyc', 'vkyc_etl')"));
    }
}
