using System.Globalization;
using static VkycEtl.Pipeline.Marts.DerivedRows;

namespace VkycEtl.Pipeline.Marts;

/// <summary>
/// The statements that bring the derived tables to what the events say; each transaction's rows are derived whole, and only rows that differ are
/// written. Parameters are marked with <c>@</c>, which stands for nothing else here.
/// </summary>
internal sealed class MartsStatements(MartsDialect dialect)
{
    // Transactions are derived whole, so that a load a time suffices; more are taken where many wait.
    private const int RowsAtOnce = 200_000;

    /// <summary>Empty temporary tables, by queries without rows.</summary>
    public IReadOnlyList<string> Prepare { get; } =
    [
        .. new (string Name, string Query)[]
        {
            ("marts_loads", "SELECT load_id FROM vkyc_etl.loads LIMIT 0"),
            ("marts_touched", "SELECT transaction_key FROM vkyc.events LIMIT 0"),
            ("marts_events", $"SELECT {EventColumns} FROM vkyc.events LIMIT 0"),
            ("marts_attempts", $"SELECT {Key("transaction_key, attempt_no", AttemptColumns)} FROM vkyc.call_attempts LIMIT 0"),
            ("marts_transactions", $"SELECT {Key("transaction_key", TransactionColumns)} FROM vkyc.transactions LIMIT 0"),
            ("marts_changed_attempts", $"SELECT {Key("transaction_key, attempt_no", AttemptColumns)} FROM vkyc.call_attempts LIMIT 0"),
            ("marts_changed_transactions", $"SELECT {Key("transaction_key", TransactionColumns)} FROM vkyc.transactions LIMIT 0"),
            ("marts_cohorts", "SELECT t.transaction_key, q.quarter, q.app_id, q.stages, q.transactions AS n, q.last_changed_at FROM vkyc_etl.cohort_quarters AS q CROSS JOIN vkyc.transactions AS t LIMIT 0"),
            ("marts_rows", "SELECT app_id, event_type, event_time, received_at, issues, loaded_at, CAST(0 AS bigint) AS n, true AS is_current FROM vkyc.events LIMIT 0"),
            ("marts_received", "SELECT app_id, quarter, issue, events AS n, last_received_at, last_loaded_at, true AS is_current FROM vkyc_etl.received_quarters LIMIT 0"),
            ("marts_stale", "SELECT app_id, quarter, issue FROM vkyc_etl.received_quarters LIMIT 0"),
        }.Select(table => $"{dialect.Temporary(table.Name)} {table.Query}"),
    ];

    /// <summary>Takes loads from the queue, the oldest first.</summary>
    public string TakeLoads { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO marts_loads
        SELECT load_id
        FROM (
            SELECT l.load_id, sum(l.rows) OVER (ORDER BY l.load_id ROWS UNBOUNDED PRECEDING) - l.rows AS rows_before
            FROM vkyc_etl.loads AS l WHERE l.marts_applied_at IS NULL
        ) AS queue
        WHERE rows_before < {RowsAtOnce}
        """);

    /// <summary>Takes all loads: what they hold is read anew.</summary>
    public const string TakeAllLoads = "INSERT INTO marts_loads SELECT load_id FROM vkyc_etl.loads WHERE marts_applied_at IS NULL";

    /// <summary>The transactions that the taken loads touched.</summary>
    public string Touch { get; } = $"INSERT INTO marts_touched SELECT DISTINCT e.transaction_key FROM {dialect.OfLoads("vkyc.events", "load_id")} AS e";

    /// <summary>Their events.</summary>
    public string Gather { get; } = $"INSERT INTO marts_events {dialect.EventsOfTouched(Of("e", EventColumns))}";

    /// <summary>Derives attempts and transactions of the events that a relation holds.</summary>
    public static IReadOnlyList<string> Derive(string events) =>
    [
        $"INSERT INTO marts_attempts {Attempts(events)}",
        $"INSERT INTO marts_transactions SELECT {Key("transaction_key", TransactionColumns)} FROM ({Transactions(events, "marts_attempts")}) AS derived",
    ];

    /// <summary>What the touched transactions count as before (n -1) and after (n 1).</summary>
    public static string Count(int n) => string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO marts_cohorts
        SELECT t.transaction_key, vkyc_etl.quarter_of(t.first_event_at), t.app_id,
            vkyc_etl.stages_of(t.scheduled_at, t.assigned_at, t.notified_at, t.started_at, t.completed_at, t.ended_at, t.ever_approved), {n}, t.last_changed_at
        FROM marts_touched AS k JOIN vkyc.transactions AS t ON t.transaction_key = k.transaction_key
        """);

