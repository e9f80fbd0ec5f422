-- Seconds between the first event of a stage and of the next, of transactions whose first event is of the days asked for, and of calls that started
-- on them. Percentiles are of all values together. Negative ones are left out and counted.
WITH entrants AS (
    SELECT schedule_to_assign_seconds, assign_to_start_seconds, notify_to_start_seconds, turnaround_seconds,
           scheduled_at IS NOT NULL AND assigned_at IS NOT NULL AND schedule_to_assign_seconds IS NULL AS is_schedule_to_assign_negative,
           assigned_at IS NOT NULL AND started_at IS NOT NULL AND assign_to_start_seconds IS NULL AS is_assign_to_start_negative,
           notified_at IS NOT NULL AND started_at IS NOT NULL AND notify_to_start_seconds IS NULL AS is_notify_to_start_negative
    FROM vkyc.transactions
    WHERE first_event_at >= CAST($begins AS timestamptz)
      AND first_event_at < CAST($ends AS timestamptz)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
), calls AS (
    SELECT duration_seconds
    FROM vkyc.call_attempts
    WHERE started_at IS NOT NULL
      AND coalesce(started_at, ended_at) >= CAST($begins AS timestamptz)
      AND coalesce(started_at, ended_at) < CAST($ends AS timestamptz)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
)
SELECT measure, n, p50_seconds, p90_seconds, p95_seconds, negatives
FROM (
    SELECT 1 AS position, 'schedule_to_assign' AS measure, count(schedule_to_assign_seconds) AS n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY schedule_to_assign_seconds) AS p50_seconds,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY schedule_to_assign_seconds) AS p90_seconds,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY schedule_to_assign_seconds) AS p95_seconds,
           count(*) FILTER (WHERE is_schedule_to_assign_negative) AS negatives
    FROM entrants
    UNION ALL
    SELECT 2, 'assign_to_start', count(assign_to_start_seconds),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY assign_to_start_seconds),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY assign_to_start_seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY assign_to_start_seconds),
           count(*) FILTER (WHERE is_assign_to_start_negative)
    FROM entrants
    UNION ALL
    SELECT 3, 'notify_to_start', count(notify_to_start_seconds),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY notify_to_start_seconds),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY notify_to_start_seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY notify_to_start_seconds),
           count(*) FILTER (WHERE is_notify_to_start_negative)
    FROM entrants
    UNION ALL
    SELECT 4, 'call', count(duration_seconds),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY duration_seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_seconds),
           0
    FROM calls
    UNION ALL
    SELECT 5, 'turnaround', count(turnaround_seconds),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY turnaround_seconds),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY turnaround_seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY turnaround_seconds),
           0
    FROM entrants
) AS measures
ORDER BY position;
