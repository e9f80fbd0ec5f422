using System.Text.Json;
using Confluent.Kafka.Admin;
using Npgsql;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Cli;

/// <summary><c>vkyc doctor</c> on a real Kafka and a real PostgreSQL: each broken thing turns its line, and no other.</summary>
public sealed class DoctorTests(SharedKafka kafka, PostgresServer postgres)
{
    [Fact]
    public async Task What_runs_well_has_no_fault_and_a_worker_is_seen()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 2);
        await scenario.SendAsync(20);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output);
        var lines = await ExamineAsync(scenario);
        Assert.Contains("1 worker reads", lines["broker: group"].Seen, StringComparison.Ordinal);
        Assert.Equal("everything in the log is loaded", lines["ledger: lag"].Seen);
        Assert.Equal("0, 1", lines["ledger: partitions up to date"].Seen);
        foreach (var check in new[] { "settings: values", "broker: reach", "broker: clock", "rights: Read on topic", "rights: Write on topic", "warehouse: migrations", "warehouse: rights", "warehouse: clock", "ledger: lost", "ledger: quarantine" })
            Assert.True(lines[check].Health == "ok", $"{check}: {lines[check]}");
        Assert.DoesNotContain(lines, line => line.Value.Health == "fault" && !line.Key.StartsWith("topic:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_that_can_lose_events_is_told_setting_by_setting()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        var topic = $"raw-{Guid.NewGuid():n}";
        await scenario.Kafka.Admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = topic,
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = new(StringComparer.Ordinal)
            {
                ["cleanup.policy"] = "compact",
                ["unclean.leader.election.enable"] = "true",
                ["min.insync.replicas"] = "1",
                ["max.message.bytes"] = "100000",
            },
        }]);
        scenario.Settings["Kafka:RawTopic"] = topic;
        await AppearAsync(scenario, topic);
        var lines = await ExamineAsync(scenario);
        foreach (var check in new[] { "replicas", "cleanup.policy", "unclean election", "min.insync.replicas", "max.message.bytes" })
            Assert.True(lines[$"topic: {check}"].Health == "fault", $"{check}: {lines[$"topic: {check}"]}");

        scenario.Settings["Kafka:RawTopic"] = "not-there";
        scenario.Settings["Kafka:CreateTopic"] = "false";
        var missing = (await ExamineAsync(scenario))["topic: exists"];
        Assert.Equal("fault", missing.Health);
        Assert.Contains("kafka-topics.sh --create --topic not-there", missing.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_compared_with_the_log()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(10);
        Assert.Equal("ok", (await ExamineAsync(scenario))["ledger: lag"].Health);

        // On a quiet topic an event that has just come is no fault, however long ago the last load was.
        await scenario.SendAsync(5);
        await scenario.ExecuteAsync("UPDATE vkyc_etl.partition_progress SET updated_at = now() - interval '1 hour'");
        Assert.Equal("ok", (await ExamineAsync(scenario))["ledger: lag"].Health);

        // Events that were there already when it stood still are one.
        await scenario.ExecuteAsync("UPDATE vkyc_etl.partition_progress SET next_offset = 3");
        var ahead = await ExamineAsync(scenario, TimeSpan.FromMinutes(10));
        Assert.Contains("12 events are not loaded yet", Faulty(ahead, "ledger: lag").Seen, StringComparison.Ordinal);
        await scenario.ExecuteAsync("UPDATE vkyc_etl.partition_progress SET next_offset = 10");

        await scenario.Kafka.DeleteRecordsAsync(scenario.Topic, partition: 0, beforeOffset: 12);
        Assert.Contains("partition 0 10–11", Faulty(await ExamineAsync(scenario), "ledger: retention").Seen, StringComparison.Ordinal);

        await scenario.ExecuteAsync("UPDATE vkyc_etl.partition_progress SET next_offset = 100");
        Assert.Contains("log_diverged", Faulty(await ExamineAsync(scenario), "ledger: progress").Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_rights_and_a_session_that_sits_on_a_lock_are_named()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(10);
        var role = $"loader_{Guid.NewGuid():n}";
        await scenario.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA vkyc, vkyc_etl TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA vkyc, vkyc_etl TO {role}");
        try
        {
            scenario.Settings["Warehouse:ConnectionString"] = $"{scenario.Database};Options=-c role={role}";
            var rights = Faulty(await ExamineAsync(scenario), "warehouse: rights");
            Assert.Contains("write vkyc.events", rights.Seen, StringComparison.Ordinal);
            Assert.Contains("write vkyc_etl.load_ranges", rights.Seen, StringComparison.Ordinal);
        }
        finally
        {
            await scenario.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }

        scenario.Settings["Warehouse:ConnectionString"] = $"{scenario.Database};Password=wrong;Username=nobody_{Guid.NewGuid():n}";
        Assert.Equal("fault", (await ExamineAsync(scenario))["warehouse: reach"].Health);
        scenario.Settings["Warehouse:ConnectionString"] = new NpgsqlConnectionStringBuilder(scenario.Database) { Port = 1 }.ConnectionString;
        Assert.Contains("could not be reached", Faulty(await ExamineAsync(scenario), "warehouse: reach").Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-3600, "fault")]
    [InlineData(10, "warning")]
    [InlineData(0, "ok")]
    public async Task A_clock_that_differs_from_the_database_is_told(int seconds, string health)
    {
        var settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                settings,
                JsonSerializer.Serialize(new { Warehouse = new { Engine = "postgres", ConnectionString = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken) } }),
                TestContext.Current.CancellationToken);
            using var output = new MemoryStream();
            using var console = new VerbConsole(Stream.Null, output, Stream.Null, Width: null, HasInput: false);
            await VkycCommand.RunAsync(
                new VerbContext(console, new OtherClock(TimeSpan.FromSeconds(seconds))), ["doctor", "--settings", settings, "--format", "json"], TestContext.Current.CancellationToken);
            var lines = JsonSerializer.Deserialize<List<Line>>(output.ToArray(), JsonSerializerOptions.Web)!;
            Assert.Equal(health, lines.Single(line => line is { Subject: "warehouse", Check: "clock" }).Health);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    private static Line Faulty(Dictionary<string, Line> lines, string check)
    {
        Assert.True(lines[check].Health == "fault", $"{check}: {lines[check]}");
        Assert.NotEmpty(lines[check].Cure!);
        return lines[check];
    }

    private static async Task AppearAsync(Scenario scenario, string topic) => await Eventually.TrueAsync(
        () => Task.FromResult(scenario.Kafka.Admin.GetMetadata(topic, TimeSpan.FromSeconds(5)).Topics[0].Partitions.Count == 1), "the topic is there");

    /// <summary>The same on a machine whose clock is ahead, for what has to have waited.</summary>
    private static async Task<Dictionary<string, Line>> ExamineAsync(Scenario scenario, TimeSpan ahead)
    {
        var settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(scenario.Settings), TestContext.Current.CancellationToken);
            using var output = new MemoryStream();
            using var console = new VerbConsole(Stream.Null, output, Stream.Null, Width: null, HasInput: false);
            await VkycCommand.RunAsync(
                new VerbContext(console, new OtherClock(ahead)), ["doctor", "--settings", settings, "--format", "json"], TestContext.Current.CancellationToken);
            return JsonSerializer.Deserialize<List<Line>>(output.ToArray(), JsonSerializerOptions.Web)!.ToDictionary(line => $"{line.Subject}: {line.Check}", StringComparer.Ordinal);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    private static async Task<Dictionary<string, Line>> ExamineAsync(Scenario scenario)
    {
        var (code, output) = await scenario.RunVerbAsync("doctor", "--format", "json");
        var start = output.IndexOf('[', StringComparison.Ordinal);
        var end = output.LastIndexOf(']');
        Assert.True(code is 0 or 1 && start >= 0, $"{code}: {output}");
        var lines = JsonSerializer.Deserialize<List<Line>>(output[start..(end + 1)], JsonSerializerOptions.Web)!;
        Assert.Equal(lines.Exists(line => line.Health == "fault") ? 1 : 0, code);
        return lines.ToDictionary(line => $"{line.Subject}: {line.Check}", StringComparer.Ordinal);
    }

    /// <summary>A machine whose clock is wrong.</summary>
    private sealed class OtherClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }

    private sealed record Line(string Health, string Subject, string Check, string Seen, string? Cure);
}
