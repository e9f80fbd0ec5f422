-- The derived tables. The worker's marts loop keeps them up, a load at a time; `vkyc marts rebuild` makes the same from nothing.
-- Without keys, as vkyc.events is: there is one writer, whose anti-join keeps a row to one.

-- What a load displaced: the old version of each row that it replaced or marked. With it the loads are a log of what was added and
-- taken away, which may be applied in any order. Gone once both loads are applied.
CREATE TABLE vkyc_etl.superseded_rows (
    app_id                     VARCHAR NOT NULL,
    event_type                 VARCHAR NOT NULL,
    event_time                 TIMESTAMPTZ,
    received_at                TIMESTAMPTZ NOT NULL,
    issues                     VARCHAR[] NOT NULL,
    load_id                    UUID NOT NULL,
    loaded_at                  TIMESTAMPTZ NOT NULL,
    superseded_by              UUID NOT NULL
);

CREATE TABLE vkyc.call_attempts (
    transaction_key            UUID NOT NULL,
    app_id                     VARCHAR NOT NULL,
    transaction_id             VARCHAR NOT NULL,
    attempt_no                 BIGINT NOT NULL,
    attempt_key                VARCHAR NOT NULL,
    started_at                 TIMESTAMPTZ,
    started_event_id           VARCHAR,
    ended_at                   TIMESTAMPTZ,
    ended_event_id             VARCHAR,
    outcome                    VARCHAR NOT NULL,
    agent_id                   VARCHAR,
    agent_key                  VARCHAR,
    reason                     VARCHAR,
    reason_key                 VARCHAR,
    duration_seconds           DOUBLE,
    last_changed_at            TIMESTAMPTZ NOT NULL
);

CREATE TABLE vkyc.transactions (
    transaction_key            UUID NOT NULL,
    app_id                     VARCHAR NOT NULL,
    transaction_id             VARCHAR NOT NULL,
    first_event_at             TIMESTAMPTZ NOT NULL,
    last_event_at              TIMESTAMPTZ NOT NULL,
    events                     BIGINT NOT NULL,
    scheduled_at               TIMESTAMPTZ,
    schedules                  BIGINT NOT NULL,
    slot_set_at                TIMESTAMPTZ,
    slot_start_time            TIMESTAMPTZ,
    slot_end_time              TIMESTAMPTZ,
    assigned_at                TIMESTAMPTZ,
    assignments                BIGINT NOT NULL,
    notified_at                TIMESTAMPTZ,
    notifications              BIGINT NOT NULL,
    started_at                 TIMESTAMPTZ,
    attempts                   BIGINT NOT NULL,
    completed_at               TIMESTAMPTZ,
    ended_at                   TIMESTAMPTZ,
    first_outcome              VARCHAR,
    latest_outcome             VARCHAR,
    approved_at                TIMESTAMPTZ,
    ever_approved              BOOLEAN NOT NULL,
    declined_attempts          BIGINT NOT NULL,
    incomplete_attempts        BIGINT NOT NULL,
    abandoned_attempts         BIGINT NOT NULL,
    latest_agent_key           VARCHAR,
    state                      VARCHAR NOT NULL,
    schedule_to_assign_seconds DOUBLE,
    assign_to_start_seconds    DOUBLE,
    notify_to_start_seconds    DOUBLE,
    negative_intervals         BIGINT NOT NULL,
    turnaround_seconds         DOUBLE,
    slot_call_at               TIMESTAMPTZ,
    last_changed_at            TIMESTAMPTZ NOT NULL
);

-- Transactions by quarter of an hour and stages seen: every zone's days begin at one, so a funnel needs no other rows.
CREATE TABLE vkyc_etl.cohort_quarters (
    quarter                    TIMESTAMPTZ NOT NULL,
    app_id                     VARCHAR NOT NULL,
    stages                     BIGINT NOT NULL,
    transactions               BIGINT NOT NULL,
    last_changed_at            TIMESTAMPTZ NOT NULL
);

CREATE TABLE vkyc_etl.event_type_days (
    app_id                     VARCHAR NOT NULL,
    event_type                 VARCHAR NOT NULL,
    utc_day                    DATE NOT NULL,
    events                     BIGINT NOT NULL,
    first_event_time           TIMESTAMPTZ,
    last_event_time            TIMESTAMPTZ
);

