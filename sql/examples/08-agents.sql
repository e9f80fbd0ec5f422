-- What did each agent do in the last 28 days? Calls, decisions, time in calls.
-- An e-mail counts whatever its capitals. NULL: calls of which nobody is named. Time in calls is not working time: waiting and paperwork are not in the feed.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete)
SELECT a.agent_key AS agent,
       count(DISTINCT a.day) AS days,
       sum(a.attempts) AS calls,
       sum(a.approved) AS approved,
       sum(a.declined) AS declined,
       sum(a.incomplete) AS incomplete,
       CAST(100.0 * sum(a.approved) / nullif(sum(a.approved) + sum(a.declined), 0) AS decimal(5, 1)) AS approval_percent,
       CAST(sum(a.occupied_seconds) / 3600 AS decimal(12, 1)) AS hours_in_calls
FROM vkyc.agents_daily AS a
WHERE a.day BETWEEN (SELECT day FROM today) - 27 AND (SELECT day FROM today)
GROUP BY a.agent_key
ORDER BY calls DESC, agent NULLS LAST;
