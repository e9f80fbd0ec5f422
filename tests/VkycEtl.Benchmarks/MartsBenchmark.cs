using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Dapper;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Benchmarks;

/// <summary>
/// How long views answer, and how long a refresh of the derived tables takes, over a year of made-up events: on DuckDB, and on the PostgreSQL that
/// <c>VKYC_TEST_POSTGRES</c> names (an empty database). Medians, ms.
/// </summary>
internal static class MartsBenchmark
{
    private const int Runs = 7;
    private const int RowsALoad = 50_000;
    private const int Batch = 100_000;

    private static readonly string[] Views =
    [
        "funnel_daily", "sla_daily", "stage_times_daily", "outcomes_daily", "agents_daily", "slots_daily", "reasons_daily", "data_quality_daily",
    ];

    /// <param name="events">How many events; five a transaction.</param>
    public static async Task<int> RunAsync(int events)
    {
        await MeasureAsync("duckdb", Path.Combine(Directory.CreateTempSubdirectory("vkyc-bench-").FullName, "warehouse.duckdb"), events);
        if (Environment.GetEnvironmentVariable("VKYC_TEST_POSTGRES") is { Length: > 0 } database)
            await MeasureAsync("postgres", database, events);
        return 0;
    }

    private static async Task MeasureAsync(string engine, string connectionString, int events)
    {
        var schemas = new SchemaDirectories([Path.Combine(AppContext.BaseDirectory, "avro")]).Load();
        await using var warehouse = WarehouseEngines.Create(
            new WarehouseOptions { Engine = engine, ConnectionString = connectionString }, new ReportingOptions(), schemas, TimeProvider.System);
        await warehouse.MigrateAsync(default);
        await using var connection = await warehouse.OpenWriterAsync(default);
        var begun = Stopwatch.StartNew();
        for (var first = 0; first < events / 5; first += Batch)
            await FillAsync(connection, engine, first, Math.Min(first + Batch, events / 5), events / 5);
        if (engine == "postgres")
            await connection.ExecuteAsync("VACUUM ANALYZE vkyc.events");
        Console.WriteLine($"{engine}: {await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc.events"):n0} events made in {begun.Elapsed.TotalSeconds:n0} s");

