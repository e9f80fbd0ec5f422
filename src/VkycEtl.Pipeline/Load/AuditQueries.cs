namespace VkycEtl.Pipeline.Load;

/// <summary>The audit's statements, which every engine takes as they stand.</summary>
internal static class AuditQueries
{
    public const string Partitions = """
        SELECT cluster_id AS "ClusterId", max(topic) AS "Topic", topic_id AS "TopicId", partition AS "Partition", pass AS "Pass",
               min(first_offset) AS "FirstOffset", max(last_offset) AS "LastOffset",
               CAST(sum(loaded) AS bigint) AS "Loaded", CAST(sum(duplicates) AS bigint) AS "Duplicates",
               CAST(sum(quarantined) AS bigint) AS "Quarantined", CAST(sum(gaps) AS bigint) AS "Gaps", CAST(sum(lost) AS bigint) AS "Lost"
        FROM vkyc_etl.load_ranges
        GROUP BY cluster_id, topic_id, partition, pass
        ORDER BY max(topic), cluster_id, topic_id, partition, pass
        """;

    public const string Acknowledge = """
        INSERT INTO vkyc_etl.lost_acknowledgements (load_id, partition, pass, acknowledged_by, acknowledged_at)
        SELECT r.load_id, r.partition, r.pass, @by, @now
        FROM vkyc_etl.load_ranges AS r
        LEFT JOIN vkyc_etl.lost_acknowledgements AS a ON a.load_id = r.load_id AND a.partition = r.partition AND a.pass = r.pass
        WHERE r.lost > 0 AND a.load_id IS NULL
        """;

    public static readonly AuditQuery Lost = new("lost", "{1} offsets were removed before they were read, and nobody has acknowledged it", """
        SELECT r.topic AS "Topic", r.partition AS "Partition", r.first_offset AS "FirstOffset", r.last_offset AS "LastOffset",
               CAST(0 AS bigint) AS "Expected", r.lost AS "Found"
        FROM vkyc_etl.load_ranges AS r
        LEFT JOIN vkyc_etl.lost_acknowledgements AS a ON a.load_id = r.load_id AND a.partition = r.partition AND a.pass = r.pass
        WHERE r.lost > 0 AND a.load_id IS NULL
        ORDER BY r.topic, r.partition, r.first_offset
        """);

    /// <summary>Each range with the end of the one before it, in its partition and pass.</summary>
    private const string Followed = """
        (SELECT topic, partition, first_offset, last_offset,
                lag(last_offset) OVER (PARTITION BY cluster_id, topic_id, partition, pass ORDER BY first_offset, last_offset) AS previous
         FROM vkyc_etl.load_ranges) AS r
        """;

    /// <summary>Quarantine rows that stand for a delivery: all but those of displaced rows, whose offset stays loaded in its range.</summary>
    private const string Delivered = "NOT (reason_code = 'conflicting_duplicate' AND reason_text LIKE 'displaced by %')";

