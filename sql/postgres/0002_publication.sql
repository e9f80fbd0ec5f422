-- Files are published where other processes cannot read the warehouse: on DuckDB.
CREATE TABLE vkyc_etl.publication (
    generation   bigint NOT NULL,
    published_at timestamptz NOT NULL
);
COMMENT ON TABLE vkyc_etl.publication IS 'The newest generation of the published files; no row on this engine';
