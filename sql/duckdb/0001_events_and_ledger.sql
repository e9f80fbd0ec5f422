-- vkyc is for people, vkyc_etl for the machine. Columns made by schemas, views and comments on both come from avro/ (vkyc migrate).
CREATE SCHEMA IF NOT EXISTS vkyc;
CREATE SCHEMA IF NOT EXISTS vkyc_etl;

-- No primary key: there is one writer, and its anti-join on (transaction_key, event_key) keeps an event to one row; a key here costs
-- a load half its speed, and more as the table grows.
CREATE TABLE vkyc.events (
    transaction_key  UUID NOT NULL,
    event_key        UUID NOT NULL,
    event_id         VARCHAR NOT NULL,
    event_type       VARCHAR NOT NULL,
    event_version    VARCHAR,
    app_id           VARCHAR NOT NULL,
    transaction_id   VARCHAR NOT NULL,
    event_time       TIMESTAMPTZ,
    extras           VARCHAR,
    issues           VARCHAR[] NOT NULL,
    received_at      TIMESTAMPTZ NOT NULL,
    source_topic     VARCHAR NOT NULL,
    source_partition INTEGER NOT NULL,
    source_offset    BIGINT NOT NULL,
    schema_version   VARCHAR NOT NULL,
    content_digest   UUID NOT NULL,
    load_id          UUID NOT NULL,
    loaded_at        TIMESTAMPTZ NOT NULL
);

CREATE TABLE vkyc_etl.partition_progress (
    cluster_id    VARCHAR NOT NULL,
    topic         VARCHAR NOT NULL,
    topic_id      VARCHAR NOT NULL,
    partition     INTEGER NOT NULL,
    pass          INTEGER NOT NULL,
    next_offset   BIGINT NOT NULL,
    anchor_offset BIGINT,
    anchor_sha256 VARCHAR,
    backend_pid   INTEGER,
    updated_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (cluster_id, topic_id, partition)
);

CREATE TABLE vkyc_etl.loads (
    load_id          UUID NOT NULL,
    worker           VARCHAR NOT NULL,
    begun_at         TIMESTAMPTZ NOT NULL,
    committed_at     TIMESTAMPTZ NOT NULL,
    schema_set       VARCHAR NOT NULL,
    rows             BIGINT NOT NULL,
    marts_applied_at TIMESTAMPTZ,
    PRIMARY KEY (load_id)
);

CREATE TABLE vkyc_etl.load_ranges (
    load_id      UUID NOT NULL,
    cluster_id   VARCHAR NOT NULL,
    topic        VARCHAR NOT NULL,
    topic_id     VARCHAR NOT NULL,
    partition    INTEGER NOT NULL,
    pass         INTEGER NOT NULL,
    first_offset BIGINT NOT NULL,
    last_offset  BIGINT NOT NULL,
    loaded       BIGINT NOT NULL,
    duplicates   BIGINT NOT NULL,
    quarantined  BIGINT NOT NULL,
    gaps         BIGINT NOT NULL,
    lost         BIGINT NOT NULL,
    digest       VARCHAR NOT NULL,
    PRIMARY KEY (load_id, partition, pass),
    -- A second guard behind compare-and-set: no offset begins two ranges of one pass.
    UNIQUE (cluster_id, topic_id, partition, pass, first_offset),
    CHECK (last_offset - first_offset + 1 = loaded + duplicates + quarantined + gaps + lost)
);

CREATE TABLE vkyc_etl.quarantine (
    source_topic     VARCHAR NOT NULL,
    source_partition INTEGER NOT NULL,
    source_offset    BIGINT NOT NULL,
    pass             INTEGER NOT NULL,
    reason_code      VARCHAR NOT NULL,
    reason_text      VARCHAR NOT NULL,
    record_key       BLOB,
    headers          VARCHAR NOT NULL,
    body             BLOB NOT NULL,
    received_at      TIMESTAMPTZ NOT NULL,
    load_id          UUID NOT NULL,
    quarantined_at   TIMESTAMPTZ NOT NULL,
    resolution       VARCHAR,
    resolved_at      TIMESTAMPTZ,
    cluster_id       VARCHAR NOT NULL,
    topic_id         VARCHAR NOT NULL
);

CREATE TABLE vkyc_etl.lost_acknowledgements (
    load_id         UUID NOT NULL,
    partition       INTEGER NOT NULL,
    pass            INTEGER NOT NULL,
    acknowledged_by VARCHAR NOT NULL,
    acknowledged_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (load_id, partition, pass)
);

CREATE TABLE vkyc_etl.settings (
    name   VARCHAR NOT NULL,
    value  VARCHAR NOT NULL,
    set_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (name)
);

COMMENT ON TABLE vkyc.events IS 'One row an event: the webhook as sent, flattened into typed columns';
COMMENT ON TABLE vkyc_etl.partition_progress IS 'Where each Kafka partition stands: the only truth about what has been loaded';
COMMENT ON TABLE vkyc_etl.loads IS 'One row a load, committed with its rows; marts_applied_at NULL: derived tables do not yet hold it';
COMMENT ON TABLE vkyc_etl.load_ranges IS 'One row a load and partition: last_offset - first_offset + 1 = loaded + duplicates + quarantined + gaps + lost';
COMMENT ON TABLE vkyc_etl.quarantine IS 'Records that are no row, with reason and bytes. headers: a JSON array of {name, value} (text) or {name, base64}';
COMMENT ON TABLE vkyc_etl.lost_acknowledgements IS 'Ranges whose lost offsets an operator has acknowledged: by whom and when';
COMMENT ON TABLE vkyc_etl.settings IS 'Reporting settings that the views read, written by vkyc migrate';
COMMENT ON COLUMN vkyc_etl.partition_progress.backend_pid IS 'Not used on this engine';
