-- What does each application send, since when, and what is odd about it? One row an event type, and one an issue.
-- A type that an application has never sent is no row here, and NULL in every funnel. avro/README.md says what each issue means.
-- Days are of the reporting zone: of the events' own time, and of an issue of its receipt.
SELECT app_id, 'type' AS kind, event_type AS name, events,
       CAST(first_event_time AT TIME ZONE zone AS date) AS first_day, CAST(last_event_time AT TIME ZONE zone AS date) AS last_day
FROM vkyc.observed_event_types CROSS JOIN vkyc.reporting
UNION ALL
SELECT app_id, 'issue', issue, CAST(sum(events) AS bigint), min(day), max(day)
FROM vkyc.data_quality_daily
GROUP BY app_id, issue
ORDER BY app_id, kind DESC, name;
