-- What people read: figures by day and app, from the derived tables and their counts, never from events.

CREATE VIEW vkyc_etl.reporting AS
SELECT zone, sla_seconds, sla_seconds * interval '1 second' AS sla, no_show_grace_seconds * interval '1 second' AS no_show_grace,
    stale_after_seconds * interval '1 second' AS stale_after, lapsed_after_seconds * interval '1 second' AS lapsed_after
FROM (
    SELECT max(value) FILTER (WHERE name = 'reporting.time_zone') AS zone,
        CAST(max(value) FILTER (WHERE name = 'reporting.sla_seconds') AS double precision) AS sla_seconds,
        CAST(max(value) FILTER (WHERE name = 'reporting.no_show_grace_seconds') AS double precision) AS no_show_grace_seconds,
        CAST(max(value) FILTER (WHERE name = 'reporting.stale_after_seconds') AS double precision) AS stale_after_seconds,
        CAST(max(value) FILTER (WHERE name = 'reporting.lapsed_after_seconds') AS double precision) AS lapsed_after_seconds
    FROM vkyc_etl.settings
) AS given;

-- The days that people ask for, each with its instants: a day then is a range of an index, whatever the zone. A day begins at its
-- least instant, which is not midnight where clocks were put back over it.
CREATE VIEW vkyc_etl.near_days AS
SELECT day,
    CASE WHEN CAST((midnight - interval '1 hour') AT TIME ZONE zone AS date) = day THEN midnight - interval '1 hour'
        WHEN CAST((midnight - interval '30 minutes') AT TIME ZONE zone AS date) = day THEN midnight - interval '30 minutes'
        ELSE midnight END AS begins,
    CASE WHEN CAST((next_midnight - interval '1 hour') AT TIME ZONE zone AS date) = day + 1 THEN next_midnight - interval '1 hour'
        WHEN CAST((next_midnight - interval '30 minutes') AT TIME ZONE zone AS date) = day + 1 THEN next_midnight - interval '30 minutes'
        ELSE next_midnight END AS ends
FROM (
    SELECT r.zone, CAST(d.local AS date) AS day, d.local AT TIME ZONE r.zone AS midnight, (d.local + interval '1 day') AT TIME ZONE r.zone AS next_midnight
    FROM vkyc_etl.reporting AS r
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', now() AT TIME ZONE r.zone) - interval '10 years', date_trunc('day', now() AT TIME ZONE r.zone) + interval '366 days', interval '1 day') AS d (local)
) AS locals;
-- What comes before and after them.
CREATE VIEW vkyc_etl.far_spans AS
SELECT CAST('-infinity' AS timestamptz) AS begins, d.begins AS ends
FROM vkyc_etl.near_days AS d WHERE d.day = (SELECT CAST(now() AT TIME ZONE zone - interval '10 years' AS date) FROM vkyc_etl.reporting)
UNION ALL
SELECT d.ends, CAST('infinity' AS timestamptz)
FROM vkyc_etl.near_days AS d WHERE d.day = (SELECT CAST(now() AT TIME ZONE zone + interval '366 days' AS date) FROM vkyc_etl.reporting);

-- The day from which on an app sends a type.
CREATE VIEW vkyc_etl.sent_types AS
SELECT app_id,
    min(since) FILTER (WHERE event_type = 'VCIP_CUSTOMER_SCHEDULED') AS scheduled_since,
    min(since) FILTER (WHERE event_type = 'VCIP_CUSTOMER_ASSIGNED') AS assigned_since,
    min(since) FILTER (WHERE event_type = 'VCIP_CUSTOMER_NOTIFIED') AS notified_since,
    min(since) FILTER (WHERE event_type = 'VCIP_CALL_STARTED') AS started_since,
    min(since) FILTER (WHERE event_type = 'VCIP_CALL_COMPLETED') AS completed_since
