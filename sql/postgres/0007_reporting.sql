-- The settings by which the views count, for whoever counts on in the same zone; the same on every engine.
CREATE VIEW vkyc.reporting AS
SELECT zone, sla_seconds,
    CAST(extract(epoch FROM no_show_grace) AS double precision) AS no_show_grace_seconds,
    CAST(extract(epoch FROM stale_after) AS double precision) AS stale_after_seconds,
    CAST(extract(epoch FROM lapsed_after) AS double precision) AS lapsed_after_seconds
FROM vkyc_etl.reporting;

COMMENT ON VIEW vkyc.reporting IS 'The settings that the views count by: one row. Changed by vkyc migrate';
COMMENT ON COLUMN vkyc.reporting.zone IS 'Reporting:TimeZone, the zone of every day';
COMMENT ON COLUMN vkyc.reporting.sla_seconds IS 'Reporting:Sla, s';
COMMENT ON COLUMN vkyc.reporting.no_show_grace_seconds IS 'Reporting:NoShowGrace, s';
COMMENT ON COLUMN vkyc.reporting.stale_after_seconds IS 'Reporting:StaleAfter, s';
COMMENT ON COLUMN vkyc.reporting.lapsed_after_seconds IS 'Reporting:LapsedAfter, s';

-- Words that lost their apostrophes in the script before.
COMMENT ON COLUMN vkyc.call_attempts.last_changed_at IS 'When this row''s content last changed (load time)';
COMMENT ON TABLE vkyc.transactions IS 'One row a transaction: the customer''s journey, which may hold many calls. Made of its events that have an event_time, whatever the order in which they arrived';
COMMENT ON COLUMN vkyc.transactions.state IS 'APPROVED if ever approved; else the last attempt''s outcome (OPEN reads IN_CALL); with no attempt NOTIFIED, ASSIGNED, SCHEDULED or ENTERED, the furthest seen';
COMMENT ON COLUMN vkyc.transactions.last_changed_at IS 'When this row''s content last changed (load time)';
COMMENT ON VIEW vkyc.funnel_daily IS 'Seven stages for each day, app and cohort: how many of the transactions that entered that day have reached each. NULL where the app did not send the stage''s event type on that day: not known, not 0';
COMMENT ON COLUMN vkyc.funnel_daily.cohort_day IS 'Day of the transaction''s first event, in the reporting zone';
COMMENT ON COLUMN vkyc.funnel_daily.reached IS 'Those with this stage''s own event';
COMMENT ON COLUMN vkyc.funnel_daily.reached_open IS 'Those with this stage''s or a later one''s event; an ENDED is evidence of STARTED';
COMMENT ON COLUMN vkyc.funnel_daily.reached_strict IS 'Those with this stage''s event and that of every earlier stage that the app then sent; SCHEDULED is not asked for in the cohort any';
COMMENT ON COLUMN vkyc.sla_daily.cohort_day IS 'Day of the transaction''s first event, in the reporting zone';
COMMENT ON COLUMN vkyc.stage_times_daily.day IS 'Day of the first event; of the call''s start for call. In the reporting zone';
COMMENT ON COLUMN vkyc.outcomes_daily.day IS 'Day of the attempt''s start, else of its end, in the reporting zone';
COMMENT ON COLUMN vkyc.agents_daily.day IS 'Day of the attempt''s start, else of its end, in the reporting zone';
COMMENT ON COLUMN vkyc.reasons_daily.day IS 'Day of the attempt''s end, in the reporting zone';
COMMENT ON COLUMN vkyc.reasons_daily.reason_key IS 'The reason''s normal form; NULL: none given';
COMMENT ON COLUMN vkyc.data_quality_daily.issue IS 'The issue''s code';

-- Waiting loads looked up one by one: by an array of unknown length the planner read all events.
CREATE OR REPLACE VIEW vkyc.freshness AS
WITH queued AS (
    SELECT max(e.received_at) AS last_received_at, max(e.loaded_at) AS last_loaded_at, max(e.event_time) AS last_event_time
    FROM vkyc_etl.loads AS l
    CROSS JOIN LATERAL (SELECT e.received_at, e.loaded_at, e.event_time FROM vkyc.events AS e WHERE e.load_id = l.load_id OFFSET 0) AS e
    WHERE l.marts_applied_at IS NULL
), applied AS (
    SELECT max(last_received_at) AS last_received_at, max(last_loaded_at) AS last_loaded_at FROM vkyc_etl.received_quarters WHERE issue = ''
), times AS (
    SELECT greatest(q.last_received_at, a.last_received_at) AS last_received_at, greatest(q.last_loaded_at, a.last_loaded_at) AS last_loaded_at,
        greatest(q.last_event_time, (SELECT max(last_event_time) FROM vkyc_etl.event_type_days)) AS last_event_time
    FROM queued AS q CROSS JOIN applied AS a
)
SELECT last_received_at, last_loaded_at, last_event_time, CAST(extract(epoch FROM now() - last_received_at) AS double precision) AS lag_seconds,
    (SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL) AS marts_behind_loads,
    (SELECT count(*) FROM vkyc_etl.quarantine WHERE resolution IS NULL) AS quarantined_open,
    (SELECT max(published_at) FROM vkyc_etl.publication) AS published_at
FROM times;
