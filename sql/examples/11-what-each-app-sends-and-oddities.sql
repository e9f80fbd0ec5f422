-- What does each application send, since when, and what is odd about it? One row an event type, and one an issue.
-- A type that an application has never sent is no row here, and NULL in every funnel. avro/README.md says what each issue means.
-- Days: of the events' own time, of an issue of its receipt; in the zone below, which is to be your reporting zone.
SELECT app_id, 'type' AS kind, event_type AS name, events,
       CAST(first_event_time AT TIME ZONE 'Asia/Kolkata' AS date) AS first_day, CAST(last_event_time AT TIME ZONE 'Asia/Kolkata' AS date) AS last_day
FROM vkyc.observed_event_types
UNION ALL
SELECT app_id, 'issue', issue, CAST(sum(events) AS bigint), min(day), max(day)
FROM vkyc.data_quality_daily
GROUP BY app_id, issue
ORDER BY app_id, kind DESC, name;
