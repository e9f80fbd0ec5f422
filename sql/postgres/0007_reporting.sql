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