FROM (
    SELECT app_id, event_type, CAST(min(first_event_time) AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS since
    FROM vkyc_etl.event_type_days
    GROUP BY app_id, event_type
) AS types
GROUP BY app_id;

-- Each relation by day. OFFSET 0 keeps the planner from a join of all rows with all days.
CREATE VIEW vkyc_etl.cohort_days AS
SELECT d.day AS cohort_day, t.app_id, t.stages, t.transactions, t.last_changed_at
FROM vkyc_etl.near_days AS d
CROSS JOIN LATERAL (SELECT t.app_id, t.stages, t.transactions, t.last_changed_at FROM vkyc_etl.cohort_quarters AS t WHERE t.quarter >= d.begins AND t.quarter < d.ends OFFSET 0) AS t
UNION ALL
SELECT t.day, t.app_id, t.stages, t.transactions, t.last_changed_at
FROM vkyc_etl.far_spans AS d
CROSS JOIN LATERAL (
    SELECT CAST(t.quarter AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS day, t.app_id, t.stages, t.transactions, t.last_changed_at FROM vkyc_etl.cohort_quarters AS t WHERE t.quarter >= d.begins AND t.quarter < d.ends OFFSET 0
) AS t;

CREATE VIEW vkyc_etl.transaction_days AS
SELECT d.day AS cohort_day, t.app_id, t.first_event_at, t.scheduled_at, t.assigned_at, t.notified_at, t.started_at, t.schedule_to_assign_seconds, t.assign_to_start_seconds, t.notify_to_start_seconds, t.turnaround_seconds, t.last_changed_at
FROM vkyc_etl.near_days AS d
CROSS JOIN LATERAL (SELECT t.app_id, t.first_event_at, t.scheduled_at, t.assigned_at, t.notified_at, t.started_at, t.schedule_to_assign_seconds, t.assign_to_start_seconds, t.notify_to_start_seconds, t.turnaround_seconds, t.last_changed_at FROM vkyc.transactions AS t WHERE t.first_event_at >= d.begins AND t.first_event_at < d.ends OFFSET 0) AS t
UNION ALL
SELECT t.day, t.app_id, t.first_event_at, t.scheduled_at, t.assigned_at, t.notified_at, t.started_at, t.schedule_to_assign_seconds, t.assign_to_start_seconds, t.notify_to_start_seconds, t.turnaround_seconds, t.last_changed_at
FROM vkyc_etl.far_spans AS d
CROSS JOIN LATERAL (
    SELECT CAST(t.first_event_at AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS day, t.app_id, t.first_event_at, t.scheduled_at, t.assigned_at, t.notified_at, t.started_at, t.schedule_to_assign_seconds, t.assign_to_start_seconds, t.notify_to_start_seconds, t.turnaround_seconds, t.last_changed_at FROM vkyc.transactions AS t WHERE t.first_event_at >= d.begins AND t.first_event_at < d.ends OFFSET 0
) AS t;

CREATE VIEW vkyc_etl.attempt_days AS
SELECT d.day AS day, t.app_id, t.attempt_no, t.started_at, t.ended_at, t.outcome, t.agent_key, t.duration_seconds, t.last_changed_at
FROM vkyc_etl.near_days AS d
CROSS JOIN LATERAL (SELECT t.app_id, t.attempt_no, t.started_at, t.ended_at, t.outcome, t.agent_key, t.duration_seconds, t.last_changed_at FROM vkyc.call_attempts AS t WHERE coalesce(t.started_at, t.ended_at) >= d.begins AND coalesce(t.started_at, t.ended_at) < d.ends OFFSET 0) AS t
UNION ALL
SELECT t.day, t.app_id, t.attempt_no, t.started_at, t.ended_at, t.outcome, t.agent_key, t.duration_seconds, t.last_changed_at
FROM vkyc_etl.far_spans AS d
CROSS JOIN LATERAL (
    SELECT CAST(coalesce(t.started_at, t.ended_at) AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS day, t.app_id, t.attempt_no, t.started_at, t.ended_at, t.outcome, t.agent_key, t.duration_seconds, t.last_changed_at FROM vkyc.call_attempts AS t WHERE coalesce(t.started_at, t.ended_at) >= d.begins AND coalesce(t.started_at, t.ended_at) < d.ends OFFSET 0
) AS t;

CREATE VIEW vkyc_etl.slot_days AS
SELECT d.day AS day, t.app_id, t.schedules, t.slot_start_time, t.slot_end_time, t.slot_call_at, t.last_changed_at
FROM vkyc_etl.near_days AS d
CROSS JOIN LATERAL (SELECT t.app_id, t.schedules, t.slot_start_time, t.slot_end_time, t.slot_call_at, t.last_changed_at FROM vkyc.transactions AS t WHERE t.slot_start_time >= d.begins AND t.slot_start_time < d.ends AND t.slot_end_time >= t.slot_start_time OFFSET 0) AS t
UNION ALL
SELECT t.day, t.app_id, t.schedules, t.slot_start_time, t.slot_end_time, t.slot_call_at, t.last_changed_at
FROM vkyc_etl.far_spans AS d
CROSS JOIN LATERAL (
    SELECT CAST(t.slot_start_time AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS day, t.app_id, t.schedules, t.slot_start_time, t.slot_end_time, t.slot_call_at, t.last_changed_at FROM vkyc.transactions AS t WHERE t.slot_start_time >= d.begins AND t.slot_start_time < d.ends AND t.slot_end_time >= t.slot_start_time OFFSET 0
) AS t;

CREATE VIEW vkyc_etl.reason_days AS
SELECT d.day AS day, t.app_id, t.outcome, t.reason, t.reason_key, t.last_changed_at
FROM vkyc_etl.near_days AS d
CROSS JOIN LATERAL (SELECT t.app_id, t.outcome, t.reason, t.reason_key, t.last_changed_at FROM vkyc.call_attempts AS t WHERE t.ended_at >= d.begins AND t.ended_at < d.ends AND t.outcome IN ('DECLINED', 'INCOMPLETE', 'OTHER') OFFSET 0) AS t
UNION ALL
SELECT t.day, t.app_id, t.outcome, t.reason, t.reason_key, t.last_changed_at
FROM vkyc_etl.far_spans AS d
CROSS JOIN LATERAL (
    SELECT CAST(t.ended_at AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS day, t.app_id, t.outcome, t.reason, t.reason_key, t.last_changed_at FROM vkyc.call_attempts AS t WHERE t.ended_at >= d.begins AND t.ended_at < d.ends AND t.outcome IN ('DECLINED', 'INCOMPLETE', 'OTHER') OFFSET 0
) AS t;

CREATE VIEW vkyc.funnel_daily AS
WITH counted AS (
    SELECT c.cohort_day, c.app_id, c.stages, sum(c.transactions) AS transactions, max(c.last_changed_at) AS last_changed_at
    FROM vkyc_etl.cohort_days AS c
    GROUP BY c.cohort_day, c.app_id, c.stages
), moving AS (
    SELECT CAST(t.first_event_at AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS cohort_day, t.app_id,
        vkyc_etl.stages_of(t.scheduled_at, t.assigned_at, t.notified_at, t.started_at, t.completed_at, t.ended_at, t.ever_approved) AS stages,
        count(*) AS transactions
    FROM vkyc.transactions AS t
    WHERE t.last_event_at > now() - (SELECT lapsed_after FROM vkyc_etl.reporting) AND t.state NOT IN ('APPROVED', 'DECLINED')
    GROUP BY 1, 2, 3
), known AS (
    SELECT c.cohort_day, c.app_id, c.stages, c.transactions, c.last_changed_at, coalesce(m.transactions, 0) AS moving,
        CASE WHEN s.scheduled_since <= c.cohort_day THEN 1 ELSE 0 END + CASE WHEN s.assigned_since <= c.cohort_day THEN 2 ELSE 0 END
            + CASE WHEN s.notified_since <= c.cohort_day THEN 4 ELSE 0 END + CASE WHEN s.started_since <= c.cohort_day THEN 8 ELSE 0 END
            + CASE WHEN s.completed_since <= c.cohort_day THEN 16 ELSE 0 END AS sent
    FROM counted AS c
    LEFT JOIN moving AS m ON m.cohort_day = c.cohort_day AND m.app_id = c.app_id AND m.stages = c.stages
    LEFT JOIN vkyc_etl.sent_types AS s ON s.app_id = c.app_id
), staged AS (
    SELECT k.cohort_day, k.app_id, o.cohort, f.stage_no, f.stage, k.transactions, k.moving, k.last_changed_at,
        f.type_bit = 0 OR (k.sent & f.type_bit) <> 0 AS is_sent,
        (k.stages & f.own_bit) = f.own_bit AS is_reached,
        f.stage_no = 0 OR (k.stages & f.open_bits) <> 0 AS is_open,
        (k.stages & (f.own_bit | (k.sent & f.earlier_bits & o.asked_bits))) = (f.own_bit | (k.sent & f.earlier_bits & o.asked_bits)) AS is_strict
    FROM known AS k
    JOIN (VALUES ('any', 0, 62), ('scheduled', 1, 63)) AS o (cohort, has_bits, asked_bits) ON (k.stages & o.has_bits) = o.has_bits
    CROSS JOIN (VALUES
        (0, 'ENTERED', 0, 0, 127, 0), (1, 'SCHEDULED', 1, 1, 127, 0), (2, 'ASSIGNED', 2, 2, 126, 1), (3, 'NOTIFIED', 4, 4, 124, 3),
        (4, 'STARTED', 8, 8, 120, 7), (5, 'COMPLETED', 16, 16, 48, 15), (6, 'APPROVED', 16, 32, 32, 31)
    ) AS f (stage_no, stage, type_bit, own_bit, open_bits, earlier_bits)
)
SELECT cohort_day, app_id, cohort, stage_no, stage, CAST(sum(transactions) AS bigint) AS entered,
    CASE WHEN is_sent THEN CAST(coalesce(sum(transactions) FILTER (WHERE is_reached), 0) AS bigint) END AS reached,
    CASE WHEN is_sent THEN CAST(coalesce(sum(transactions) FILTER (WHERE is_open), 0) AS bigint) END AS reached_open,
    CASE WHEN is_sent THEN CAST(coalesce(sum(transactions) FILTER (WHERE is_strict), 0) AS bigint) END AS reached_strict,
    CASE WHEN is_sent THEN CAST(coalesce(sum(transactions) FILTER (WHERE is_open), 0) AS double precision) / CAST(sum(transactions) AS double precision) END AS conversion_rate,
    CASE WHEN is_sent THEN CAST(coalesce(sum(moving) FILTER (WHERE NOT is_open), 0) AS bigint) END AS moving,
    max(last_changed_at) AS last_changed_at
FROM staged
GROUP BY cohort_day, app_id, cohort, stage_no, stage, is_sent;

CREATE VIEW vkyc.sla_daily AS
SELECT cohort_day, app_id, entered, matured,
    CASE WHEN is_sent THEN approved_within_sla END AS approved_within_sla,
    CASE WHEN is_sent AND matured > 0 THEN CAST(approved_within_sla AS double precision) / matured END AS rate,
    last_changed_at
FROM (
    SELECT t.cohort_day, t.app_id, s.completed_since IS NOT NULL AND s.completed_since <= t.cohort_day AS is_sent,
        count(*) AS entered,
        count(*) FILTER (WHERE t.first_event_at + r.sla <= now()) AS matured,
        count(*) FILTER (WHERE t.first_event_at + r.sla <= now() AND t.turnaround_seconds <= r.sla_seconds) AS approved_within_sla,
        max(t.last_changed_at) AS last_changed_at
    FROM vkyc_etl.transaction_days AS t
    CROSS JOIN vkyc_etl.reporting AS r
    LEFT JOIN vkyc_etl.sent_types AS s ON s.app_id = t.app_id
    GROUP BY t.cohort_day, t.app_id, s.completed_since
) AS counted;

CREATE VIEW vkyc.stage_times_daily AS
WITH measured AS (
    SELECT t.cohort_day AS day, t.app_id, m.measure,
        CASE m.measure WHEN 'schedule_to_assign' THEN t.schedule_to_assign_seconds WHEN 'assign_to_start' THEN t.assign_to_start_seconds
            WHEN 'notify_to_start' THEN t.notify_to_start_seconds ELSE t.turnaround_seconds END AS seconds,
        CASE m.measure WHEN 'schedule_to_assign' THEN t.assigned_at < t.scheduled_at WHEN 'assign_to_start' THEN t.started_at < t.assigned_at
            WHEN 'notify_to_start' THEN t.started_at < t.notified_at ELSE false END AS is_negative,
        t.last_changed_at
    FROM vkyc_etl.transaction_days AS t
    CROSS JOIN (VALUES ('schedule_to_assign'), ('assign_to_start'), ('notify_to_start'), ('turnaround')) AS m (measure)
    UNION ALL
    SELECT day, app_id, 'call', duration_seconds, false, last_changed_at
    FROM vkyc_etl.attempt_days
)
SELECT day, app_id, measure, count(seconds) AS n, percentile_cont(0.50) WITHIN GROUP (ORDER BY seconds) AS p50_seconds, percentile_cont(0.90) WITHIN GROUP (ORDER BY seconds) AS p90_seconds, percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95_seconds,
    count(*) FILTER (WHERE is_negative) AS negatives, max(last_changed_at) AS last_changed_at
FROM measured
WHERE seconds IS NOT NULL OR is_negative
GROUP BY day, app_id, measure;

CREATE VIEW vkyc.outcomes_daily AS
SELECT day, app_id, attempts, started, completed, approved, declined, other, incomplete, abandoned, open_attempts, open_stale,
    CASE WHEN approved + declined > 0 THEN CAST(approved AS double precision) / (approved + declined) END AS approval_rate,
    CASE WHEN is_sent AND started > 0 THEN CAST(completed_started AS double precision) / started END AS completion_rate,
    first_attempts, first_attempts_approved, last_changed_at
FROM (
    SELECT a.day, a.app_id, s.completed_since IS NOT NULL AND s.completed_since <= a.day AS is_sent,
        count(*) AS attempts,
        count(a.started_at) AS started,
        count(*) FILTER (WHERE a.outcome IN ('APPROVED', 'DECLINED', 'OTHER')) AS completed,
        count(a.started_at) FILTER (WHERE a.outcome IN ('APPROVED', 'DECLINED', 'OTHER')) AS completed_started,
        count(*) FILTER (WHERE a.outcome = 'APPROVED') AS approved,
        count(*) FILTER (WHERE a.outcome = 'DECLINED') AS declined,
        count(*) FILTER (WHERE a.outcome = 'OTHER') AS other,
        count(*) FILTER (WHERE a.outcome = 'INCOMPLETE') AS incomplete,
        count(*) FILTER (WHERE a.outcome = 'ABANDONED') AS abandoned,
        count(*) FILTER (WHERE a.outcome = 'OPEN') AS open_attempts,
        count(*) FILTER (WHERE a.outcome = 'OPEN' AND a.started_at < now() - r.stale_after) AS open_stale,
        count(*) FILTER (WHERE a.attempt_no = 1) AS first_attempts,
        count(*) FILTER (WHERE a.attempt_no = 1 AND a.outcome = 'APPROVED') AS first_attempts_approved,
        max(a.last_changed_at) AS last_changed_at
    FROM vkyc_etl.attempt_days AS a
    CROSS JOIN vkyc_etl.reporting AS r
    LEFT JOIN vkyc_etl.sent_types AS s ON s.app_id = a.app_id
    GROUP BY a.day, a.app_id, s.completed_since
) AS counted;

CREATE VIEW vkyc.agents_daily AS
SELECT day, app_id, agent_key, attempts, approved, declined, incomplete,
    CASE WHEN approved + declined > 0 THEN CAST(approved AS double precision) / (approved + declined) END AS approval_rate,
    occupied_seconds, p50_call_seconds, p90_call_seconds, last_changed_at
FROM (
    SELECT day, app_id, agent_key,
        count(*) AS attempts,
        count(*) FILTER (WHERE outcome = 'APPROVED') AS approved,
        count(*) FILTER (WHERE outcome = 'DECLINED') AS declined,
        count(*) FILTER (WHERE outcome = 'INCOMPLETE') AS incomplete,
        coalesce(CAST(sum(extract(epoch FROM ended_at) - extract(epoch FROM started_at)) FILTER (WHERE duration_seconds IS NOT NULL) AS double precision), 0) AS occupied_seconds,
        percentile_cont(0.50) WITHIN GROUP (ORDER BY duration_seconds) AS p50_call_seconds,
        percentile_cont(0.90) WITHIN GROUP (ORDER BY duration_seconds) AS p90_call_seconds,
        max(last_changed_at) AS last_changed_at
    FROM vkyc_etl.attempt_days
    GROUP BY day, app_id, agent_key
) AS counted;

CREATE VIEW vkyc.slots_daily AS
SELECT day, app_id, slots, reschedules, matured,
    CASE WHEN is_sent THEN started_before END AS started_before,
    CASE WHEN is_sent THEN started_in_slot END AS started_in_slot,
    CASE WHEN is_sent THEN started_after END AS started_after,
    CASE WHEN is_sent THEN no_show END AS no_show,
    last_changed_at
FROM (
    SELECT t.day, t.app_id, s.started_since IS NOT NULL AND s.started_since <= t.day AS is_sent,
        count(*) AS slots,
        CAST(sum(t.schedules - 1) AS bigint) AS reschedules,
        count(*) FILTER (WHERE t.slot_end_time + r.no_show_grace <= now()) AS matured,
        count(*) FILTER (WHERE t.slot_end_time + r.no_show_grace <= now() AND t.slot_call_at < t.slot_start_time) AS started_before,
        count(*) FILTER (WHERE t.slot_end_time + r.no_show_grace <= now() AND t.slot_call_at >= t.slot_start_time AND t.slot_call_at <= t.slot_end_time) AS started_in_slot,
        count(*) FILTER (WHERE t.slot_end_time + r.no_show_grace <= now() AND t.slot_call_at > t.slot_end_time AND t.slot_call_at <= t.slot_end_time + r.no_show_grace) AS started_after,
        count(*) FILTER (WHERE t.slot_end_time + r.no_show_grace <= now() AND (t.slot_call_at IS NULL OR t.slot_call_at > t.slot_end_time + r.no_show_grace)) AS no_show,
        max(t.last_changed_at) AS last_changed_at
    FROM vkyc_etl.slot_days AS t
    CROSS JOIN vkyc_etl.reporting AS r
    LEFT JOIN vkyc_etl.sent_types AS s ON s.app_id = t.app_id
    GROUP BY t.day, t.app_id, s.started_since
) AS counted;

CREATE VIEW vkyc.reasons_daily AS
SELECT day, app_id, outcome, reason_key, max(reason) FILTER (WHERE place = 1) AS reason, CAST(sum(attempts) AS bigint) AS attempts, max(last_changed_at) AS last_changed_at
FROM (
    SELECT day, app_id, outcome, reason_key, reason, attempts, last_changed_at,
        row_number() OVER (PARTITION BY day, app_id, outcome, reason_key ORDER BY attempts DESC, reason) AS place
    FROM (
        SELECT day, app_id, outcome, reason_key, CASE WHEN reason_key IS NOT NULL THEN reason END AS reason, count(*) AS attempts, max(last_changed_at) AS last_changed_at
        FROM vkyc_etl.reason_days
        GROUP BY 1, 2, 3, 4, 5
    ) AS sent
) AS ranked
GROUP BY day, app_id, outcome, reason_key;

CREATE VIEW vkyc.observed_event_types AS
SELECT app_id, event_type, CAST(sum(events) AS bigint) AS events, min(first_event_time) AS first_event_time, max(last_event_time) AS last_event_time
FROM vkyc_etl.event_type_days
GROUP BY app_id, event_type;

CREATE VIEW vkyc.data_quality_daily AS
SELECT CAST(quarter AT TIME ZONE (SELECT zone FROM vkyc_etl.reporting) AS date) AS day, app_id, issue, CAST(sum(events) AS bigint) AS events, max(last_loaded_at) AS last_changed_at
FROM vkyc_etl.received_quarters
WHERE issue <> ''
GROUP BY 1, 2, 3;

CREATE VIEW vkyc.days AS
WITH today AS (
    SELECT zone, CAST(now() AT TIME ZONE zone AS date) AS day, CAST(CAST(now() AT TIME ZONE zone AS date) - interval '10 years' AS date) AS least, CAST(CAST(now() AT TIME ZONE zone AS date) + interval '1 year' AS date) AS greatest
    FROM vkyc_etl.reporting
), seen AS (
    -- A UTC day is parts of two days here: its first and its last event tell which of them have any.
    SELECT CAST(e.event_time AT TIME ZONE t.zone AS date) AS day
    FROM today AS t
    CROSS JOIN (SELECT first_event_time AS event_time FROM vkyc_etl.event_type_days UNION ALL SELECT last_event_time FROM vkyc_etl.event_type_days) AS e
), span AS (
    SELECT t.day AS today, least(t.day, min(s.day)) AS begins, greatest(t.day, max(s.day)) AS ends
    FROM today AS t LEFT JOIN seen AS s ON s.day BETWEEN t.least AND t.greatest
    GROUP BY t.day
)
SELECT CAST(d.local AS date) AS day, CAST(d.local AS date) < s.today AS complete
FROM span AS s CROSS JOIN LATERAL generate_series(CAST(s.begins AS timestamp), CAST(s.ends AS timestamp), interval '1 day') AS d (local);

CREATE VIEW vkyc.freshness AS
WITH queued AS (
    SELECT max(e.received_at) AS last_received_at, max(e.loaded_at) AS last_loaded_at, max(e.event_time) AS last_event_time
    FROM vkyc.events AS e
    WHERE e.load_id = ANY (ARRAY(SELECT load_id FROM vkyc_etl.loads WHERE marts_applied_at IS NULL))
), applied AS (
    SELECT max(last_received_at) AS last_received_at, max(last_loaded_at) AS last_loaded_at FROM vkyc_etl.received_quarters WHERE issue = ''
), times AS (
    SELECT greatest(q.last_received_at, a.last_received_at) AS last_received_at, greatest(q.last_loaded_at, a.last_loaded_at) AS last_loaded_at,
        greatest(q.last_event_time, (SELECT max(last_event_time) FROM vkyc_etl.event_type_days)) AS last_event_time
    FROM queued AS q CROSS JOIN applied AS a
)
SELECT last_received_at, last_loaded_at, last_event_time, CAST(extract(epoch FROM now() - last_received_at) AS double precision) AS lag_seconds,
    (SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL) AS marts_behind_loads,
    (SELECT count(*) FROM vkyc_etl.quarantine WHERE resolution IS NULL) AS quarantined_open,
    (SELECT max(published_at) FROM vkyc_etl.publication) AS published_at
FROM times;