        begun.Restart();
        await warehouse.Marts.RebuildAsync(null, default);
        Console.WriteLine($"{engine}: rebuild {begun.Elapsed.TotalSeconds:n1} s, {await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc.transactions"):n0} transactions");
        if (engine == "postgres")
            await connection.ExecuteAsync("VACUUM ANALYZE");
        await RefreshAsync(warehouse, connection, engine, events / 5);
        foreach (var view in Views)
        {
            var day = view is "funnel_daily" or "sla_daily" ? "cohort_day" : "day";
            foreach (var days in (int[])[14, 30, 365])
            {
                var took = await MedianAsync(connection, $"SELECT count(*), max(last_changed_at) FROM vkyc.{view} WHERE {day} BETWEEN CURRENT_DATE - {days} AND CURRENT_DATE");
                Console.WriteLine($"{engine}: vkyc.{view}, {days} days: {took:n0} ms");
            }
        }

        foreach (var view in (string[])["freshness", "days", "observed_event_types"])
            Console.WriteLine($"{engine}: vkyc.{view}: {await MedianAsync(connection, $"SELECT * FROM vkyc.{view}"):n0} ms");
    }

    /// <summary>A second's events, one more STARTED of a thousand recent transactions, a load a time.</summary>
    private static async Task RefreshAsync(IWarehouse warehouse, DbConnection connection, string engine, int transactions)
    {
        var took = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var load = Guid.CreateVersion7();
            await connection.ExecuteAsync(Marked(engine, $"""
                INSERT INTO vkyc.events (transaction_key, event_key, event_id, event_type, event_version, app_id, transaction_id, event_time, issues, received_at, source_topic, source_partition,
                    source_offset, schema_version, content_digest, load_id, loaded_at, agent_id)
                SELECT transaction_key, CAST(md5('again{i}' || event_id) AS uuid), 'again{i}' || event_id, 'VCIP_CALL_STARTED', event_version, app_id, transaction_id, last_time + interval '1 minute', issues, now(),
                    source_topic, source_partition, source_offset, schema_version, content_digest, CAST(@load AS uuid), now(), 'AG1'
                FROM (SELECT e.*, e.event_time AS last_time FROM vkyc.events AS e WHERE e.event_type = 'VCIP_CUSTOMER_ASSIGNED' AND e.transaction_id >= @least) AS recent LIMIT 1000
                """), new { load = load.ToString(), least = Id(transactions - 4_000 + i * 400) });
            await connection.ExecuteAsync(Marked(engine, "INSERT INTO vkyc_etl.loads (load_id, worker, begun_at, committed_at, schema_set, rows) VALUES (CAST(@load AS uuid), 'bench', now(), now(), '', 1000)"), new { load = load.ToString() });
            var begun = Stopwatch.StartNew();
            await warehouse.Marts.RefreshAllAsync(default);
            took.Add(begun.Elapsed.TotalMilliseconds);
        }

        Console.WriteLine($"{engine}: refresh of a load of 1,000 events: {Median(took):n0} ms");
    }

    /// <summary>Transactions in order of time over a year, in the hours from 08:00 to 20:00 of the zone.</summary>
    private static Task<int> FillAsync(DbConnection connection, string engine, int from, int to, int all)
    {
        var chance = (int salt) => string.Create(CultureInfo.InvariantCulture, $"((g * 2654435761 + {salt} * 40503) % 1000003) / 1000003.0");
        var series = engine == "postgres" ? $"generate_series({from}, {to - 1}) AS s (g)" : $"range({from}, {to}) AS s (g)";
        return connection.ExecuteAsync(Marked(engine, $"""
            INSERT INTO vkyc_etl.loads (load_id, worker, begun_at, committed_at, schema_set, rows)
            SELECT CAST(lpad(CAST(n + 1 AS text), 32, '0') AS uuid), 'bench', now(), now(), '', {RowsALoad} FROM (SELECT DISTINCT CAST(floor(g * 5.0 / {RowsALoad}) AS bigint) AS n FROM (SELECT CAST(g AS bigint) AS g FROM {series}) AS one) AS loads;
            INSERT INTO vkyc.events (transaction_key, event_key, event_id, event_type, event_version, app_id, transaction_id, event_time, issues, received_at, source_topic, source_partition,
                source_offset, schema_version, content_digest, load_id, loaded_at, slot_start_time, slot_end_time, agent_id, status, reason)
            SELECT CAST(md5('t' || CAST(g AS text)) AS uuid), CAST(md5('e' || CAST(g AS text) || event_type) AS uuid), 'trn:vkyc:' || CAST(g AS text) || event_type, event_type, '1.0.0',
                'app-' || CAST(g % 3 AS text), 'bench-' || lpad(CAST(g AS text), 9, '0'), entered + after * interval '1 second', {(engine == "postgres" ? "ARRAY[]::text[]" : "[]")},
                entered + after * interval '1 second', 'bench', 0, g * 5 + place, 'v', CAST(md5('e' || CAST(g AS text) || event_type) AS uuid),
                CAST(lpad(CAST(CAST(floor(g * 5.0 / {RowsALoad}) AS bigint) + 1 AS text), 32, '0') AS uuid), now(),
                CASE WHEN place = 0 THEN entered + interval '1 hour' END, CASE WHEN place = 0 THEN entered + interval '75 minutes' END,
                CASE WHEN place >= 3 THEN 'AG' || CAST(g % 40 AS text) END,
                CASE WHEN event_type = 'VCIP_CALL_COMPLETED' THEN CASE WHEN outcome < 0.8 THEN 'APPROVED' ELSE 'DECLINED' END WHEN event_type = 'VCIP_CALL_ENDED' THEN 'INCOMPLETE' END,
                CASE WHEN place = 4 AND outcome >= 0.8 THEN 'Reason ' || CAST(g % 12 AS text) END
            FROM (
                SELECT g, place, after, outcome, CASE place WHEN 0 THEN 'VCIP_CUSTOMER_SCHEDULED' WHEN 1 THEN 'VCIP_CUSTOMER_ASSIGNED' WHEN 2 THEN 'VCIP_CUSTOMER_NOTIFIED' WHEN 3 THEN 'VCIP_CALL_STARTED'
                    ELSE CASE WHEN ended < 0.9 THEN 'VCIP_CALL_COMPLETED' ELSE 'VCIP_CALL_ENDED' END END AS event_type,
                    CAST(now() AS timestamptz) - interval '365 days' + CAST(floor(g * 365.0 / {all}) AS bigint) * interval '1 day' + ({chance(1)} * 43200) * interval '1 second' AS entered
                FROM (SELECT g, {chance(2)} AS outcome, {chance(3)} AS ended, {chance(4)} AS come FROM (SELECT CAST(g AS bigint) AS g FROM {series}) AS one) AS numbers
                CROSS JOIN (VALUES (0, 0, 0.7), (1, 3500, 1.0), (2, 3550, 0.8), (3, 3600, 0.95), (4, 3960, 0.9)) AS v (place, after, share)
                WHERE come < share OR {chance(5)} < share
            ) AS made;
            """), commandTimeout: 0);
    }

    private static string Id(int g) => $"bench-{g:D9}";

    private static string Marked(string engine, string sql) => engine == "duckdb" ? sql.Replace('@', '$') : sql;

    private static async Task<double> MedianAsync(DbConnection connection, string sql)
    {
        var took = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var begun = Stopwatch.StartNew();
            await connection.QueryAsync(sql, commandTimeout: 0);
            took.Add(begun.Elapsed.TotalMilliseconds);
        }

        return Median(took);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
