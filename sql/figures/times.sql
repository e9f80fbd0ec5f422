-- Seconds between the first event of a stage and of the next, of transactions whose first event is of the days asked for, and of calls that started
-- on them. Percentiles are of all values together. Negative ones are left out and counted.
WITH entrants AS (
    SELECT schedule_to_assign_seconds, assign_to_start_seconds, notify_to_start_seconds, turnaround_seconds,
           scheduled_at IS NOT NULL AND assigned_at IS NOT NULL AS has_assignment,
           assigned_at IS NOT NULL AND started_at IS NOT NULL AS has_start,
           notified_at IS NOT NULL AND started_at IS NOT NULL AS has_notified_start
    FROM vkyc.transactions
    WHERE first_event_at >= CAST($from_day AS timestamp) AT TIME ZONE CAST($zone AS text)
      AND first_event_at < (CAST($to_day AS timestamp) + INTERVAL '1 day') AT TIME ZONE CAST($zone AS text)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
), measured AS (
    SELECT 'schedule_to_assign' AS measure, schedule_to_assign_seconds AS seconds, has_assignment AND schedule_to_assign_seconds IS NULL AS is_negative FROM entrants
    UNION ALL
    SELECT 'assign_to_start', assign_to_start_seconds, has_start AND assign_to_start_seconds IS NULL FROM entrants
    UNION ALL
    SELECT 'notify_to_start', notify_to_start_seconds, has_notified_start AND notify_to_start_seconds IS NULL FROM entrants
    UNION ALL
    SELECT 'turnaround', turnaround_seconds, FALSE FROM entrants
    UNION ALL
    SELECT 'call', duration_seconds, FALSE
    FROM vkyc.call_attempts
    WHERE started_at IS NOT NULL
      AND coalesce(started_at, ended_at) >= CAST($from_day AS timestamp) AT TIME ZONE CAST($zone AS text)
      AND coalesce(started_at, ended_at) < (CAST($to_day AS timestamp) + INTERVAL '1 day') AT TIME ZONE CAST($zone AS text)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
)
SELECT k.measure,
       count(m.seconds) AS n,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY m.seconds) AS p50_seconds,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY m.seconds) AS p90_seconds,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY m.seconds) AS p95_seconds,
       count(*) FILTER (WHERE m.is_negative) AS negatives
FROM (VALUES (1, 'schedule_to_assign'), (2, 'assign_to_start'), (3, 'notify_to_start'), (4, 'call'), (5, 'turnaround')) AS k (position, measure)
LEFT JOIN measured AS m ON m.measure = k.measure
GROUP BY k.position, k.measure
ORDER BY k.position;