    public static readonly IReadOnlyList<AuditQuery> Findings =
    [
        new("hole", "no range accounts for these offsets; expected from {0} on, found from {1} on", $"""
            SELECT topic AS "Topic", partition AS "Partition", previous + 1 AS "FirstOffset", first_offset - 1 AS "LastOffset",
                   previous + 1 AS "Expected", first_offset AS "Found"
            FROM {Followed} WHERE first_offset > previous + 1 ORDER BY 1, 2, 3
            """),
        new("overlap", "two ranges account for these offsets; expected from {0} on, found from {1} on", $"""
            SELECT topic AS "Topic", partition AS "Partition", first_offset AS "FirstOffset", least(previous, last_offset) AS "LastOffset",
                   previous + 1 AS "Expected", first_offset AS "Found"
            FROM {Followed} WHERE first_offset <= previous ORDER BY 1, 2, 3
            """),
        new("range_sum", "the range has {0} offsets, its counts add up to {1}", """
            SELECT topic AS "Topic", partition AS "Partition", first_offset AS "FirstOffset", last_offset AS "LastOffset",
                   last_offset - first_offset + 1 AS "Expected", loaded + duplicates + quarantined + gaps + lost AS "Found"
            FROM vkyc_etl.load_ranges
            WHERE last_offset - first_offset + 1 <> loaded + duplicates + quarantined + gaps + lost ORDER BY 1, 2, 3
            """),
        new("progress", "the last range ends before offset {0}, stored progress is at {1} (-1: there is none)", """
            SELECT coalesce(p.topic, r.topic) AS "Topic", coalesce(p.partition, r.partition) AS "Partition",
                   least(coalesce(r.next_offset, 0), coalesce(p.next_offset, 0)) AS "FirstOffset",
                   greatest(coalesce(r.next_offset, 0), coalesce(p.next_offset, 0)) AS "LastOffset",
                   coalesce(r.next_offset, -1) AS "Expected", coalesce(p.next_offset, -1) AS "Found"
            FROM vkyc_etl.partition_progress AS p
            FULL OUTER JOIN (SELECT cluster_id, topic_id, partition, max(topic) AS topic, pass, max(last_offset) + 1 AS next_offset
                             FROM vkyc_etl.load_ranges AS whole
                             WHERE pass = (SELECT max(pass) FROM vkyc_etl.load_ranges AS one WHERE one.cluster_id = whole.cluster_id
                                           AND one.topic_id = whole.topic_id AND one.partition = whole.partition)
                             GROUP BY cluster_id, topic_id, partition, pass) AS r
              ON r.cluster_id = p.cluster_id AND r.topic_id = p.topic_id AND r.partition = p.partition
            WHERE p.partition IS NULL
               OR (r.partition IS NULL AND p.pass = 1)
               OR (r.pass = p.pass AND r.next_offset <> p.next_offset)
               OR r.pass > p.pass
            ORDER BY 1, 2
            """),
        new("events", "the ledger has {0} records loaded, vkyc.events and the displaced rows in quarantine hold {1}", """
            SELECT coalesce(l.topic, s.topic) AS "Topic", coalesce(l.partition, s.partition) AS "Partition",
                   coalesce(l.first_offset, s.first_offset) AS "FirstOffset", coalesce(l.last_offset, s.last_offset) AS "LastOffset",
                   coalesce(l.loaded, 0) AS "Expected", coalesce(s.held, 0) AS "Found"
            FROM (SELECT topic, partition, min(first_offset) AS first_offset, max(last_offset) AS last_offset, CAST(sum(loaded) AS bigint) AS loaded
                  FROM vkyc_etl.load_ranges GROUP BY topic, partition) AS l
            FULL OUTER JOIN (SELECT topic, partition, min(o) AS first_offset, max(o) AS last_offset, count(*) AS held
                  FROM (SELECT source_topic AS topic, source_partition AS partition, source_offset AS o FROM vkyc.events
                        UNION ALL
                        SELECT source_topic, source_partition, source_offset FROM vkyc_etl.quarantine
                        WHERE reason_code = 'conflicting_duplicate' AND reason_text LIKE 'displaced by %') AS held
                  GROUP BY topic, partition) AS s ON s.topic = l.topic AND s.partition = l.partition
            WHERE coalesce(l.loaded, 0) <> coalesce(s.held, 0)
            ORDER BY 1, 2
            """),
        new("quarantine", "the range has {0} records quarantined, vkyc_etl.quarantine holds {1}", $"""
            SELECT coalesce(r.topic, q.topic) AS "Topic", coalesce(r.partition, q.partition) AS "Partition",
                   coalesce(r.first_offset, q.first_offset) AS "FirstOffset", coalesce(r.last_offset, q.last_offset) AS "LastOffset",
                   coalesce(r.quarantined, 0) AS "Expected", coalesce(q.held, 0) AS "Found"
            FROM vkyc_etl.load_ranges AS r
            FULL OUTER JOIN (SELECT load_id, source_partition AS partition, pass, max(source_topic) AS topic,
                                    min(source_offset) AS first_offset, max(source_offset) AS last_offset, count(*) AS held
                             FROM vkyc_etl.quarantine WHERE {Delivered} GROUP BY load_id, source_partition, pass) AS q
              ON q.load_id = r.load_id AND q.partition = r.partition AND q.pass = r.pass
            WHERE coalesce(r.quarantined, 0) <> coalesce(q.held, 0)
            ORDER BY 1, 2, 3
            """),
        new("load", "the load says {0} rows, its ranges {1}", """
            SELECT r.topic AS "Topic", r.partition AS "Partition", r.first_offset AS "FirstOffset", r.last_offset AS "LastOffset",
                   coalesce(l.rows, 0) AS "Expected", r.loaded AS "Found"
            FROM (SELECT load_id, max(topic) AS topic, min(partition) AS partition, min(first_offset) AS first_offset,
                         max(last_offset) AS last_offset, CAST(sum(loaded) AS bigint) AS loaded
                  FROM vkyc_etl.load_ranges GROUP BY load_id) AS r
            LEFT JOIN vkyc_etl.loads AS l ON l.load_id = r.load_id
            WHERE l.load_id IS NULL OR l.rows <> r.loaded
            ORDER BY 1, 2, 3
            """),
        Lost,
    ];
}
