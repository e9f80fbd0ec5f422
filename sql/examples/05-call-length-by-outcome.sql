-- How long do calls last, by how they ended? Over calls that started in the last 28 days and whose start and end are known.
-- An abandoned call (another one was started before it ended) has no length of its own and is not here.
SELECT outcome, count(*) AS calls,
       CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) / 60 AS decimal(12, 1)) AS p50_minutes,
       CAST(percentile_cont(0.9) WITHIN GROUP (ORDER BY duration_seconds) / 60 AS decimal(12, 1)) AS p90_minutes,
       CAST(sum(duration_seconds) / 3600 AS decimal(12, 1)) AS hours
FROM vkyc.call_attempts
WHERE duration_seconds IS NOT NULL AND started_at >= now() - INTERVAL '28 days'
GROUP BY outcome
ORDER BY count(*) DESC, outcome;