    /// <summary>Writes rows that differ, for the touched transactions or for all.</summary>
    public static IReadOnlyList<Rewrite> Write(bool isAll) =>
    [
        Differing("vkyc.call_attempts", "marts_attempts", "marts_changed_attempts", ["transaction_key", "attempt_no"], AttemptColumns, "coalesce(started_at, ended_at)", isAll),
        Differing("vkyc.transactions", "marts_transactions", "marts_changed_transactions", ["transaction_key"], TransactionColumns, "first_event_at", isAll),
    ];

    /// <summary>Adds what has changed to the cohorts.</summary>
    public static IReadOnlyList<string> AddCohorts { get; } =
    [
        $"""
        UPDATE vkyc_etl.cohort_quarters AS c
        SET transactions = c.transactions + d.n, last_changed_at = greatest(c.last_changed_at, d.last_changed_at)
        FROM ({CohortChange}) AS d
        WHERE c.quarter = d.quarter AND c.app_id = d.app_id AND c.stages = d.stages
        """,
        $"""
        INSERT INTO vkyc_etl.cohort_quarters (quarter, app_id, stages, transactions, last_changed_at)
        SELECT d.quarter, d.app_id, d.stages, d.n, d.last_changed_at
        FROM ({CohortChange}) AS d
        WHERE NOT EXISTS (SELECT 1 FROM vkyc_etl.cohort_quarters AS c WHERE c.quarter = d.quarter AND c.app_id = d.app_id AND c.stages = d.stages)
        """,
        """
        DELETE FROM vkyc_etl.cohort_quarters
        WHERE transactions = 0 AND quarter IN (SELECT quarter FROM marts_cohorts)
        """,

        // A transaction that has left a quarter, or its scheduled cohort, takes its time of change along; staying, its new time is the greater.
        """
        UPDATE vkyc_etl.cohort_quarters AS c
        SET last_changed_at = left_behind.last_changed_at
        FROM (
            SELECT o.quarter, o.app_id, o.scheduled, max(t.last_changed_at) AS last_changed_at
            FROM (
                SELECT DISTINCT o.quarter, o.app_id, o.stages & 1 AS scheduled
                FROM marts_cohorts AS o
                LEFT JOIN marts_cohorts AS n ON n.transaction_key = o.transaction_key AND n.n = 1
                WHERE o.n = -1 AND (n.quarter IS NULL OR n.quarter <> o.quarter OR (n.stages & 1) <> (o.stages & 1))
            ) AS o
            JOIN vkyc.transactions AS t ON t.first_event_at >= o.quarter AND t.first_event_at < o.quarter + interval '15 minutes'
                AND vkyc_etl.quarter_of(t.first_event_at) = o.quarter AND t.app_id = o.app_id AND CASE WHEN t.scheduled_at IS NULL THEN 0 ELSE 1 END = o.scheduled
            GROUP BY o.quarter, o.app_id, o.scheduled
        ) AS left_behind
        WHERE c.quarter = left_behind.quarter AND c.app_id = left_behind.app_id AND (c.stages & 1) = left_behind.scheduled
        """,
    ];

    /// <summary>
    /// The rows that the taken loads added and took away, in one statement, for they must be of one state: what a load added and another has
    /// replaced since stands among the superseded rows.
    /// </summary>
    public string GatherRows { get; } = $"""
        INSERT INTO marts_rows
        SELECT e.app_id, e.event_type, e.event_time, e.received_at, e.issues, e.loaded_at, 1, true FROM {dialect.OfLoads("vkyc.events", "load_id")} AS e
        UNION ALL
        SELECT s.app_id, s.event_type, s.event_time, s.received_at, s.issues, s.loaded_at, 1, false FROM {dialect.OfLoads("vkyc_etl.superseded_rows", "load_id")} AS s
        UNION ALL
        SELECT s.app_id, s.event_type, s.event_time, s.received_at, s.issues, s.loaded_at, -1, false FROM {dialect.OfLoads("vkyc_etl.superseded_rows", "superseded_by")} AS s
        """;

    /// <summary>All events as such rows.</summary>
    public const string GatherAllRows = """
        INSERT INTO marts_rows
        SELECT e.app_id, e.event_type, e.event_time, e.received_at, e.issues, e.loaded_at, 1, true FROM vkyc.events AS e
        """;

