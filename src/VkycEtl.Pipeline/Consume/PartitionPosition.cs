using System.Security.Cryptography;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>What the worker is doing with a partition that it owns.</summary>
internal enum PositionState
{
    /// <summary>Stored progress is being read; the partition is paused.</summary>
    Resolving,

    /// <summary>Reading has begun at the anchor; the first record must be it.</summary>
    Anchoring,

    /// <summary>Records are taken.</summary>
    Reading,

    /// <summary>The log no longer holds what was loaded from it; paused until progress is set by hand or the topic is another.</summary>
    Diverged,
}

/// <summary>What an item read from a partition is to the worker.</summary>
internal enum Arrival
{
    /// <summary>A record to take.</summary>
    Taken,

    /// <summary>Not for the batch: stale, or the anchor.</summary>
    Skipped,

    /// <summary>The log does not hold the anchor.</summary>
    Diverged,

    /// <summary>Reading began behind a hole that has been seen only once: to be looked at again before it is believed.</summary>
    Doubtful,
}

/// <summary>
/// Where reading of one owned partition stands, from assignment to revocation.
/// <code>
///   assigned ──► Resolving ──► Anchoring ──► Reading ──► (moved, out of range, other topic id) ──► Resolving
///                    │             │
///                    └──────┬──────┘ the log ends before the anchor, or holds another record there
///                           ▼
///                       Diverged
/// </code>
/// </summary>
internal sealed class PartitionPosition(int partition)
{
    private Anchor? awaited;

    // Nothing has been read yet that shows that the fetcher began where it was told to.
    private bool isUnproven;
    private int holes;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>What is being done with it.</summary>
    public PositionState State { get; private set; } = PositionState.Resolving;

    /// <summary>Changes with every restart: what was read before one is not loaded after it.</summary>
    public int Generation { get; private set; }

    /// <summary>How often in a row the anchor was not found; one is looked at again, since a broker may lag after a failover.</summary>
    public int Mismatches { get; private set; }

    /// <summary>The topic that offsets belong to.</summary>
    public TopicIdentity? Topic { get; private set; }

    /// <summary>The pass it is read in.</summary>
    public int Pass { get; private set; }

    /// <summary>Whether progress is stored.</summary>
    public bool HasProgress { get; private set; }

    /// <summary>First offset that no batch accounts for.</summary>
    public long RangeStart { get; private set; }

    /// <summary>The offset expected next: what lies between it and a record's is a gap.</summary>
    public long Next { get; private set; }

    /// <summary>Offsets from <see cref="RangeStart"/> on that were removed before they were read.</summary>
    public long Lost { get; private set; }

    /// <summary>Forgets where it stood; stored progress is read again.</summary>
    public void Restart()
    {
        Generation++;
        State = PositionState.Resolving;
        awaited = null;
    }

    /// <summary>Takes up what was resolved.</summary>
    /// <returns>The offset to fetch from, or null where the log has diverged.</returns>
    public long? Resume(TopicIdentity topic, StartingPoint start)
    {
        Topic = topic;
        Pass = start.Pass;
        HasProgress = start.HasProgress;
        RangeStart = start.RangeStart;
        Next = start.RangeStart + start.Lost;
        Lost = start.Lost;
        awaited = start.Anchor;
        if (start.HasDiverged)
        {
            State = PositionState.Diverged;
            return null;
        }

        isUnproven = awaited is null;
        State = awaited is null ? PositionState.Reading : PositionState.Anchoring;
        return awaited?.Offset ?? Next;
    }

    /// <summary>Judges a record that was read; does not advance.</summary>
    public Arrival Judge(long offset, ReadOnlySpan<byte> body)
    {
        switch (State)
        {
            case PositionState.Anchoring when offset == awaited!.Offset && SHA256.HashData(body).AsSpan().SequenceEqual(awaited.Sha256):
                State = PositionState.Reading;
                Mismatches = 0;
                return Arrival.Skipped;
            case PositionState.Anchoring:
                Mismatches++;
                return Arrival.Diverged;
            case PositionState.Reading when offset >= Next:
                return JudgeStart(offset);
            default:
                return Arrival.Skipped;
        }
    }

    /// <summary>Judges the end of the log, where there is nothing more to read; does not advance.</summary>
    public Arrival JudgeEnd(long endOffset)
    {
        switch (State)
        {
            case PositionState.Reading when endOffset >= Next:
                return JudgeStart(endOffset);
            case PositionState.Anchoring:
                Mismatches++;
                return Arrival.Diverged;
            default:
                return Arrival.Skipped;
        }
    }

    /// <summary>
    /// A hole is a gap: offsets that the log shows to no consumer. But where it is the first thing that is seen, the fetcher may have begun somewhere else
    /// than it was told (seen: a partition taken up while its replica changed was read from its end), and nothing tells the two apart but a second look.
    /// </summary>
    private Arrival JudgeStart(long offset)
    {
        if (isUnproven && offset > Next && holes++ == 0)
            return Arrival.Doubtful;
        isUnproven = false;
        holes = 0;
        return Arrival.Taken;
    }

    /// <summary>Everything before <paramref name="next"/> is in a batch.</summary>
    public void Advance(long next) => Next = next;

    /// <summary>A batch has taken all offsets up to <see cref="Next"/>.</summary>
    public void BeginRange()
    {
        RangeStart = Next;
        Lost = 0;
        HasProgress = true;
    }

    /// <summary>Stops the partition: the anchor is not where it was.</summary>
    public void Diverge() => State = PositionState.Diverged;
}
