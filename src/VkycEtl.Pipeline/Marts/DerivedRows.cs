namespace VkycEtl.Pipeline.Marts;

/// <summary>
/// How rows of <c>vkyc.call_attempts</c> and <c>vkyc.transactions</c> follow from events: the whole of it, the same text on every engine. What
/// engines do in different ways stands behind functions of <c>vkyc_etl</c>.
/// </summary>
internal static class DerivedRows
{
    /// <summary>The columns of events that anything is derived from.</summary>
    public const string EventColumns = """
        transaction_key, app_id, transaction_id, event_id, event_type, event_time, slot_start_time, slot_end_time, agent_id, status, reason, loaded_at
        """;

    /// <summary>The columns of <c>vkyc.call_attempts</c> but for the key and last_changed_at.</summary>
    public static readonly string[] AttemptColumns =
    [
        "app_id", "transaction_id", "attempt_key", "started_at", "started_event_id", "ended_at", "ended_event_id", "outcome", "agent_id", "agent_key", "reason", "reason_key", "duration_seconds",
    ];

    /// <summary>The columns of <c>vkyc.transactions</c> but for the key and last_changed_at.</summary>
    public static readonly string[] TransactionColumns =
    [
        "app_id", "transaction_id", "first_event_at", "last_event_at", "events", "scheduled_at", "schedules", "slot_set_at", "slot_start_time", "slot_end_time", "assigned_at", "assignments",
        "notified_at", "notifications", "started_at", "attempts", "completed_at", "ended_at", "first_outcome", "latest_outcome", "approved_at", "ever_approved", "declined_attempts",
        "incomplete_attempts", "abandoned_attempts", "latest_agent_key", "state", "schedule_to_assign_seconds", "assign_to_start_seconds", "notify_to_start_seconds", "negative_intervals",
        "turnaround_seconds", "slot_call_at",
    ];

    /// <summary>
    /// The attempts of all transactions in <paramref name="events"/>, which holds each of them whole. Of the call events in order an attempt begins with
    /// each STARTED, and with each terminal event that does not follow on one.
    /// </summary>
    public static string Attempts(string events) => $"""
        WITH known AS (
            SELECT e.*, CASE WHEN event_type = 'VCIP_CALL_STARTED' THEN 4 ELSE 5 END AS lifecycle_rank, max(loaded_at) OVER (PARTITION BY transaction_key) AS last_changed_at
            FROM {events} AS e
        ), calls AS (
            SELECT k.*, lag(event_type) OVER ordered AS before_type, lead(event_type) OVER ordered AS next_type, lead(event_time) OVER ordered AS next_time,
                lead(event_id) OVER ordered AS next_event_id, lead(status) OVER ordered AS next_status, lead(reason) OVER ordered AS next_reason, lead(agent_id) OVER ordered AS next_agent_id
            FROM known AS k
            WHERE event_time IS NOT NULL AND event_type IN ('VCIP_CALL_STARTED', 'VCIP_CALL_COMPLETED', 'VCIP_CALL_ENDED')
            WINDOW ordered AS (PARTITION BY transaction_key ORDER BY event_time, lifecycle_rank, event_id)
        ), begun AS (
            SELECT c.*, event_type = 'VCIP_CALL_STARTED' AS is_started, event_type <> 'VCIP_CALL_STARTED' AS is_terminal, coalesce(event_type = 'VCIP_CALL_STARTED' AND next_type <> 'VCIP_CALL_STARTED', false) AS is_closed,
                row_number() OVER (PARTITION BY transaction_key ORDER BY event_time, lifecycle_rank, event_id) AS attempt_no
            FROM calls AS c
            WHERE event_type = 'VCIP_CALL_STARTED' OR before_type IS NULL OR before_type <> 'VCIP_CALL_STARTED'
        ), ended AS (
            SELECT transaction_key, app_id, transaction_id, attempt_no, last_changed_at,
                CASE WHEN is_started THEN event_time END AS started_at,
                CASE WHEN is_started THEN event_id END AS started_event_id,
                CASE WHEN is_terminal THEN event_time ELSE next_time END AS ended_at,
                CASE WHEN is_terminal THEN event_id ELSE next_event_id END AS ended_event_id,
                CASE WHEN is_terminal THEN event_type WHEN is_closed THEN next_type END AS terminal_type,
                CASE WHEN is_terminal THEN status WHEN is_closed THEN next_status END AS status,
                CASE WHEN is_terminal THEN reason WHEN is_closed THEN next_reason END AS reason,
                CASE WHEN is_terminal THEN agent_id WHEN is_closed THEN next_agent_id END AS terminal_agent_id,
                CASE WHEN is_started THEN agent_id END AS started_agent_id,
                is_started AND next_type IS NOT NULL AND NOT is_closed AS is_displaced
            FROM begun
        ), judged AS (
            SELECT e.*, vkyc_etl.agent_key(terminal_agent_id) AS terminal_agent_key, vkyc_etl.agent_key(started_agent_id) AS started_agent_key,
                CASE WHEN terminal_type = 'VCIP_CALL_COMPLETED' THEN CASE vkyc_etl.lowered(vkyc_etl.trimmed(status)) WHEN 'approved' THEN 'APPROVED' WHEN 'declined' THEN 'DECLINED' ELSE 'OTHER' END
                    WHEN terminal_type = 'VCIP_CALL_ENDED' THEN 'INCOMPLETE'
                    WHEN is_displaced THEN 'ABANDONED'
                    ELSE 'OPEN' END AS outcome
            FROM ended AS e
        )
        SELECT transaction_key, attempt_no, app_id, transaction_id, CAST(transaction_key AS text) || ':' || CAST(attempt_no AS text) AS attempt_key,
            started_at, started_event_id, ended_at, ended_event_id, outcome,
            CASE WHEN terminal_agent_key IS NOT NULL THEN terminal_agent_id WHEN started_agent_key IS NOT NULL THEN started_agent_id END AS agent_id,
            coalesce(terminal_agent_key, started_agent_key) AS agent_key, reason, vkyc_etl.reason_key(reason) AS reason_key,
            CASE WHEN terminal_type IS NOT NULL THEN vkyc_etl.seconds_between(started_at, ended_at) END AS duration_seconds, last_changed_at
        FROM judged
        """;

