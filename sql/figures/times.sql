-- Seconds between the first event of a stage and of the next, of transactions whose first event is of the days asked for, and of calls that started
-- on them. Percentiles are of all values together. Negative ones are left out and counted. (One pass over each table.)
WITH waits AS MATERIALIZED (
    SELECT count(schedule_to_assign_seconds) AS assign_n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY schedule_to_assign_seconds) AS assign_p50,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY schedule_to_assign_seconds) AS assign_p90,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY schedule_to_assign_seconds) AS assign_p95,
           count(*) FILTER (WHERE scheduled_at IS NOT NULL AND assigned_at IS NOT NULL AND schedule_to_assign_seconds IS NULL) AS assign_negatives,
           count(assign_to_start_seconds) AS start_n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY assign_to_start_seconds) AS start_p50,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY assign_to_start_seconds) AS start_p90,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY assign_to_start_seconds) AS start_p95,
           count(*) FILTER (WHERE assigned_at IS NOT NULL AND started_at IS NOT NULL AND assign_to_start_seconds IS NULL) AS start_negatives,
           count(notify_to_start_seconds) AS notified_n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY notify_to_start_seconds) AS notified_p50,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY notify_to_start_seconds) AS notified_p90,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY notify_to_start_seconds) AS notified_p95,
           count(*) FILTER (WHERE notified_at IS NOT NULL AND started_at IS NOT NULL AND notify_to_start_seconds IS NULL) AS notified_negatives,
           count(turnaround_seconds) AS approval_n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY turnaround_seconds) AS approval_p50,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY turnaround_seconds) AS approval_p90,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY turnaround_seconds) AS approval_p95
    FROM vkyc.transactions
    WHERE first_event_at >= CAST($begins AS timestamptz)
      AND first_event_at < CAST($ends AS timestamptz)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
)
SELECT measure, n, p50_seconds, p90_seconds, p95_seconds, negatives
FROM (
    SELECT 1 AS position, 'schedule_to_assign' AS measure, assign_n AS n, assign_p50 AS p50_seconds, assign_p90 AS p90_seconds, assign_p95 AS p95_seconds,
           assign_negatives AS negatives
    FROM waits
    UNION ALL
    SELECT 2, 'assign_to_start', start_n, start_p50, start_p90, start_p95, start_negatives FROM waits
    UNION ALL
    SELECT 3, 'notify_to_start', notified_n, notified_p50, notified_p90, notified_p95, notified_negatives FROM waits
    UNION ALL
    SELECT 4, 'call', count(duration_seconds),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY duration_seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_seconds),
           0
    FROM vkyc.call_attempts
    WHERE started_at IS NOT NULL
      AND coalesce(started_at, ended_at) >= CAST($begins AS timestamptz)
      AND coalesce(started_at, ended_at) < CAST($ends AS timestamptz)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
    UNION ALL
    SELECT 5, 'turnaround', approval_n, approval_p50, approval_p90, approval_p95, 0 FROM waits
) AS measures
ORDER BY position;
