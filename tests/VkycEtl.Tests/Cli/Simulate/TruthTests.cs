using System.Security.Cryptography;
using System.Text.Json;
using VkycEtl.Cli.Simulate;

namespace VkycEtl.Tests.Cli.Simulate;

public sealed class TruthTests
{
    private static readonly SimulateOptions Options = new()
    {
        Transactions = 400,
        Seed = 3,
        End = new(2026, 3, 4, 10, 15, 30, 123, TimeSpan.Zero),
        Duplicates = 0.1,
        Disorder = 0.2,
        Late = 0.1,
        Unknown = 0.1,
        Malformed = 0.1,
        Odd = 0.3,
        Conflicts = 0.1,
        Nameless = 0.05,
    };

    private static readonly List<Delivery> Deliveries = [.. Traffic.Make(Options)];

    [Fact]
    public void The_same_options_give_the_same_webhooks_byte_for_byte_and_the_same_truth()
    {
        var again = Traffic.Make(Options with { }).ToList();
        Assert.Equal(string.Join(" ", Deliveries.Select(delivery => Hex(delivery.Body))), string.Join(" ", again.Select(delivery => Hex(delivery.Body))), StringComparer.Ordinal);
        Assert.Equal(Lines(Deliveries), Lines(again));
    }

    [Fact]
    public void The_truth_does_not_depend_on_the_order_or_on_how_often_something_comes()
    {
        var shuffled = Deliveries.OrderBy(delivery => Hex(delivery.Body), StringComparer.Ordinal).ToList();
        Assert.Equal(Lines(Deliveries).Order(StringComparer.Ordinal), Lines(shuffled).Order(StringComparer.Ordinal));
        var events = Deliveries.Where(delivery => delivery.Expected is ExpectedEvent { Row.AppId: not null }).ToList();
        Assert.Equal(Lines(events).Order(StringComparer.Ordinal), Lines([.. events, .. events]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_kind_of_traffic_occurs_and_each_row_stands_once()
    {
        var lines = Lines(Deliveries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var rows = lines.Where(line => line.GetProperty("kind").GetString() == "row").ToList();
        Assert.Equal(rows.Count, rows.Select(row => row.GetProperty("event_key").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(rows.Count, lines[0].GetProperty("rows").GetInt32());
        var issues = rows.SelectMany(row => row.GetProperty("issues").EnumerateArray()).Select(issue => issue.GetString()!).ToHashSet(StringComparer.Ordinal);
        foreach (var issue in new[]
        {
            "event_id_missing", "event_time_missing", "event_time_no_zone", "event_time_unparsable", "slot_start_time_no_zone", "slot_start_time_unparsable", "slot_end_before_start", "details_missing",
            "details_in_text", "details_not_an_object", "unknown_event_type", "unknown_event_version", "event_version_missing", "unexpected_status", "status_missing", "wrong_type", "duplicate_key",
            "text_replaced", "number_out_of_range", "conflicting_copies",
        })
            Assert.Contains(issue, issues);
        var reasons = lines.Where(line => line.GetProperty("kind").GetString() == "quarantine").Select(line => line.GetProperty("reason_code").GetString()!).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            "conflicting_duplicate missing_app_id missing_event_type missing_transaction_id not_a_json_object too_deep too_many_keys",
            string.Join(' ', reasons.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void What_was_only_perhaps_written_is_not_certain()
    {
        var one = Deliveries.First(delivery => delivery is { Expected: ExpectedEvent, IsCopy: false });
        Assert.Contains("\"certain\":false", Lines([one], isCertain: false)[1], StringComparison.Ordinal);
        Assert.Contains("\"certain\":true", Lines([one])[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Late_events_come_after_all_others()
    {
        var clean = Options with { Duplicates = 0, Disorder = 0, Unknown = 0, Malformed = 0, Odd = 0, Conflicts = 0, Nameless = 0, Late = 0.2 };
        var times = Traffic.Make(clean).Select(delivery => delivery.Event.Time).ToList();
        var inOrder = times.Zip(times.Skip(1)).TakeWhile(pair => pair.First <= pair.Second).Count() + 1;
        Assert.InRange((times.Count - inOrder) / (double)times.Count, 0.14, 0.26);
    }

    [Theory]
    [InlineData(new[] { 1.0 }, 0.5, 1.0)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0.5, 5)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8, 9, 1000 }, 0.9, 9)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8, 9, 1000 }, 0.99, 1000)]
    [InlineData(new[] { 0.0, 3_599_999 }, 1, 3_599_999)]
    [InlineData(new[] { 0.005, 0.063, 0.064, 0.129 }, 0.75, 0.064)]
    public void A_percentile_is_the_truth_or_at_most_a_sixtieth_above(double[] milliseconds, double share, double expected)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in milliseconds)
            histogram.Add(TimeSpan.FromMilliseconds(value));
        Assert.InRange(histogram.Percentile(share)!.Value.TotalMilliseconds, expected, expected * (1 + 1 / 60.0));
        Assert.Equal(milliseconds.Max(), histogram.Max!.Value.TotalMilliseconds, 6);
        Assert.Null(new LatencyHistogram().Percentile(share));
    }

    private static string Hex(byte[] body) => Convert.ToHexString(SHA256.HashData(body));

    private static List<string> Lines(IEnumerable<Delivery> deliveries, bool isCertain = true)
    {
        var truth = new Truth(fallbackAppId: null);
        foreach (var delivery in deliveries)
            truth.Add(delivery, isCertain);
        using var output = new MemoryStream();
        truth.Write(output, Options);
        return [.. System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
