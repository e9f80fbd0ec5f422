using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Trace;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary><c>vkyc trace</c> beside <c>vkyc up</c>, which carries it, and after it.</summary>
public sealed partial class TraceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new();
    private Uri? webhooks;

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose()
    {
        http.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_transaction_is_followed_from_offsets_to_rows()
    {
        using var stop = new CancellationTokenSource();
        using var output = new TextSink();
        using var errors = new TextSink();
        using var console = new VerbConsole(Stream.Null, output, errors, Width: null, HasInput: false);
        var up = VkycCommand.RunAsync(new VerbContext(console, TimeProvider.System), ["up", "--port", "0", "--data", Data], stop.Token);
        await UntilAsync(() => Task.FromResult(Webhooks().IsMatch(output.Text)), () => output.Text + errors.Text);
        webhooks = new Uri(Webhooks().Match(output.Text).Value);

        // Out of order, an event twice, one without a time, two that are told in two ways, two that are no rows, and others that are none of its own.
        await SendAsync(Event("t-1", "VCIP_CALL_COMPLETED", "10:20:00", "e-5", """{"status":"APPROVED","agentId":"asha"}"""));
        await SendAsync(Event("t-1", "VCIP_CALL_STARTED", "10:10:00", "e-4", """{"agentId":"asha"}"""));
        await SendAsync(Event("t-1", "VCIP_CALL_STARTED", "10:10:00", "e-4", """{"agentId":"asha"}"""));
        await SendAsync(Event("t-1", "VCIP_CUSTOMER_ASSIGNED", "10:05:00", "e-2"));
        await SendAsync(Event("t-1", "VCIP_CUSTOMER_ASSIGNED", "10:04:00", "e-2"));
        await SendAsync(Event("t-1", "VCIP_CALL_COMPLETED", "10:21:00", "e-5", """{"status":"DECLINED","agentId":"asha"}"""));
        await SendAsync(Event("t-1", "VCIP_CUSTOMER_NOTIFIED", null, "e-3"));
        await SendAsync("""{"appId":"demo","transactionId":"t-1","eventId":"e-6","eventTime":"2026-11-25T10:00:00Z"}""");
        await SendAsync($$"""{"appId":"demo","transactionId":"t-1","eventType":"VCIP_CALL_ENDED","eventId":"e-7","eventDetails":{{new string('[', 90)}}{{new string(']', 90)}}}""");
        await SendAsync(Event("t-10", "VCIP_CALL_STARTED", "10:00:00", "e-8"));
        await SendAsync(Event("t-2", "VCIP_CALL_STARTED", "10:00:00", "e-9", """{"agentId":"t-1"}"""));
        var trace = await TraceAsync(one => one.GetProperty("events").GetArrayLength() == 4 && one.GetProperty("quarantined").GetArrayLength() == 4 && one.GetProperty("raw_topic").GetProperty("found").GetArrayLength() == 1
            && one.GetProperty("loads_behind").GetInt32() == 0);

        Assert.Equal(["e-2", "e-4", "e-5", "e-3"], Texts(trace, "events", "event_id"));
        Assert.Equal(["2026-11-25T10:04:00Z", "2026-11-25T10:10:00Z", "2026-11-25T10:20:00Z", null], Texts(trace, "events", "event_time"));
        var (first, start) = (trace.GetProperty("events")[0], trace.GetProperty("events")[1]);
        Assert.Equal("""["conflicting_copies","details_missing"]""", first.GetProperty("issues").GetRawText());
        Assert.Equal((start.GetProperty("received_at").GetDateTimeOffset() - start.GetProperty("event_time").GetDateTimeOffset()).TotalSeconds, start.GetProperty("lag_seconds").GetDouble(), 0.001);
        Assert.Equal(["APPROVED"], Texts(trace, "attempts", "outcome"));
        Assert.Equal("APPROVED", trace.GetProperty("transaction").GetProperty("state").GetString());

        // In the order of their offsets, which is the order of sending: the row that was displaced, the copy that is not the least, and the two that are none.
        Assert.Equal(["conflicting_duplicate", "conflicting_duplicate", "missing_event_type", "too_deep"], Texts(trace, "quarantined", "reason_code"));
        Assert.Equal(["e-2", "e-5", "e-6", "e-7"], Texts(trace, "quarantined", "event_id"));
        Assert.Equal(["2026-11-25T10:05:00Z", "2026-11-25T10:21:00Z"], Texts(trace, "quarantined", "event_time")[..2]);

        // The second delivery of e-4 is right behind the first.
        var copy = trace.GetProperty("raw_topic").GetProperty("found")[0];
        Assert.Equal(("duplicate", "e-4"), (copy.GetProperty("state").GetString(), copy.GetProperty("event_id").GetString()));
        Assert.Equal(start.GetProperty("source_offset").GetInt64() + 1, copy.GetProperty("source_offset").GetInt64());
        Assert.Equal(start.GetProperty("source_offset").GetInt64(), copy.GetProperty("repeats_offset").GetInt64());
        Assert.Equal(0, trace.GetProperty("raw_topic").GetProperty("unknown").GetArrayLength());

        var (code, text, _) = await RunAsync("t-1");
        Assert.Equal(ExitCode.Done, code);
        foreach (var part in (string[])["Transaction t-1 of demo", "4 events", "1 call attempt\n", "4 deliveries in quarantine", "1 delivery that is no row", "2026-11-25 15:40:00+05:30", "2026-11-25 15:40:00+05:30  VCIP_", "agent_id=asha  status=APPROVED"])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Contains("2026-11-25 10:10:00Z", (await RunAsync("t-1", "--utc")).Output, StringComparison.Ordinal);
        Assert.Contains("not read: --search 0.", (await RunAsync("t-1", "--search", "0")).Output, StringComparison.Ordinal);

        // Another application with a transaction of that name.
        await SendAsync(Event("t-1", "VCIP_CALL_STARTED", "11:00:00", "e-4").Replace("demo", "other", StringComparison.Ordinal));
        await UntilAsync(async () => (await RunAsync("t-1")).Code == ExitCode.Usage, () => errors.Text);
        Assert.Contains("2 applications have a transaction 't-1': 'demo', 'other'; say which with --app ID.", (await RunAsync("t-1")).Error, StringComparison.Ordinal);
        Assert.Contains("1 event\n", (await RunAsync("t-1", "--app", "other")).Output, StringComparison.Ordinal);
        Assert.Contains("4 events", (await RunAsync("t-1", "--app", "demo")).Output, StringComparison.Ordinal);

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await up.WaitAsync(Patience, TestContext.Current.CancellationToken));

        // Its broker is gone with it: that there are duplicates is known, and no more.
        var (_, after, _) = await RunAsync("t-1", "--app", "demo");
        Assert.Contains("4 deliveries in quarantine", after, StringComparison.Ordinal);
        Assert.Contains("No duplicate deliveries found", after, StringComparison.Ordinal);
        Assert.Contains("the ledger counts 1 duplicate deliveries, of all transactions", after, StringComparison.Ordinal);
        Assert.Contains("the raw topic cannot be read here", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_knows_is_said_so()
    {
        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["migrate", "--data", Data])).Code);
        var (code, output, error) = await RunAsync("t-1");
        Assert.Equal((ExitCode.Found, ""), (code, output));
        Assert.Contains("vkyc: no event of transaction 't-1' is in the warehouse or in quarantine.", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await RunAsync("t-1", "--format", "csv")).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("t-1", "--search", "-1")).Code);
    }

    [Fact]
    public void Ranges_that_meet_or_overlap_are_read_once_and_within_the_log()
    {
        Assert.Equal([(3, 12), (20, 25)], RawDeliveries.Merge([(20, 30), (0, 5), (5, 10), (4, 6), (9, 12)], from: 3, until: 25));
        Assert.Equal([(10, 20)], RawDeliveries.Merge([(0, 100), (2, 3)], from: 10, until: 20));
        Assert.Empty(RawDeliveries.Merge([(0, 5), (30, 40)], from: 5, until: 30));
    }

    private static string Event(string transaction, string type, string? time, string id, string? details = null) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"appId":"demo","transactionId":"{{transaction}}","eventType":"{{type}}","eventVersion":"1.0.0","eventId":"{{id}}"{{(time is null ? "" : $",\"eventTime\":\"2026-11-25T{time}Z\"")}}{{(details is null ? "" : $",\"eventDetails\":{details}")}}}""");

    private static List<string?> Texts(JsonElement trace, string list, string name) => [.. trace.GetProperty(list).EnumerateArray().Select(one => one.GetProperty(name).GetString())];

    private async Task SendAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(webhooks, content, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}");
    }

    private async Task<JsonElement> TraceAsync(Func<JsonElement, bool> isWhole)
    {
        JsonElement trace = default;
        var last = "";
        await UntilAsync(
            async () =>
            {
                var (code, output, error) = await RunAsync("t-1", "--format", "json");
                last = output + error;
                if (code != ExitCode.Done)
                    return false;
                trace = JsonDocument.Parse(output).RootElement;
                return isWhole(trace);
            },
            () => last);
        return trace;
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => Verb.RunAsync(["trace", .. arguments, "--data", Data]);

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> state)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"not within {Patience}: {state()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/webhooks/vkyc", RegexOptions.None, 1000)]
    private static partial Regex Webhooks();
}
