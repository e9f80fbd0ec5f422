using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load;

/// <summary>The last record that was loaded of a partition: on the next assignment the log must still hold it.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Sha256">SHA-256 of its value (of nothing, where the record held a null).</param>
public sealed record Anchor(long Offset, byte[] Sha256);

/// <summary>Where a partition stands, as stored with the rows: the only truth about what has been loaded.</summary>
public sealed record PartitionProgress
{
    /// <summary>The Kafka cluster's id.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>The topic's id.</summary>
    public required string TopicId { get; init; }

    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The pass: 1, and one more for each rewind.</summary>
    public required int Pass { get; init; }

    /// <summary>The first offset that is not accounted for.</summary>
    public required long NextOffset { get; init; }

    /// <summary>The last record loaded; null where none was yet.</summary>
    public Anchor? Anchor { get; init; }
}

/// <summary>
/// The offsets of one partition that a load accounts for, whole and without a hole:
/// <c>LastOffset − FirstOffset + 1 = loaded + duplicates + quarantined + gaps + lost</c>.
/// </summary>
public sealed record OffsetRange
{
    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The pass it is read in.</summary>
    public required int Pass { get; init; }

    /// <summary>Whether stored progress must exist with <see cref="FirstOffset"/> as its next offset; false: none may exist yet.</summary>
    public required bool HasProgress { get; init; }

    /// <summary>First offset accounted for: the stored next offset, or the log's start where there was no progress.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Last offset accounted for.</summary>
    public required long LastOffset { get; init; }

    /// <summary>Offsets in the range that the log shows to no consumer.</summary>
    public required long Gaps { get; init; }

    /// <summary>Offsets in the range that were removed before they were read.</summary>
    public required long Lost { get; init; }

    /// <summary>SHA-256 over (offset, length, bytes) of the range's records in offset order.</summary>
    public required byte[] Digest { get; init; }

    /// <summary>The last record in the range, to become the stored anchor; null: the stored one stays.</summary>
    public Anchor? Anchor { get; init; }

    /// <summary>The next offset once this range is loaded.</summary>
    public long NextOffset => LastOffset + 1;
}

/// <summary>What is loaded in one transaction: rows, quarantine, ranges and progress.</summary>
public sealed record LoadBatch
{
    /// <summary>A version 7 uuid.</summary>
    public required Guid LoadId { get; init; }

    /// <summary>Which worker loads it.</summary>
    public required string Worker { get; init; }

    /// <summary>When the first record was taken, UTC.</summary>
    public required DateTime BegunAt { get; init; }

    /// <summary>The schemas that the rows were made by.</summary>
    public required SchemaSet Schemas { get; init; }

    /// <summary>The Kafka cluster's id.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>The topic's id.</summary>
    public required string TopicId { get; init; }

    /// <summary>One a partition, ascending by partition.</summary>
    public required IReadOnlyList<OffsetRange> Ranges { get; init; }

    /// <summary>Rows in order of arrival; keys may repeat. Each row's coordinates lie in one of the ranges.</summary>
    public required IReadOnlyList<EventRow> Rows { get; init; }

    /// <summary>Events for quarantine; coordinates as for rows.</summary>
    public required IReadOnlyList<QuarantinedEvent> Quarantined { get; init; }

    /// <summary>The same batch without some partitions.</summary>
    public LoadBatch Without(IReadOnlyCollection<int> partitions) => this with
    {
        Ranges = [.. Ranges.Where(range => !partitions.Contains(range.Partition))],
        Rows = [.. Rows.Where(row => !partitions.Contains(row.Raw.Partition))],
        Quarantined = [.. Quarantined.Where(quarantined => !partitions.Contains(quarantined.Raw.Partition))],
    };
}

/// <summary>How a range's records came out; with its gaps and lost they add up to the range.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Loaded">Records that became, or replaced, a row.</param>
/// <param name="Duplicates">Records whose event was there with the same content.</param>
/// <param name="Quarantined">Records put into quarantine.</param>
public sealed record RangeCounts(int Partition, long Loaded, long Duplicates, long Quarantined);

/// <summary>The outcome of a load that threw nothing: all of it is committed, or nothing is.</summary>
/// <param name="Counts">Committed: one a range, in the ranges' order. Empty where nothing was.</param>
/// <param name="Moved">Not committed: the partitions whose stored progress is not what the batch expects. Empty where all of it was.</param>
public sealed record LoadOutcome(IReadOnlyList<RangeCounts> Counts, IReadOnlyList<int> Moved)
{
    /// <summary>Whether the batch is committed.</summary>
    public bool IsCommitted => Moved.Count == 0;
}
