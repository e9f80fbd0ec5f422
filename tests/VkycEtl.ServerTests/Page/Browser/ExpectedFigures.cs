using System.Text.Json;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>What each table of the page is to say, worked out from the rows of its own SQL.</summary>
internal static class ExpectedFigures
{
    private static readonly string[] Measures = ["schedule_to_assign", "assign_to_start", "notify_to_start", "call", "turnaround"];
    private static readonly string[] Outcomes = ["approved", "declined", "other", "incomplete", "abandoned", "open_attempts"];
    private static readonly string[] Types =
    [
        "VCIP_CUSTOMER_SCHEDULED", "VCIP_CUSTOMER_ASSIGNED", "VCIP_CUSTOMER_NOTIFIED", "VCIP_CALL_STARTED", "VCIP_CALL_COMPLETED", "VCIP_CALL_ENDED",
    ];

    public static double? Number(this JsonElement row, string column) =>
        row.GetProperty(column) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    public static double Sum(this IReadOnlyList<JsonElement> rows, string column) => rows.Sum(row => row.Number(column) ?? 0);

    private static string Text(this JsonElement row, string column) => row.GetProperty(column).GetString() ?? "";

    /// <summary>n, of entered, of previous, lost, moving of each stage (columns 2, 3, 4, 6, 7); a stage that is not sent has no number at all.</summary>
    public static IEnumerable<string[]> Funnel(IReadOnlyList<JsonElement> rows, string rule, string cohort) => rows.Select(row =>
    {
        var stage = row.Number("stage_no");
        var n = row.Number(stage == 0 ? "entered" : $"reached_{rule}");
        if (n is null)
            return ["", "", "", "", ""];
        string[] reached = [Words.Count(n), Words.Percent(Words.Ratio(n, row.Number("entered")))];
        var before = row.Number($"previous_{rule}");
        return stage == 0 || (stage == 1 && cohort == "any")
            ? [.. reached, "", "", ""]
            : (string[])[.. reached, Words.Percent(Words.Ratio(n, before)), Words.Count(before - n), Words.Count(row.Number("moving"))];
    });

    public static IEnumerable<string[]> Trend(IReadOnlyList<JsonElement> rows) => rows.Select(row => (string[])
    [
        .. new[] { "entered", "approved", "moving", "matured", "approved_within_sla" }.Select(name => row.Number(name) is { } n ? Words.Count(n) : row.Number("entered") == 0 ? "–" : "not sent"),
        Words.Percent(row.Number("sla_rate")),
    ]);

    /// <summary>p50, p90, n; where nothing was measured the first says why, and is not looked at.</summary>
    public static IEnumerable<string[]> Times(IReadOnlyList<JsonElement> rows) => Measures.Select(measure =>
    {
        var row = rows.FirstOrDefault(row => row.Text("measure") == measure);
        return row.ValueKind == JsonValueKind.Undefined || row.Number("n") == 0
            ? ["0"]
            : (string[])[Words.Brief(row.Number("p50_seconds")), Words.Brief(row.Number("p90_seconds")), Words.Count(row.Number("n"))];
    });

    public static IEnumerable<string[]> OutcomesOf(IReadOnlyList<JsonElement> rows)
    {
        var (approved, decided, first) = (rows.Sum("approved"), rows.Sum("approved") + rows.Sum("declined"), rows.Sum("first_attempts"));
        return
        [
            .. Outcomes.Select(name => Share(rows.Sum(name), rows.Sum("attempts"))),
            [Words.Count(decided), Words.Percent(Words.Ratio(approved, decided))],
            [Words.Count(first), Words.Percent(Words.Ratio(rows.Sum("first_attempts_approved"), first))],
        ];
    }

    public static IEnumerable<string[]> Reasons(IReadOnlyList<JsonElement> rows) => rows.Select(row => (string[])
        [row.GetProperty("reason").GetString() ?? "no reason given", row.Text("outcome"), Words.Count(row.Number("attempts"))]);

    /// <summary>Without the agent, whom the page masks and the SQL does not.</summary>
    public static IEnumerable<string[]> Agents(IReadOnlyList<JsonElement> rows) => rows.Select(row => (string[])
        [Words.Count(row.Number("attempts")), Words.Percent(row.Number("approval_rate")), Words.Brief(row.Number("occupied_seconds"))]);

    public static IEnumerable<string[]> Slots(IReadOnlyList<JsonElement> rows)
    {
        var known = rows.Where(row => row.Number("no_show") is not null).ToList();
        string[] kinds = ["started_in_slot", "started_before", "started_after", "no_show"];
        var judged = kinds.Sum(known.Sum);
        string[] matured = [Words.Count(rows.Sum("matured")), $"of {Words.Count(rows.Sum("slots"))}"];
        return [matured, .. kinds.Select(kind => Share(known.Sum(kind), judged)), [Words.Count(rows.Sum("reschedules"))]];
    }

    public static IEnumerable<string[]> SlotDays(IReadOnlyList<JsonElement> rows) => rows.Reverse().Select(row => (string[])
        [Words.Count(row.Number("matured")), Words.Count(row.Number("started_in_slot")), Words.Count(row.Number("no_show"))]);

    public static IEnumerable<string[]> Issues(IReadOnlyList<JsonElement> rows) =>
        rows.Where(row => row.Text("kind") == "issue").Select(row => (string[])[row.Text("name"), Words.Count(row.Number("events"))]);

    /// <summary>Events of each of the six types.</summary>
    public static IEnumerable<string[]> TypesOf(IReadOnlyList<JsonElement> rows) => Types.Select(type =>
    {
        var sent = rows.Where(row => row.Text("kind") == "type" && row.Text("name") == type).ToList();
        return sent.Count == 0 ? ["0", ""] : (string[])[$"{sent.Count} of", Words.Count(sent.Sum("events"))];
    });

    private static string[] Share(double part, double whole) => [Words.Count(part), Words.Percent(Words.Ratio(part, whole))];
}