-- Issue '' counts every event, with issues or without.
CREATE TABLE vkyc_etl.received_quarters (
    app_id                     VARCHAR NOT NULL,
    quarter                    TIMESTAMPTZ NOT NULL,
    issue                      VARCHAR NOT NULL,
    events                     BIGINT NOT NULL,
    last_received_at           TIMESTAMPTZ,
    last_loaded_at             TIMESTAMPTZ
);

-- Unicode's White_Space at both ends.
CREATE MACRO vkyc_etl.white_space() AS
    chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(32) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196)
    || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288);
CREATE MACRO vkyc_etl.trimmed(given) AS trim(given, vkyc_etl.white_space());
-- Every white space one plain space.
CREATE MACRO vkyc_etl.spaced(given) AS translate(given, vkyc_etl.white_space(), repeat(' ', 25));
CREATE MACRO vkyc_etl.lowered(given) AS translate(given, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
CREATE MACRO vkyc_etl.agent_key(given) AS CASE
    WHEN vkyc_etl.trimmed(given) = '' THEN NULL
    WHEN length(given) - length(replace(given, '@', '')) = 1 AND vkyc_etl.trimmed(given)[1] <> '@' AND vkyc_etl.trimmed(given)[-1] <> '@'
        AND position(' ' IN vkyc_etl.spaced(vkyc_etl.trimmed(given))) = 0 THEN vkyc_etl.lowered(vkyc_etl.trimmed(given))
    ELSE vkyc_etl.trimmed(given) END;
CREATE MACRO vkyc_etl.reason_key(given) AS nullif(regexp_replace(vkyc_etl.spaced(vkyc_etl.lowered(vkyc_etl.trimmed(given))), ' +', ' ', 'g'), '');
-- Exact to the microsecond: the double nearest to it. Where a double does not hold the microseconds, reading text rounds but once.
CREATE MACRO vkyc_etl.seconds_of(microseconds) AS CASE
    WHEN abs(microseconds) < 9007199254740992 THEN microseconds / 1e6
    ELSE CAST(CAST(CAST(microseconds AS DECIMAL(31, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS VARCHAR) AS DOUBLE) END;
CREATE MACRO vkyc_etl.seconds_between(begins, ends) AS vkyc_etl.seconds_of(epoch_us(ends) - epoch_us(begins));
-- Before 1972 some zones were off by odd seconds.
CREATE MACRO vkyc_etl.quarter_of(instant) AS CASE
    WHEN epoch_us(instant) >= 63072000000000 THEN make_timestamptz(epoch_us(instant) - epoch_us(instant) % 900000000)
    ELSE make_timestamptz(epoch_us(instant) - ((epoch_us(instant) % 1000000) + 1000000) % 1000000) END;
-- 1 scheduled, 2 assigned, 4 notified, 8 started, 16 completed, 32 approved, 64 ended.
CREATE MACRO vkyc_etl.stages_of(scheduled_at, assigned_at, notified_at, started_at, completed_at, ended_at, ever_approved) AS
    CAST(CASE WHEN scheduled_at IS NULL THEN 0 ELSE 1 END + CASE WHEN assigned_at IS NULL THEN 0 ELSE 2 END
        + CASE WHEN notified_at IS NULL THEN 0 ELSE 4 END + CASE WHEN started_at IS NULL THEN 0 ELSE 8 END
        + CASE WHEN completed_at IS NULL THEN 0 ELSE 16 END + CASE WHEN ever_approved THEN 32 ELSE 0 END
        + CASE WHEN ended_at IS NULL THEN 0 ELSE 64 END AS BIGINT);
-- Interpolates as PostgreSQL does, to the last digit, which percentile_cont here does not.
CREATE MACRO vkyc_etl.percentile(sorted, fraction) AS
    sorted[CAST(floor(fraction::DOUBLE * (len(sorted) - 1)) AS BIGINT) + 1] + (fraction::DOUBLE * (len(sorted) - 1) - floor(fraction::DOUBLE * (len(sorted) - 1)))
        * (sorted[CAST(ceil(fraction::DOUBLE * (len(sorted) - 1)) AS BIGINT) + 1] - sorted[CAST(floor(fraction::DOUBLE * (len(sorted) - 1)) AS BIGINT) + 1]);