    /// <summary>The transactions in <paramref name="events"/>, whose attempts stand in <paramref name="attempts"/>.</summary>
    public static string Transactions(string events, string attempts) => $"""
        WITH known AS (
            SELECT e.*, max(loaded_at) OVER (PARTITION BY transaction_key) AS last_changed_at,
                row_number() OVER (PARTITION BY transaction_key, event_type ORDER BY CASE WHEN event_time IS NULL THEN 1 ELSE 0 END, event_time DESC, event_id DESC) AS from_last
            FROM {events} AS e
        ), facts AS (
            SELECT transaction_key, min(app_id) AS app_id, min(transaction_id) AS transaction_id, max(last_changed_at) AS last_changed_at,
                min(event_time) AS first_event_at, max(event_time) AS last_event_at, count(*) AS events,
                min(event_time) FILTER (WHERE event_type = 'VCIP_CUSTOMER_SCHEDULED') AS scheduled_at,
                count(*) FILTER (WHERE event_type = 'VCIP_CUSTOMER_SCHEDULED') AS schedules,
                max(event_time) FILTER (WHERE event_type = 'VCIP_CUSTOMER_SCHEDULED') AS slot_set_at,
                max(slot_start_time) FILTER (WHERE event_type = 'VCIP_CUSTOMER_SCHEDULED' AND from_last = 1) AS slot_start_time,
                max(slot_end_time) FILTER (WHERE event_type = 'VCIP_CUSTOMER_SCHEDULED' AND from_last = 1) AS slot_end_time,
                min(event_time) FILTER (WHERE event_type = 'VCIP_CUSTOMER_ASSIGNED') AS assigned_at,
                count(*) FILTER (WHERE event_type = 'VCIP_CUSTOMER_ASSIGNED') AS assignments,
                min(event_time) FILTER (WHERE event_type = 'VCIP_CUSTOMER_NOTIFIED') AS notified_at,
                count(*) FILTER (WHERE event_type = 'VCIP_CUSTOMER_NOTIFIED') AS notifications,
                min(event_time) FILTER (WHERE event_type = 'VCIP_CALL_STARTED') AS started_at,
                min(event_time) FILTER (WHERE event_type = 'VCIP_CALL_COMPLETED') AS completed_at,
                min(event_time) FILTER (WHERE event_type = 'VCIP_CALL_ENDED') AS ended_at
            FROM known
            WHERE event_time IS NOT NULL
            GROUP BY transaction_key
        ), calls AS (
            SELECT a.transaction_key, count(*) AS attempts,
                (array_agg(a.outcome ORDER BY a.attempt_no))[1] AS first_outcome,
                (array_agg(a.outcome ORDER BY a.attempt_no DESC))[1] AS latest_outcome,
                min(a.ended_at) FILTER (WHERE a.outcome = 'APPROVED') AS approved_at,
                count(*) FILTER (WHERE a.outcome = 'APPROVED') > 0 AS ever_approved,
                count(*) FILTER (WHERE a.outcome = 'DECLINED') AS declined_attempts,
                count(*) FILTER (WHERE a.outcome = 'INCOMPLETE') AS incomplete_attempts,
                count(*) FILTER (WHERE a.outcome = 'ABANDONED') AS abandoned_attempts,
                (array_agg(a.agent_key ORDER BY a.attempt_no DESC) FILTER (WHERE a.agent_key IS NOT NULL))[1] AS latest_agent_key,
                min(coalesce(a.started_at, a.ended_at)) FILTER (WHERE coalesce(a.started_at, a.ended_at) >= f.slot_set_at) AS slot_call_at
            FROM {attempts} AS a JOIN facts AS f ON f.transaction_key = a.transaction_key
            GROUP BY a.transaction_key
        )
        SELECT f.transaction_key, f.app_id, f.transaction_id, f.first_event_at, f.last_event_at, f.events, f.scheduled_at, f.schedules, f.slot_set_at, f.slot_start_time, f.slot_end_time,
            f.assigned_at, f.assignments, f.notified_at, f.notifications, f.started_at, coalesce(c.attempts, 0) AS attempts, f.completed_at, f.ended_at,
            c.first_outcome, c.latest_outcome, c.approved_at, coalesce(c.ever_approved, false) AS ever_approved,
            coalesce(c.declined_attempts, 0) AS declined_attempts, coalesce(c.incomplete_attempts, 0) AS incomplete_attempts, coalesce(c.abandoned_attempts, 0) AS abandoned_attempts,
            c.latest_agent_key,
            CASE WHEN c.ever_approved THEN 'APPROVED' WHEN c.latest_outcome = 'OPEN' THEN 'IN_CALL' WHEN c.attempts > 0 THEN c.latest_outcome
                WHEN f.notified_at IS NOT NULL THEN 'NOTIFIED' WHEN f.assigned_at IS NOT NULL THEN 'ASSIGNED' WHEN f.scheduled_at IS NOT NULL THEN 'SCHEDULED' ELSE 'ENTERED' END AS state,
            CASE WHEN f.assigned_at >= f.scheduled_at THEN vkyc_etl.seconds_between(f.scheduled_at, f.assigned_at) END AS schedule_to_assign_seconds,
            CASE WHEN f.started_at >= f.assigned_at THEN vkyc_etl.seconds_between(f.assigned_at, f.started_at) END AS assign_to_start_seconds,
            CASE WHEN f.started_at >= f.notified_at THEN vkyc_etl.seconds_between(f.notified_at, f.started_at) END AS notify_to_start_seconds,
            CASE WHEN f.assigned_at < f.scheduled_at THEN 1 ELSE 0 END + CASE WHEN f.started_at < f.assigned_at THEN 1 ELSE 0 END
                + CASE WHEN f.started_at < f.notified_at THEN 1 ELSE 0 END AS negative_intervals,
            vkyc_etl.seconds_between(f.first_event_at, c.approved_at) AS turnaround_seconds, c.slot_call_at, f.last_changed_at
        FROM facts AS f LEFT JOIN calls AS c ON c.transaction_key = f.transaction_key
        """;
}
