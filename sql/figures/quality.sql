-- What was strange about events received on the days asked for, and which event types each app has sent at all.
SELECT kind, app_id, name, events, first_event_time, last_event_time
FROM (
    SELECT 'issue' AS kind, CAST(NULL AS text) AS app_id, issue AS name, CAST(sum(events) AS bigint) AS events,
           CAST(NULL AS timestamptz) AS first_event_time, CAST(NULL AS timestamptz) AS last_event_time
    FROM vkyc.data_quality_daily
    WHERE day BETWEEN CAST($from_day AS date) AND CAST($to_day AS date)
      AND (CAST($app AS text) IS NULL OR app_id = $app)
    GROUP BY issue
    UNION ALL
    SELECT 'type', app_id, event_type, events, first_event_time, last_event_time
    FROM vkyc.observed_event_types
    WHERE CAST($app AS text) IS NULL OR app_id = $app
) AS q
ORDER BY kind COLLATE "C", app_id COLLATE "C", events DESC, name COLLATE "C";
