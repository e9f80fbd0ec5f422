using System.Text;
using System.Text.Json;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Cli;

/// <summary><c>vkyc trace</c> on PostgreSQL beside a real Kafka, whose records were written by others: without keys and headers.</summary>
public sealed class TraceOnPostgresTests(SharedKafka shared, PostgresServer postgres)
{
    [Fact]
    public async Task Duplicates_and_what_waits_are_found_in_the_raw_topic_as_far_as_it_is_read()
    {
        var scenario = await Scenario.CreateAsync(shared, postgres);

        // Offsets 0 to 7 of partition 1. In partition 2: a copy where nobody looks for it, for nothing of the transaction was ever loaded from there.
        await SendAsync(
            scenario,
            1,
            Event("t-1", "VCIP_CUSTOMER_ASSIGNED", 0, "e-1"), Event("t-2", "VCIP_CALL_STARTED", 0, "e-9"), Event("t-1", "VCIP_CALL_STARTED", 1, "e-2"),
            Event("t-1", "VCIP_CUSTOMER_ASSIGNED", 0, "e-1"), Event("t-1", "VCIP_CALL_STARTED", 2, "e-2"), """{"appId":"bank","transactionId":"t-1","eventId":"e-3"}""",
            Event("t-2", "VCIP_CALL_STARTED", 0, "e-9"), Event("t-1", "VCIP_CUSTOMER_ASSIGNED", 0, "e-1"));
        await using (var worker = scenario.StartWorker())
        {
            await scenario.AwaitAsync(
                "(SELECT coalesce(sum(loaded + duplicates + quarantined), 0) FROM vkyc_etl.load_ranges) = 8 AND NOT EXISTS (SELECT FROM vkyc_etl.loads WHERE marts_applied_at IS NULL)",
                "all is loaded and derived",
                () => worker.Output);
            Assert.Equal(0, await worker.TerminateAsync());
        }

        await SendAsync(scenario, 1, Event("t-1", "VCIP_CALL_COMPLETED", 9, "e-4"));
        var trace = await TraceAsync(scenario);
        Assert.Equal(["e-1", "e-2"], Texts(trace.GetProperty("events"), "event_id"));
        Assert.Equal(["OPEN"], Texts(trace.GetProperty("attempts"), "outcome"));
        Assert.Equal("IN_CALL", trace.GetProperty("transaction").GetProperty("state").GetString());
        Assert.Equal(["4 conflicting_duplicate e-2", "5 missing_event_type e-3"], trace.GetProperty("quarantined").EnumerateArray().Select(one =>
            $"{one.GetProperty("source_offset")} {one.GetProperty("reason_code").GetString()} {one.GetProperty("event_id").GetString()}").ToList());
        Assert.Equal(["duplicate 3 e-1 of 0", "duplicate 7 e-1 of 0", "waiting 8 e-4 of "], Found(trace));
        Assert.Equal("[]", trace.GetProperty("raw_topic").GetProperty("unknown").GetRawText());

        // 3 duplicates in all: the third is another transaction's.
        Assert.Equal(3, trace.GetProperty("raw_topic").GetProperty("ledger_duplicates").GetInt32());

        var bounded = await TraceAsync(scenario, "--search", "4");
        Assert.Equal(["duplicate 3 e-1 of 0"], Found(bounded));
        Assert.Contains("5 offsets between 4 and 8 not read: --search 4.", bounded.GetProperty("raw_topic").GetProperty("unknown")[0].GetString(), StringComparison.Ordinal);

        // Retention has its way: the rows stay, and what they repeat is not known any more.
        await scenario.Kafka.DeleteRecordsAsync(scenario.Topic, 1, 5);
        var late = await TraceAsync(scenario);
        Assert.Equal(["e-1", "e-2"], Texts(late.GetProperty("events"), "event_id"));
        Assert.Equal(["duplicate 7 e-1 of 0", "waiting 8 e-4 of "], Found(late));
        Assert.Contains("the log begins at offset 5; duplicates before that are not known", late.GetProperty("raw_topic").GetProperty("unknown")[0].GetString(), StringComparison.Ordinal);

        await scenario.ExecuteAsync("UPDATE vkyc_etl.loads SET marts_applied_at = NULL");
        var (code, text) = await scenario.RunVerbAsync("trace", "t-1", "--utc");
        Assert.Equal(0, code);
        Assert.Contains("The derived tables are behind: 1 load with events of it is not applied yet.", text, StringComparison.Ordinal);
        Assert.Contains($"{scenario.Topic}/1@0", text, StringComparison.Ordinal);

        scenario.Settings.Remove("Kafka:BootstrapServers");
        var blind = await TraceAsync(scenario);
        Assert.Empty(Found(blind));
        Assert.Contains("the ledger counts 3 duplicate deliveries, of all transactions", blind.GetProperty("raw_topic").GetProperty("unknown")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_is_nowhere_but_in_quarantine_is_found_there()
    {
        var scenario = await Scenario.CreateAsync(shared, postgres);
        await SendAsync(scenario, 0, """{"appId":"bank","transactionId":"t-\u0031 \"x\"","eventId":"e-1"}""", """{"transactionId":"t-7","eventType":"VCIP_CALL_STARTED"}""");
        await using (var worker = scenario.StartWorker())
        {
            await scenario.AwaitAsync("(SELECT count(*) FROM vkyc_etl.quarantine) = 2", "both are in quarantine", () => worker.Output);
            Assert.Equal(0, await worker.TerminateAsync());
        }

        // Its application is not known; it is told of all the same.
        var nameless = await TraceAsync(scenario, "t-7", []);
        Assert.Equal(JsonValueKind.Null, nameless.GetProperty("app_id").ValueKind);
        Assert.Equal(["missing_app_id"], Texts(nameless.GetProperty("quarantined"), "reason_code"));
        var (code, text) = await scenario.RunVerbAsync("trace", "t-8");
        Assert.Equal(1, code);
        Assert.Contains("no event of transaction 't-8' is in the warehouse or in quarantine", text, StringComparison.Ordinal);
    }

    private static string Event(string transaction, string type, int minute, string id) =>
        $$"""{"appId":"bank","transactionId":"{{transaction}}","eventDetails":null,"eventVersion":"1.0.0","eventType":"{{type}}","eventTime":"2026-11-25T09:0{{minute}}:00Z","eventId":"{{id}}"}""";

    private static async Task SendAsync(Scenario scenario, int partition, params string[] bodies) =>
        await scenario.Kafka.ProduceAsync(scenario.Topic, partition, bodies.Select(Encoding.UTF8.GetBytes));

    private static Task<JsonElement> TraceAsync(Scenario scenario, params string[] options) => TraceAsync(scenario, "t-1", options);

    private static async Task<JsonElement> TraceAsync(Scenario scenario, string transaction, string[] options)
    {
        var (code, output) = await scenario.RunVerbAsync(["trace", transaction, "--format", "json", .. options]);
        Assert.True(code == 0, output);
        return JsonDocument.Parse(output.Split('\n').Single(line => line.StartsWith('{'))).RootElement;
    }

    private static List<string?> Texts(JsonElement list, string name) => [.. list.EnumerateArray().Select(one => one.GetProperty(name).GetString())];

    private static List<string> Found(JsonElement trace) => [.. trace.GetProperty("raw_topic").GetProperty("found").EnumerateArray().Select(one =>
        $"{one.GetProperty("state").GetString()} {one.GetProperty("source_offset")} {one.GetProperty("event_id").GetString()} of {one.GetProperty("repeats_offset")}")];
}
