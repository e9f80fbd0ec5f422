-- Call attempts by agent, by the day on which they began (or ended, where no beginning is known). Rates and percentiles are of all days together.
SELECT agent_key AS agent,
       count(*) AS attempts,
       count(*) FILTER (WHERE outcome = 'APPROVED') AS approved,
       count(*) FILTER (WHERE outcome = 'DECLINED') AS declined,
       count(*) FILTER (WHERE outcome = 'INCOMPLETE') AS incomplete,
       CAST(count(*) FILTER (WHERE outcome = 'APPROVED') AS double precision)
           / NULLIF(count(*) FILTER (WHERE outcome IN ('APPROVED', 'DECLINED')), 0) AS approval_rate,
       coalesce(CAST(sum(CAST(round(duration_seconds * 1e6) AS bigint)) AS double precision) / 1e6, 0) AS occupied_seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS p50_call_seconds,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY duration_seconds) AS p90_call_seconds
FROM vkyc.call_attempts
WHERE coalesce(started_at, ended_at) >= CAST($begins AS timestamptz)
  AND coalesce(started_at, ended_at) < CAST($ends AS timestamptz)
  AND (CAST($app AS text) IS NULL OR app_id = $app)
GROUP BY agent_key
ORDER BY attempts DESC, agent_key COLLATE "C" NULLS LAST;
