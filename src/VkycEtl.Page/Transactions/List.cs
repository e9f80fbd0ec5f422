using System.Globalization;
using VkycEtl.Page.Query;

namespace VkycEtl.Page.Transactions;

/// <summary>
/// A list of transactions behind a number of the page: its parts, and the condition that finds as many rows as the number says. Where the number
/// counts attempts (reasons, agents, calls) a row is an attempt, and a transaction with two of them stands there twice.
/// </summary>
/// <param name="Text">As asked for, without what may be personal: for the log.</param>
/// <param name="Source">The statement that finds candidates as <c>listed</c>.</param>
/// <param name="Condition">Which of them are on the list.</param>
/// <param name="Value">The reason or agent as shown; null where it is NULL or there is none.</param>
internal sealed record List(string Text, string Source, string Condition, string? Value = null)
{
    private const string Staged = "staged";
    private const string Attempts = "attempts";
    private const string Slots = "slots";
    private const string AgentKind = "agent";

    private const string Form =
        "must be stage:N:open, stage:N:strict, lost:N:open, lost:N:strict, moving, moving:N, no_show, reason:OUTCOME:KEY, agent:NAME or measure:NAME (N: 0 to 6)";

    private static readonly string[] Outcomes = ["DECLINED", "INCOMPLETE", "OTHER"];
    private static readonly string[] Measures = ["schedule_to_assign", "assign_to_start", "notify_to_start", "turnaround"];

    /// <summary>Whether <see cref="Value"/> is an agent, who may be shown under a pseudonym.</summary>
    public bool IsOfAgent => Text == AgentKind;

    /// <summary>Whether it lists all who entered, whatever cohort is asked for: as the number does that it stands behind.</summary>
    public bool IsOfAnyCohort => Text.StartsWith("measure:", StringComparison.Ordinal);

    /// <summary>Reads one.</summary>
    /// <exception cref="PageFault">It is none.</exception>
    public static List Parse(string text)
    {
        var parts = text.Split(':', 3);
        return parts switch
        {
            ["stage", var n, "open" or "strict"] when Stage(n) is { } stage => new(text, Staged, $"sends_{stage} AND {parts[2]}_{stage}"),
            ["lost", var n, "open" or "strict"] when Stage(n) is { } stage and > 0 =>
                new(text, Staged, $"sends_{stage} AND NOT {parts[2]}_{stage} AND {Before(stage, parts[2])}"),
            ["moving"] => new(text, Staged, Moving(6)),
            ["moving", var n] when Stage(n) is { } stage => new(text, Staged, Moving(stage)),
            ["no_show"] => new(
                text, Slots, $"sends_started AND slot_end_time + {Span("grace")} <= now() AND (slot_call_at IS NULL OR slot_call_at > slot_end_time + {Span("grace")})"),
            ["reason", var outcome, var key] when Outcomes.Contains(outcome, StringComparer.Ordinal) => new(
                $"reason:{outcome}", Attempts, $"outcome = '{outcome}' AND {Within("ended_at")} AND reason_key IS NOT DISTINCT FROM CAST($value AS text)", OrNull(key)),
            [AgentKind, ..] when parts.Length > 1 => new(
                AgentKind, Attempts, $"{Within("place_at")} AND agent_key IS NOT DISTINCT FROM CAST($value AS text)", OrNull(text[(AgentKind.Length + 1)..])),
            ["measure", "call"] => new(text, Attempts, $"duration_seconds IS NOT NULL AND {Within("place_at")}"),
            ["measure", var measure] when Measures.Contains(measure, StringComparer.Ordinal) => new(text, Staged, $"{measure}_seconds IS NOT NULL"),
            _ => throw PageFault.Parameter("list", Form),
        };
    }

    /// <summary>How many there are.</summary>
    public SqlText Count() => new($"{Begin()}SELECT count(*) AS total FROM listed WHERE {Condition};\n");

    /// <summary>All of them, latest first.</summary>
    public SqlText All() => new($"{Begin()}{Columns}\nFROM listed\nWHERE {Condition}\nORDER BY place_at DESC, transaction_key, attempt_no;\n");

    /// <summary>So many from the one after a cursor on.</summary>
    public SqlText Page(int rows) => new($"""
        {Begin()}{Columns}, transaction_key, place_at
        FROM listed
        WHERE {Condition}
          AND (CAST($after_at AS timestamptz) IS NULL OR place_at < CAST($after_at AS timestamptz)
               OR (place_at = CAST($after_at AS timestamptz)
                   AND (transaction_key > CAST($after_key AS uuid) OR (transaction_key = CAST($after_key AS uuid) AND attempt_no > CAST($after_no AS integer)))))
        ORDER BY place_at DESC, transaction_key, attempt_no
        LIMIT {rows.ToString(CultureInfo.InvariantCulture)}
        """);

    private const string Columns = "SELECT app_id, transaction_id, state, first_event_at, last_event_at, attempts, latest_outcome, turnaround_seconds, attempt_no";

    private string Begin() => Sources.Read(Source);

    private static int? Stage(string text) => text is [>= '0' and <= '6'] ? text[0] - '0' : null;

    // The last stage before it that the app sent on that day; SCHEDULED is a step in its own cohort only.
    private static string Before(int stage, string rule)
    {
        var cases = Enumerable.Range(1, stage - 1).Reverse().Select(before =>
            $" WHEN sends_{before}{(before == 1 ? " AND CAST($cohort AS text) = 'scheduled'" : "")} THEN {rule}_{before}");
        return stage == 1 ? "TRUE" : $"CASE{string.Concat(cases)} ELSE TRUE END";
    }

    private static string Moving(int stage) =>
        $"sends_{stage} AND NOT open_{stage} AND state NOT IN ('APPROVED', 'DECLINED') AND last_event_at > now() - {Span("lapsed")}";

    /// <summary>Whether a time is of the days asked for.</summary>
    internal static string Within(string column) =>
        $"{column} >= CAST($begins AS timestamptz) AND {column} < CAST($ends AS timestamptz)";

    private static string Span(string name) => $"CAST(${name} AS interval)";

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static class Sources
    {
        private static readonly Dictionary<string, string> Texts = new[] { Staged, Attempts, Slots }.ToDictionary(name => name, Load, StringComparer.Ordinal);

        public static string Read(string name) => Texts[name];

        private static string Load(string name)
        {
            using var reader = new StreamReader(typeof(Sources).Assembly.GetManifestResourceStream($"transactions/{name}.sql")!);
            return reader.ReadToEnd();
        }
    }
}
