-- Is it complete? How far behind the figures are, whether the derived tables hold every event, and which closed days were restated by late events.
-- Good is: the lag as long as the pause between two webhooks, 0 loads behind, 0 events that the derived tables lack. What is in quarantine is in no figure.
-- That every offset of the raw topic is accounted for (offsets = loaded + duplicates + quarantined + gaps + lost) only 'vkyc audit' proves.
WITH today AS (SELECT min(day) AS day FROM vkyc.days WHERE NOT complete),
restated AS (
    SELECT f.cohort_day AS day, max(f.last_changed_at) AS changed_at, CAST(f.cohort_day + 1 AS timestamp) AT TIME ZONE (SELECT zone FROM vkyc.reporting) AS ended_at
    FROM vkyc.funnel_daily AS f
    WHERE f.cohort = 'any' AND f.cohort_day >= (SELECT day FROM today) - 14 AND f.cohort_day < (SELECT day FROM today)
    GROUP BY f.cohort_day
)
SELECT 1 AS no, 'seconds since the last webhook' AS what, CAST(NULL AS date) AS day, CAST(lag_seconds AS bigint) AS value, last_received_at AS seen_at FROM vkyc.freshness
UNION ALL
SELECT 2, 'loads that the derived tables lack', NULL, CAST(marts_behind_loads AS bigint), last_loaded_at FROM vkyc.freshness
UNION ALL
SELECT 3, 'events that the derived tables lack', NULL,
       (SELECT count(*) FROM vkyc.events WHERE event_time IS NOT NULL) - CAST((SELECT coalesce(sum(events), 0) FROM vkyc.transactions) AS bigint), last_event_time
FROM vkyc.freshness
UNION ALL
SELECT 4, 'events in quarantine', NULL, CAST(quarantined_open AS bigint), NULL FROM vkyc.freshness
UNION ALL
SELECT 5, 'minutes after its end a day was restated', day, CAST(floor(extract(epoch FROM changed_at - ended_at) / 60) AS bigint), changed_at
FROM restated
WHERE changed_at > ended_at
ORDER BY no, day;
