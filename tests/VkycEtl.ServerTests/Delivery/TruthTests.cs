using System.Text.Json;
using Npgsql;
using VkycEtl.ServerTests.Receiver;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>
/// The whole path against the truth: simulated webhooks through a receiver, a real Kafka and a worker, in several orders, and the warehouse held against
/// what the simulator meant, to the last column.
/// </summary>
public sealed class TruthTests(SharedKafka shared, PostgresServer postgres) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("vkyc-truth-").FullName;

    public static TheoryData<string, int, string, string> Orders { get; } = new()
    {
        { "postgres", 1, "0", "0" },
        { "postgres", 2, "1", "0.5" },
        { "postgres", 3, "0.3", "0.1" },
        { "duckdb", 1, "0", "0" },
        { "duckdb", 2, "1", "0.5" },
        { "duckdb", 3, "0.3", "0.1" },
    };

    private string Truth => Path.Combine(folder, "truth.jsonl");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task The_warehouse_holds_what_was_meant_in_whatever_order_it_comes(string engine, int seed, string disorder, string late)
    {
        await RunAsync(engine, seed, disorder, late, [], async settings =>
        {
            var (code, said) = await VerbAsync(settings, "audit", "--data", folder, "--truth", Truth);
            Assert.True(code == 0, said);
            Assert.Contains("The warehouse holds what", said, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_route_that_has_an_application_makes_rows_of_bodies_that_name_none()
    {
        await RunAsync("postgres", 4, "0.1", "0", [("Receiver:Routes:default:AppId", "of-the-route")], async settings =>
        {
            var (code, said) = await VerbAsync(settings, "audit", "--truth", Truth);
            Assert.True(code == 0, said);
        });
        Assert.Contains("app_id_from_route", await File.ReadAllTextAsync(Truth, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_warehouse_holds_otherwise_is_told_row_by_row()
    {
        await RunAsync("postgres", 5, "0", "0", [], async settings =>
        {
            await using var database = NpgsqlDataSource.Create(settings["Warehouse:ConnectionString"]);
            await ExecuteAsync(database, "UPDATE vkyc.events SET reason = 'another' WHERE event_key = (SELECT min(event_key::text) FROM vkyc.events WHERE status IS NOT NULL)::uuid");
            await ExecuteAsync(database, "DELETE FROM vkyc.events WHERE event_key = (SELECT max(event_key::text) FROM vkyc.events)::uuid");
            await ExecuteAsync(database, "DELETE FROM vkyc_etl.quarantine WHERE reason_code = 'too_deep'");
            var (code, said) = await VerbAsync(settings, "audit", "--truth", Truth);
            Assert.Equal(1, code);
            foreach (var part in new[] { "row differs", "reason: expected", "found 'another'", "row missing", "not in quarantine", "too_deep" })
                Assert.Contains(part, said, StringComparison.Ordinal);
        });
    }

    private async Task RunAsync(
        string engine, int seed, string disorder, string late, (string Key, string Value)[] receiverSettings, Func<IReadOnlyDictionary<string, string>, Task> then)
    {
        var kafka = await shared.GetAsync(TestContext.Current.CancellationToken);
        await using var receiver = await ReceiverUnderTest.StartAsync(kafka, receiverSettings);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Kafka:BootstrapServers"] = kafka.BootstrapServers,
            ["Kafka:RawTopic"] = receiver.Topic,
            ["Kafka:ConsumerGroup"] = $"group-{receiver.Topic}",
            ["Warehouse:Engine"] = engine,
            ["Warehouse:MigrateAtStart"] = "true",
            ["Worker:BatchRows"] = "150",
            ["Worker:BatchWait"] = "00:00:00.100",
        };
        if (engine == "postgres")
            settings["Warehouse:ConnectionString"] = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var worker = VkycProcess.Start(settings, "worker", "--data", folder);

        string[] fallback = receiverSettings.Length == 0 ? [] : ["--fallback-app", receiverSettings[0].Value, "--nameless", "0.1"];
        var (code, said) = await VerbAsync(
            settings,
            [
                "simulate", "--to", new Uri(receiver.Address, "/webhooks/vkyc").AbsoluteUri, "--transactions", "250", "--seed", $"{seed}", "--until", "2026-03-04T10:15:30.123Z",
                "--duplicates", "0.15", "--disorder", disorder, "--late", late, "--unknown", "0.1", "--malformed", "0.06", "--odd", "0.4", "--conflicts", "0.1",
                "--truth", Truth, "--format", "jsonl", .. fallback,
            ]);
        Assert.True(code == 0, said);
        var sent = JsonDocument.Parse(said.Split('\n').First(line => line.StartsWith('{'))).RootElement.GetProperty("webhooks").GetInt64();

        // The ledger tells when everything has been read; on DuckDB the worker itself is asked.
        await Eventually.TrueAsync(
            async () =>
            {
                var (_, counted) = await VerbAsync(
                    settings, "query", "--data", folder, "--format", "csv", "SELECT coalesce(sum(loaded + duplicates + quarantined), 0) AS n FROM vkyc_etl.load_ranges");
                return counted.Split('\n').Contains($"{sent}", StringComparer.Ordinal);
            },
            "all that was sent is accounted for",
            TimeSpan.FromSeconds(120),
            () => worker.Output);
        await then(settings);
        Assert.Equal(0, await worker.TerminateAsync());
    }

    private static async Task<(int Code, string Output)> VerbAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var verb = VkycProcess.Start(settings, arguments);
        var code = await verb.WaitForExitAsync();
        return (code, verb.Output);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        Assert.True(await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken) > 0, sql);
    }
}
