-- The derived tables. The worker's marts loop keeps them up, a load at a time; `vkyc marts rebuild` makes the same from nothing.
ALTER INDEX vkyc.events_load_id_brin SET (autosummarize = on);

-- What a load displaced: the old version of each row that it replaced or marked. With it the loads are a log of what was added and
-- taken away, which may be applied in any order. Gone once both loads are applied.
CREATE TABLE vkyc_etl.superseded_rows (
    app_id        text        COLLATE "C" NOT NULL,
    event_type    text        COLLATE "C" NOT NULL,
    event_time    timestamptz,
    received_at   timestamptz NOT NULL,
    issues        text[]      COLLATE "C" NOT NULL,
    load_id       uuid        NOT NULL,
    loaded_at     timestamptz NOT NULL,
    superseded_by uuid        NOT NULL
);

CREATE TABLE vkyc.call_attempts (
    transaction_key  uuid    NOT NULL,
    app_id           text    COLLATE "C" NOT NULL,
    transaction_id   text    COLLATE "C" NOT NULL,
    attempt_no       bigint  NOT NULL,
    attempt_key      text    COLLATE "C" NOT NULL,
    started_at       timestamptz,
    started_event_id text    COLLATE "C",
    ended_at         timestamptz,
    ended_event_id   text    COLLATE "C",
    outcome          text    COLLATE "C" NOT NULL,
    agent_id         text    COLLATE "C",
    agent_key        text    COLLATE "C",
    reason           text    COLLATE "C",
    reason_key       text    COLLATE "C",
    duration_seconds double precision,
    last_changed_at  timestamptz NOT NULL,
    CONSTRAINT call_attempts_pkey PRIMARY KEY (transaction_key, attempt_no)
);
CREATE INDEX call_attempts_day ON vkyc.call_attempts (coalesce(started_at, ended_at));
CREATE INDEX call_attempts_ended_at ON vkyc.call_attempts (ended_at);

CREATE TABLE vkyc.transactions (
    transaction_key            uuid   NOT NULL,
    app_id                     text   COLLATE "C" NOT NULL,
    transaction_id             text   COLLATE "C" NOT NULL,
    first_event_at             timestamptz NOT NULL,
    last_event_at              timestamptz NOT NULL,
    events                     bigint NOT NULL,
    scheduled_at               timestamptz,
    schedules                  bigint NOT NULL,
    slot_set_at                timestamptz,
    slot_start_time            timestamptz,
    slot_end_time              timestamptz,
    assigned_at                timestamptz,
    assignments                bigint NOT NULL,
    notified_at                timestamptz,
    notifications              bigint NOT NULL,
    started_at                 timestamptz,
    attempts                   bigint NOT NULL,
    completed_at               timestamptz,
    ended_at                   timestamptz,
    first_outcome              text   COLLATE "C",
    latest_outcome             text   COLLATE "C",
    approved_at                timestamptz,
    ever_approved              boolean NOT NULL,
    declined_attempts          bigint NOT NULL,
    incomplete_attempts        bigint NOT NULL,
    abandoned_attempts         bigint NOT NULL,
    latest_agent_key           text   COLLATE "C",
    state                      text   COLLATE "C" NOT NULL,
    schedule_to_assign_seconds double precision,
    assign_to_start_seconds    double precision,
    notify_to_start_seconds    double precision,
    negative_intervals         bigint NOT NULL,
    turnaround_seconds         double precision,
    slot_call_at               timestamptz,
    last_changed_at            timestamptz NOT NULL,
    CONSTRAINT transactions_pkey PRIMARY KEY (transaction_key)
);
CREATE INDEX transactions_first_event_at ON vkyc.transactions (first_event_at);
CREATE INDEX transactions_last_event_at ON vkyc.transactions (last_event_at);
CREATE INDEX transactions_slot_start_time ON vkyc.transactions (slot_start_time);

-- Transactions by quarter of an hour and stages seen: every zone's days begin at one, so a funnel needs no other rows. Here and below no text
-- is part of a key: an app's or a type's name may be longer than an index takes.
CREATE TABLE vkyc_etl.cohort_quarters (
    quarter         timestamptz NOT NULL,
    app_id          text        COLLATE "C" NOT NULL,
    stages          bigint      NOT NULL,
    transactions    bigint      NOT NULL,
    last_changed_at timestamptz NOT NULL
);
CREATE INDEX cohort_quarters_quarter ON vkyc_etl.cohort_quarters (quarter);

