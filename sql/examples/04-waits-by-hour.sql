-- At which hour do customers wait longest between being assigned and the start of the call? Over the last 28 days, by the hour of the assignment.
-- Hours are of the reporting zone. Percentiles come from the transactions themselves, never from averages of days.
WITH waits AS (
    SELECT CAST(extract(hour FROM assigned_at AT TIME ZONE (SELECT zone FROM vkyc.reporting)) AS integer) AS hour, assign_to_start_seconds / 60 AS minutes
    FROM vkyc.transactions
    WHERE assign_to_start_seconds IS NOT NULL AND assigned_at >= now() - INTERVAL '28 days'
)
SELECT hour, count(*) AS transactions,
       CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS decimal(12, 1)) AS p50_minutes,
       CAST(percentile_cont(0.9) WITHIN GROUP (ORDER BY minutes) AS decimal(12, 1)) AS p90_minutes
FROM waits
GROUP BY hour
ORDER BY hour;