    /// <summary>Adds rows to the counts by type and day.</summary>
    public static IReadOnlyList<string> AddEventTypes { get; } =
    [
        $"""
        UPDATE vkyc_etl.event_type_days AS t
        SET events = t.events + d.n, first_event_time = least(t.first_event_time, d.first_event_time), last_event_time = greatest(t.last_event_time, d.last_event_time)
        FROM ({TypeChange}) AS d
        WHERE t.app_id = d.app_id AND t.event_type = d.event_type AND t.utc_day = d.utc_day
        """,
        $"""
        INSERT INTO vkyc_etl.event_type_days (app_id, event_type, utc_day, events, first_event_time, last_event_time)
        SELECT d.app_id, d.event_type, d.utc_day, d.n, d.first_event_time, d.last_event_time
        FROM ({TypeChange}) AS d
        WHERE NOT EXISTS (SELECT 1 FROM vkyc_etl.event_type_days AS t WHERE t.app_id = d.app_id AND t.event_type = d.event_type AND t.utc_day = d.utc_day)
        """,
        "DELETE FROM vkyc_etl.event_type_days WHERE events = 0 AND utc_day IN (SELECT CAST(event_time AT TIME ZONE 'UTC' AS date) FROM marts_rows)",

        // Where rows were taken away the first and last may have been among them.
        """
        UPDATE vkyc_etl.event_type_days AS t
        SET first_event_time = f.first_event_time, last_event_time = f.last_event_time
        FROM (
            SELECT d.app_id, d.event_type, d.utc_day, min(e.event_time) AS first_event_time, max(e.event_time) AS last_event_time
            FROM (
                SELECT DISTINCT app_id, event_type, CAST(event_time AT TIME ZONE 'UTC' AS date) AS utc_day FROM marts_rows WHERE n < 0 AND event_time IS NOT NULL
            ) AS d
            JOIN vkyc.events AS e ON e.event_time >= CAST(d.utc_day AS timestamp) AT TIME ZONE 'UTC' AND e.event_time < (CAST(d.utc_day AS timestamp) + interval '1 day') AT TIME ZONE 'UTC'
                AND e.app_id = d.app_id AND e.event_type = d.event_type
            GROUP BY d.app_id, d.event_type, d.utc_day
        ) AS f
        WHERE t.app_id = f.app_id AND t.event_type = f.event_type AND t.utc_day = f.utc_day
        """,
    ];

    /// <summary>Adds rows to the counts by time of receipt and issue.</summary>
    public static IReadOnlyList<string> AddReceived { get; } =
    [
        """
        INSERT INTO marts_received
        SELECT r.app_id, vkyc_etl.quarter_of(r.received_at), i.issue, r.n, r.received_at, r.loaded_at, r.is_current
        FROM marts_rows AS r CROSS JOIN LATERAL (SELECT '' AS issue UNION ALL SELECT unnest(r.issues)) AS i
        """,
        $"""
        UPDATE vkyc_etl.received_quarters AS t
        SET events = t.events + d.n, last_received_at = greatest(t.last_received_at, d.last_received_at), last_loaded_at = greatest(t.last_loaded_at, d.last_loaded_at)
        FROM ({ReceivedChange}) AS d
        WHERE t.app_id = d.app_id AND t.quarter = d.quarter AND t.issue = d.issue
        """,
        $"""
        INSERT INTO vkyc_etl.received_quarters (app_id, quarter, issue, events, last_received_at, last_loaded_at)
        SELECT d.app_id, d.quarter, d.issue, d.n, d.last_received_at, d.last_loaded_at
        FROM ({ReceivedChange}) AS d
        WHERE NOT EXISTS (SELECT 1 FROM vkyc_etl.received_quarters AS t WHERE t.app_id = d.app_id AND t.quarter = d.quarter AND t.issue = d.issue)
        """,
        "DELETE FROM vkyc_etl.received_quarters WHERE events = 0 AND quarter IN (SELECT quarter FROM marts_received)",
    ];

    /// <summary>Finds the counts whose latest times were those of rows taken away, and of no row that was added. Seldom any: then the events are looked through for them.</summary>
    public const string FindStale = """
        INSERT INTO marts_stale
        SELECT DISTINCT t.app_id, t.quarter, t.issue
        FROM marts_received AS r
        JOIN vkyc_etl.received_quarters AS t ON t.app_id = r.app_id AND t.quarter = r.quarter AND t.issue = r.issue
        WHERE r.n < 0 AND (t.last_received_at <= r.last_received_at OR t.last_loaded_at <= r.last_loaded_at)
            AND NOT EXISTS (
                SELECT 1 FROM marts_received AS c
                WHERE c.is_current AND c.app_id = r.app_id AND c.quarter = r.quarter AND c.issue = r.issue
                    AND c.last_received_at >= r.last_received_at AND c.last_loaded_at >= r.last_loaded_at
            )
        """;

    /// <summary>Sets them anew.</summary>
    public const string RenewStale = """
        UPDATE vkyc_etl.received_quarters AS t
        SET last_received_at = f.last_received_at, last_loaded_at = f.last_loaded_at
        FROM (
            SELECT s.app_id, s.quarter, s.issue, max(e.received_at) AS last_received_at, max(e.loaded_at) AS last_loaded_at
            FROM marts_stale AS s
            JOIN vkyc.events AS e ON e.received_at >= s.quarter AND e.received_at < s.quarter + interval '15 minutes' AND vkyc_etl.quarter_of(e.received_at) = s.quarter
                AND e.app_id = s.app_id AND (s.issue = '' OR s.issue = ANY (e.issues))
            GROUP BY s.app_id, s.quarter, s.issue
        ) AS f
        WHERE t.app_id = f.app_id AND t.quarter = f.quarter AND t.issue = f.issue
        """;

