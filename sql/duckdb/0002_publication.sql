-- The newest generation of DIR/published, for vkyc.freshness.
CREATE TABLE vkyc_etl.publication (
    generation   BIGINT NOT NULL,
    published_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE vkyc_etl.publication IS 'The newest generation of the published files: one row, or none before the first';
