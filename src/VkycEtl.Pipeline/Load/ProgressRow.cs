namespace VkycEtl.Pipeline.Load;

/// <summary>A row of <c>vkyc_etl.partition_progress</c>, as Dapper reads it.</summary>
internal sealed class ProgressRow
{
    /// <summary>The select list that fills it.</summary>
    public const string Columns = """
        cluster_id AS "ClusterId", topic AS "Topic", topic_id AS "TopicId", partition AS "Partition", pass AS "Pass", next_offset AS "NextOffset",
        anchor_offset AS "AnchorOffset", anchor_sha256 AS "AnchorSha256"
        """;

    public string ClusterId { get; init; } = "";

    public string Topic { get; init; } = "";

    public string TopicId { get; init; } = "";

    public int Partition { get; init; }

    public int Pass { get; init; }

    public long NextOffset { get; init; }

    public long? AnchorOffset { get; init; }

    public string? AnchorSha256 { get; init; }

    /// <summary>Only where the select list names it.</summary>
    public DateTime UpdatedAt { get; init; }

    public PartitionProgress ToProgress() => new()
    {
        ClusterId = ClusterId,
        Topic = Topic,
        TopicId = TopicId,
        Partition = Partition,
        Pass = Pass,
        NextOffset = NextOffset,
        Anchor = AnchorOffset is { } offset ? new Anchor(offset, Convert.FromHexString(AnchorSha256!)) : null,
    };
}