    /// <summary>Marks the taken loads, and drops what only they needed.</summary>
    public static IReadOnlyList<string> Mark { get; } =
    [
        "UPDATE vkyc_etl.loads SET marts_applied_at = @now WHERE marts_applied_at IS NULL AND load_id IN (SELECT load_id FROM marts_loads)",
        """
        DELETE FROM vkyc_etl.superseded_rows AS s
        WHERE NOT EXISTS (SELECT 1 FROM vkyc_etl.loads AS l WHERE l.marts_applied_at IS NULL AND (l.load_id = s.load_id OR l.load_id = s.superseded_by))
        """,
    ];

    /// <summary>Notes when all was derived again: who keeps what was read before asks for it.</summary>
    public static IReadOnlyList<string> NoteRebuilt { get; } =
    [
        "DELETE FROM vkyc_etl.settings WHERE name = 'marts.rebuilt_at'",
        "INSERT INTO vkyc_etl.settings (name, value, set_at) VALUES ('marts.rebuilt_at', CAST(@now AS text), @now)",
    ];

    /// <summary>The counts without any row, to be filled from nothing.</summary>
    public static IReadOnlyList<string> ClearCounts { get; } =
    [
        "DELETE FROM vkyc_etl.cohort_quarters", "DELETE FROM vkyc_etl.event_type_days", "DELETE FROM vkyc_etl.received_quarters",
    ];

    /// <summary>All transactions are touched.</summary>
    public static IReadOnlyList<string> TouchAll { get; } = ["DELETE FROM marts_touched", "INSERT INTO marts_touched SELECT transaction_key FROM vkyc.transactions"];

    private const string CohortChange = """
        SELECT quarter, app_id, stages, sum(n) AS n, max(last_changed_at) AS last_changed_at
        FROM marts_cohorts GROUP BY quarter, app_id, stages HAVING sum(n) <> 0 OR max(n) > 0
        """;

    private const string TypeChange = """
        SELECT app_id, event_type, CAST(event_time AT TIME ZONE 'UTC' AS date) AS utc_day, sum(n) AS n,
            min(event_time) FILTER (WHERE is_current) AS first_event_time, max(event_time) FILTER (WHERE is_current) AS last_event_time
        FROM marts_rows WHERE event_time IS NOT NULL
        GROUP BY app_id, event_type, CAST(event_time AT TIME ZONE 'UTC' AS date)
        """;

    private const string ReceivedChange = """
        SELECT app_id, quarter, issue, sum(n) AS n, max(last_received_at) FILTER (WHERE is_current) AS last_received_at, max(last_loaded_at) FILTER (WHERE is_current) AS last_loaded_at
        FROM marts_received GROUP BY app_id, quarter, issue
        """;

    private static Rewrite Differing(string table, string derived, string changed, string[] key, string[] columns, string time, bool isAll)
    {
        var isSame = string.Join(" AND ", key.Select(name => $"t.{name} = n.{name}"));
        var vanished = $"NOT EXISTS (SELECT 1 FROM {derived} AS n WHERE {isSame})";
        var all = Key(string.Join(", ", key), columns);
        return new Rewrite(
            $"DELETE FROM {table} AS t WHERE t.transaction_key IN (SELECT transaction_key FROM marts_touched) AND {vanished}",
            isAll ? $"DELETE FROM {table} AS t WHERE {vanished}" : null,
            $"""
            INSERT INTO {changed}
            SELECT {Of("n", all)} FROM {derived} AS n LEFT JOIN {table} AS t ON {isSame}
            WHERE t.{key[0]} IS NULL OR ({string.Join(", ", columns.Select(name => $"t.{name}"))}) IS DISTINCT FROM ({string.Join(", ", columns.Select(name => $"n.{name}"))})
            """,
            isAll ? $"SELECT count(*) FROM {changed} AS c WHERE NOT EXISTS (SELECT 1 FROM marts_touched AS k WHERE k.transaction_key = c.transaction_key)" : null,
            $"DELETE FROM {table} AS t USING {changed} AS n WHERE {isSame}",
            $"INSERT INTO {table} ({all}) SELECT {all} FROM {changed} ORDER BY {time}");
    }

    private static string Key(string key, string[] columns) => $"{key}, {string.Join(", ", columns)}, last_changed_at";

    private static string Of(string alias, string columns) => string.Join(", ", columns.Split(", ").Select(name => $"{alias}.{name}"));
}
