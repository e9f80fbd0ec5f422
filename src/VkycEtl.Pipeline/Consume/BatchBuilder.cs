using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>A batch on its way to the warehouse, and the positions it was read from.</summary>
/// <param name="Batch">What is loaded.</param>
/// <param name="Topic">The topic's identity when reading began: it must be the same after the last fetch.</param>
/// <param name="Positions">One a range, in the ranges' order, each with its generation when the range was begun.</param>
internal sealed record PendingBatch(
    LoadBatch Batch, TopicIdentity Topic, IReadOnlyList<(PartitionPosition Position, int Generation)> Positions);

/// <summary>The batch being filled: bounded by rows, bytes and time. Used by the consume thread alone.</summary>
internal sealed class BatchBuilder(WorkerOptions options, TimeProvider clock)
{
    // A body's bookkeeping in memory, so that a flood of tiny bodies is bounded too.
    private const int RecordOverhead = 512;

    private readonly SortedDictionary<int, RangeBuilder> ranges = [];
    private List<EventRow> rows = [];
    private List<QuarantinedEvent> quarantined = [];
    private long bytes;
    private DateTimeOffset begunAt;
    private bool isBegun;

    /// <summary>Whether it holds as much as a batch may.</summary>
    public bool IsFull => Records >= options.BatchRows || bytes >= options.BatchBytes;

    /// <summary>How many records it holds.</summary>
    public int Records => rows.Count + quarantined.Count;

    /// <summary>Whether it is to be loaded: full, or its first offset has waited long enough.</summary>
    public bool IsDue => isBegun && (IsFull || clock.GetUtcNow() - begunAt >= options.BatchWait);

    /// <summary>Whether it holds nothing to account for.</summary>
    public bool IsEmpty => !isBegun;

    /// <summary>Takes a record that became a row or went to quarantine.</summary>
    public void Add(PartitionPosition position, RawEvent raw, Flattened flattened)
    {
        RangeOf(position).Add(raw.Offset, raw.Body);
        if (flattened.Row is { } row)
            rows.Add(row);
        else
            quarantined.Add(flattened.Quarantined!);
        bytes += raw.Body.Length + RecordOverhead;
        Begin();
    }

    /// <summary>Takes the end of a partition: trailing offsets that no consumer is shown, and those lost at the log's front.</summary>
    public void AddEnd(PartitionPosition position, long endOffset)
    {
        var range = RangeOf(position);
        range.End(endOffset);
        if (range.HasOffsets)
            Begin();
    }

    /// <summary>Forgets what was read of a partition.</summary>
    public void Discard(int partition)
    {
        if (!ranges.Remove(partition, out var range))
            return;
        range.Dispose();
        rows.RemoveAll(row => row.Raw.Partition == partition);
        quarantined.RemoveAll(quarantinedEvent => quarantinedEvent.Raw.Partition == partition);
        bytes = rows.Sum(row => (long)row.Raw.Body.Length + RecordOverhead)
            + quarantined.Sum(quarantinedEvent => (long)quarantinedEvent.Raw.Body.Length + RecordOverhead);
        isBegun = ranges.Values.Any(left => left.HasOffsets);
    }

    /// <summary>Hands over what it holds and begins anew.</summary>
    public PendingBatch Take(string worker, SchemaSet schemas)
    {
        var filled = ranges.Values.Where(range => range.HasOffsets).ToList();
        var topic = filled[0].Position.Topic!;
        var pending = new PendingBatch(
            new LoadBatch
            {
                LoadId = Guid.CreateVersion7(clock.GetUtcNow()),
                Worker = worker,
                BegunAt = begunAt.UtcDateTime,
                Schemas = schemas,
                ClusterId = topic.ClusterId,
                Topic = TopicName,
                TopicId = topic.TopicId,
                Ranges = [.. filled.Select(range => range.Take())],
                Rows = rows,
                Quarantined = quarantined,
            },
            topic,
            [.. filled.Select(range => (range.Position, range.Generation))]);
        foreach (var range in ranges.Values)
            range.Dispose();
        ranges.Clear();
        (rows, quarantined, bytes, isBegun) = ([], [], 0, false);
        return pending;
    }

    /// <summary>The topic that all of it comes from.</summary>
    public required string TopicName { get; init; }

    private RangeBuilder RangeOf(PartitionPosition position)
    {
        if (!ranges.TryGetValue(position.Partition, out var range))
            ranges[position.Partition] = range = new RangeBuilder(position);
        return range;
    }

    private void Begin()
    {
        if (isBegun)
            return;
        isBegun = true;
        begunAt = clock.GetUtcNow();
    }
}
