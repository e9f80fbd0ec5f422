namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>The loader's statements that schemas do not shape.</summary>
internal static class PostgresStatements
{
    /// <summary>Locks progress of the batch's partitions and of no others, in the order that all loaders keep.</summary>
    public const string LockProgress = """
        SELECT partition, pass, next_offset FROM vkyc_etl.partition_progress
        WHERE cluster_id = @cluster AND topic_id = @topic AND partition = ANY (@partitions)
        ORDER BY topic_id, partition FOR UPDATE
        """;

    public const string FindStored = """
        SELECT e.transaction_key, e.event_key, e.content_digest, 'conflicting_copies' = ANY (e.issues)
        FROM unnest(@transactions, @events) AS batch (transaction_key, event_key)
        JOIN vkyc.events AS e USING (transaction_key, event_key)
        WHERE e.load_id <> @load
        """;

    public const string LockStored = """
        SELECT e.*
        FROM vkyc.events AS e
        WHERE (e.transaction_key, e.event_key) IN (SELECT * FROM unnest(@transactions, @events))
        ORDER BY e.transaction_key, e.event_key
        FOR UPDATE
        """;

    public const string Mark = """
        UPDATE vkyc.events AS e
        SET issues = (SELECT array_agg(DISTINCT issue ORDER BY issue) FROM unnest(e.issues || ARRAY['conflicting_copies']) AS issue),
            load_id = @load_id, loaded_at = @loaded_at
        FROM unnest(@transactions, @events) AS batch (transaction_key, event_key)
        WHERE e.transaction_key = batch.transaction_key AND e.event_key = batch.event_key
        """;

    /// <summary>Keeps what is about to be replaced or marked, for the marts.</summary>
    public const string Supersede = """
        INSERT INTO vkyc_etl.superseded_rows (app_id, event_type, event_time, received_at, issues, load_id, loaded_at, superseded_by)
        SELECT e.app_id, e.event_type, e.event_time, e.received_at, e.issues, e.load_id, e.loaded_at, @load
        FROM unnest(@transactions, @events) AS batch (transaction_key, event_key)
        JOIN vkyc.events AS e USING (transaction_key, event_key)
        """;

    public const string Quarantine = """
        INSERT INTO vkyc_etl.quarantine (source_topic, source_partition, source_offset, pass, reason_code, reason_text, record_key, headers,
            body, received_at, load_id, quarantined_at, cluster_id, topic_id)
        SELECT batch.topic, batch.partition, batch.record_offset, batch.pass, batch.code, batch.reason, batch.record_key, batch.headers, batch.body,
            batch.received_at, @load_id, @loaded_at, batch.cluster_id, batch.topic_id
        FROM unnest(@topics, @partitions, @offsets, @passes, @codes, @texts, @keys, @headers, @bodies, @received, @clusters, @topic_ids)
            AS batch (topic, partition, record_offset, pass, code, reason, record_key, headers, body, received_at, cluster_id, topic_id)
        """;

    /// <summary>All columns of <c>vkyc.events</c>.</summary>
    public const string TableColumns = """
        SELECT attname FROM pg_attribute WHERE attrelid = 'vkyc.events'::regclass AND attnum > 0 AND NOT attisdropped
        """;
}