CREATE TABLE vkyc_etl.event_type_days (
    app_id           text   COLLATE "C" NOT NULL,
    event_type       text   COLLATE "C" NOT NULL,
    utc_day          date   NOT NULL,
    events           bigint NOT NULL,
    first_event_time timestamptz,
    last_event_time  timestamptz
);
CREATE INDEX event_type_days_utc_day ON vkyc_etl.event_type_days (utc_day);

-- Issue '' counts every event, with issues or without.
CREATE TABLE vkyc_etl.received_quarters (
    app_id           text   COLLATE "C" NOT NULL,
    quarter          timestamptz NOT NULL,
    issue            text   COLLATE "C" NOT NULL,
    events           bigint NOT NULL,
    last_received_at timestamptz,
    last_loaded_at   timestamptz
);
CREATE INDEX received_quarters_quarter ON vkyc_etl.received_quarters (quarter);
CREATE INDEX quarantine_open ON vkyc_etl.quarantine (quarantined_at) WHERE resolution IS NULL;

-- Unicode's White_Space at both ends.
CREATE FUNCTION vkyc_etl.trimmed(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(given, U&'\0009\000A\000B\000C\000D\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000')
$$;
-- Every white space one plain space.
CREATE FUNCTION vkyc_etl.spaced(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(given, U&'\0009\000A\000B\000C\000D\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000', repeat(' ', 25))
$$;
CREATE FUNCTION vkyc_etl.lowered(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(given, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
$$;
CREATE FUNCTION vkyc_etl.agent_key(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN vkyc_etl.trimmed(given) = '' THEN NULL
        WHEN length(given) - length(replace(given, '@', '')) = 1 AND left(vkyc_etl.trimmed(given), 1) <> '@' AND right(vkyc_etl.trimmed(given), 1) <> '@'
            AND position(' ' IN vkyc_etl.spaced(vkyc_etl.trimmed(given))) = 0 THEN vkyc_etl.lowered(vkyc_etl.trimmed(given))
        ELSE vkyc_etl.trimmed(given) END
$$;
CREATE FUNCTION vkyc_etl.reason_key(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT nullif(regexp_replace(vkyc_etl.spaced(vkyc_etl.lowered(vkyc_etl.trimmed(given))), ' +', ' ', 'g'), '')
$$;
-- Exact to the microsecond: the double nearest to the difference.
CREATE FUNCTION vkyc_etl.seconds_between(begins timestamptz, ends timestamptz) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CAST(extract(epoch FROM ends) - extract(epoch FROM begins) AS double precision)
$$;
-- Before 1972 some zones were off by odd seconds.
CREATE FUNCTION vkyc_etl.quarter_of(instant timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN instant >= '1972-01-01 00:00:00+00' THEN date_bin('15 minutes', instant, '1972-01-01 00:00:00+00')
        ELSE date_bin('1 second', instant, '1972-01-01 00:00:00+00') END
$$;
-- 1 scheduled, 2 assigned, 4 notified, 8 started, 16 completed, 32 approved, 64 ended.
CREATE FUNCTION vkyc_etl.stages_of(
    scheduled_at timestamptz, assigned_at timestamptz, notified_at timestamptz, started_at timestamptz, completed_at timestamptz, ended_at timestamptz, ever_approved boolean)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CAST(CASE WHEN scheduled_at IS NULL THEN 0 ELSE 1 END + CASE WHEN assigned_at IS NULL THEN 0 ELSE 2 END
        + CASE WHEN notified_at IS NULL THEN 0 ELSE 4 END + CASE WHEN started_at IS NULL THEN 0 ELSE 8 END
        + CASE WHEN completed_at IS NULL THEN 0 ELSE 16 END + CASE WHEN ever_approved THEN 32 ELSE 0 END
        + CASE WHEN ended_at IS NULL THEN 0 ELSE 64 END AS bigint)
$$;
