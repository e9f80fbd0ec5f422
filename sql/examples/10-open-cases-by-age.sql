-- Which transactions are open, and for how long has nothing been heard of them? Open: neither approved nor declined last.
-- The state is the furthest step, or how the latest call ended. A long silence in IN_CALL is a call whose end was never told.
SELECT state, count(*) AS transactions,
       count(*) FILTER (WHERE last_event_at > now() - INTERVAL '1 hour') AS under_1_hour,
       count(*) FILTER (WHERE last_event_at <= now() - INTERVAL '1 hour' AND last_event_at > now() - INTERVAL '4 hours') AS under_4_hours,
       count(*) FILTER (WHERE last_event_at <= now() - INTERVAL '4 hours' AND last_event_at > now() - INTERVAL '24 hours') AS under_1_day,
       count(*) FILTER (WHERE last_event_at <= now() - INTERVAL '24 hours' AND last_event_at > now() - INTERVAL '72 hours') AS under_3_days,
       count(*) FILTER (WHERE last_event_at <= now() - INTERVAL '72 hours') AS over_3_days,
       min(last_event_at) AS longest_silent_since
FROM vkyc.transactions
WHERE state NOT IN ('APPROVED', 'DECLINED')
GROUP BY state
ORDER BY transactions DESC, state;
