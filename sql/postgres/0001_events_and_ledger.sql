-- vkyc is for people, vkyc_etl for the machine. Columns made by schemas, views and comments on both come from avro/ (vkyc migrate).
CREATE SCHEMA IF NOT EXISTS vkyc;
CREATE SCHEMA IF NOT EXISTS vkyc_etl;

-- The key begins with the transaction: one index finds the duplicate and the transaction, and a distributed database can keep a
-- transaction's rows together. Nothing else is indexed but two BRINs: indexes are the cost of a load.
CREATE TABLE vkyc.events (
    transaction_key  uuid        NOT NULL,
    event_key        uuid        NOT NULL,
    event_id         text        COLLATE "C" NOT NULL,
    event_type       text        COLLATE "C" NOT NULL,
    event_version    text        COLLATE "C",
    app_id           text        COLLATE "C" NOT NULL,
    transaction_id   text        COLLATE "C" NOT NULL,
    event_time       timestamptz,
    extras           text        COLLATE "C",
    issues           text[]      COLLATE "C" NOT NULL,
    received_at      timestamptz NOT NULL,
    source_topic     text        COLLATE "C" NOT NULL,
    source_partition integer     NOT NULL,
    source_offset    bigint      NOT NULL,
    schema_version   text        COLLATE "C" NOT NULL,
    content_digest   uuid        NOT NULL,
    load_id          uuid        NOT NULL,
    loaded_at        timestamptz NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (transaction_key, event_key)
);
CREATE INDEX events_event_time_brin ON vkyc.events USING brin (event_time);
CREATE INDEX events_load_id_brin ON vkyc.events USING brin (load_id);

CREATE TABLE vkyc_etl.partition_progress (
    cluster_id    text    COLLATE "C" NOT NULL,
    topic         text    COLLATE "C" NOT NULL,
    topic_id      text    COLLATE "C" NOT NULL,
    partition     integer NOT NULL,
    pass          integer NOT NULL,
    next_offset   bigint  NOT NULL,
    anchor_offset bigint,
    anchor_sha256 text    COLLATE "C",
    backend_pid   integer,
    updated_at    timestamptz NOT NULL,
    CONSTRAINT partition_progress_pkey PRIMARY KEY (cluster_id, topic_id, partition)
);

CREATE TABLE vkyc_etl.loads (
    load_id          uuid        NOT NULL,
    worker           text        NOT NULL,
    begun_at         timestamptz NOT NULL,
    committed_at     timestamptz NOT NULL,
    schema_set       text        COLLATE "C" NOT NULL,
    rows             bigint      NOT NULL,
    marts_applied_at timestamptz,
    CONSTRAINT loads_pkey PRIMARY KEY (load_id)
);
CREATE INDEX loads_queue ON vkyc_etl.loads (load_id) WHERE marts_applied_at IS NULL;

CREATE TABLE vkyc_etl.load_ranges (
    load_id      uuid    NOT NULL,
    cluster_id   text    COLLATE "C" NOT NULL,
    topic        text    COLLATE "C" NOT NULL,
    topic_id     text    COLLATE "C" NOT NULL,
    partition    integer NOT NULL,
    pass         integer NOT NULL,
    first_offset bigint  NOT NULL,
    last_offset  bigint  NOT NULL,
    loaded       bigint  NOT NULL,
    duplicates   bigint  NOT NULL,
    quarantined  bigint  NOT NULL,
    gaps         bigint  NOT NULL,
    lost         bigint  NOT NULL,
    digest       text    COLLATE "C" NOT NULL,
    CONSTRAINT load_ranges_pkey PRIMARY KEY (load_id, partition, pass),
    -- A second guard behind compare-and-set: no offset begins two ranges of one pass.
    CONSTRAINT load_ranges_first_offset_key UNIQUE (cluster_id, topic_id, partition, pass, first_offset),
    CONSTRAINT load_ranges_identity CHECK (last_offset - first_offset + 1 = loaded + duplicates + quarantined + gaps + lost)
);

CREATE TABLE vkyc_etl.quarantine (
    source_topic     text    COLLATE "C" NOT NULL,
    source_partition integer NOT NULL,
    source_offset    bigint  NOT NULL,
    pass             integer NOT NULL,
    reason_code      text    COLLATE "C" NOT NULL,
    reason_text      text    NOT NULL,
    record_key       bytea,
    headers          text    NOT NULL,
    body             bytea   NOT NULL,
    received_at      timestamptz NOT NULL,
    load_id          uuid    NOT NULL,
    quarantined_at   timestamptz NOT NULL,
    resolution       text,
    resolved_at      timestamptz,
    cluster_id       text    COLLATE "C" NOT NULL,
    topic_id         text    COLLATE "C" NOT NULL
);
CREATE INDEX quarantine_coordinates ON vkyc_etl.quarantine (source_topic, source_partition, source_offset);

CREATE TABLE vkyc_etl.lost_acknowledgements (
    load_id         uuid    NOT NULL,
    partition       integer NOT NULL,
    pass            integer NOT NULL,
    acknowledged_by text    NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    CONSTRAINT lost_acknowledgements_pkey PRIMARY KEY (load_id, partition, pass)
);

CREATE TABLE vkyc_etl.settings (
    name   text COLLATE "C" NOT NULL,
    value  text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT settings_pkey PRIMARY KEY (name)
);

COMMENT ON SCHEMA vkyc IS 'Video-KYC events and what is derived from them, for people and BI tools';
COMMENT ON SCHEMA vkyc_etl IS 'The loader''s own tables: progress, ledger, quarantine, settings';
COMMENT ON TABLE vkyc.events IS 'One row an event: the webhook as sent, flattened into typed columns';
COMMENT ON TABLE vkyc_etl.partition_progress IS 'Where each Kafka partition stands: the only truth about what has been loaded';
COMMENT ON TABLE vkyc_etl.loads IS 'One row a load, committed with its rows; marts_applied_at NULL: derived tables do not yet hold it';
COMMENT ON TABLE vkyc_etl.load_ranges IS 'One row a load and partition: last_offset - first_offset + 1 = loaded + duplicates + quarantined + gaps + lost';
COMMENT ON TABLE vkyc_etl.quarantine IS 'Records that are no row, with reason and bytes. headers: a JSON array of {name, value} (text) or {name, base64}';
COMMENT ON TABLE vkyc_etl.lost_acknowledgements IS 'Ranges whose lost offsets an operator has acknowledged: by whom and when';
COMMENT ON TABLE vkyc_etl.settings IS 'Reporting settings that the views read, written by vkyc migrate';
COMMENT ON COLUMN vkyc_etl.partition_progress.backend_pid IS 'pg_backend_pid() of the last loader: ending that backend frees what a stopped client holds';
