-- What vkyc migrate has deployed, whole: new files are held against it, and every schema_version in vkyc.events is explained by it.
CREATE TABLE vkyc_etl.schemas (
    kind              text NOT NULL,
    name              text NOT NULL,
    version           text NOT NULL,
    avsc              text NOT NULL,
    file              text NOT NULL,
    first_deployed_at timestamptz NOT NULL,
    deployed_at       timestamptz NOT NULL,
    CONSTRAINT schemas_pkey PRIMARY KEY (kind, name, version)
);

COMMENT ON TABLE vkyc_etl.schemas IS 'Every schema that was ever deployed; of one kind and name the latest deployed_at is the one in force';
COMMENT ON COLUMN vkyc_etl.schemas.kind IS 'type: an event type''s record; envelope: what all events, or those of one route, carry';
COMMENT ON COLUMN vkyc_etl.schemas.name IS 'The event type; of an envelope the receiver''s route, empty for the common one';
COMMENT ON COLUMN vkyc_etl.schemas.version IS 'SHA-256 of avsc: schema_version in vkyc.events';
COMMENT ON COLUMN vkyc_etl.schemas.avsc IS 'The record as one normalised .avsc, custom properties included';
COMMENT ON COLUMN vkyc_etl.schemas.file IS 'The file that described it last';
COMMENT ON COLUMN vkyc_etl.schemas.first_deployed_at IS 'When it was first deployed (UTC)';
COMMENT ON COLUMN vkyc_etl.schemas.deployed_at IS 'When it last came into force (UTC)';
