using System.Collections.Immutable;

namespace VkycEtl.Pipeline.Consume;

/// <summary>Where one partition stands, for health, metrics and people.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="State">What the worker does with it: <c>resolving</c>, <c>anchoring</c>, <c>reading</c> or <c>diverged</c>.</param>
/// <param name="NextOffset">First offset not taken yet.</param>
/// <param name="Lag">Records behind the log's end; null where the end is not known.</param>
public sealed record PartitionStatus(int Partition, string State, long NextOffset, long? Lag);

/// <summary>What the worker is doing: written by it, read by health checks, metrics and the live line of <c>up</c>.</summary>
public sealed class WorkerStatus(TimeProvider clock)
{
    private static readonly TimeSpan ShowEvery = TimeSpan.FromMilliseconds(200);

    private volatile bool isRunning;
    private volatile Exception? fault;
    private volatile string? trouble;
    private ImmutableArray<PartitionStatus> partitions = [];
    private DateTimeOffset shownAt;
    private long loadedRows;

    /// <summary>Whether it consumes.</summary>
    public bool IsRunning => isRunning;

    /// <summary>What ended it, or null. Exit code 4 where <see cref="IsFatal"/>, else 5.</summary>
    public Exception? Fault => fault;

    /// <summary>Whether what ended it is known not to be mended by a restart.</summary>
    public bool IsFatal => fault is Load.WarehouseUnfitException or ConsumerStoppedException or System.Data.Common.DbException;

    /// <summary>A transient fault that is being retried, in words; null where there is none.</summary>
    public string? Trouble => trouble;

    /// <summary>The owned partitions, ascending.</summary>
    public IReadOnlyList<PartitionStatus> Partitions => partitions;

    /// <summary>Records that are read and flattened, in the batch that is being filled.</summary>
    public int Waiting { get; private set; }

    /// <summary>Rows this process has loaded.</summary>
    public long LoadedRows => Interlocked.Read(ref loadedRows);

    internal void Started() => isRunning = true;

    internal void Stopped() => isRunning = false;

    internal void Failed(Exception exception)
    {
        fault = exception;
        isRunning = false;
    }

    internal void Retrying(string what) => trouble = what;

    internal void Committed(long rows)
    {
        trouble = null;
        Interlocked.Add(ref loadedRows, rows);
    }

    internal void Recovered() => trouble = null;

    internal void Show(RawEventSource source, int waiting)
    {
        var now = clock.GetUtcNow();
        if (now - shownAt < ShowEvery)
            return;
        shownAt = now;
        Waiting = waiting;
        var shown = source.Positions.Select(position => new PartitionStatus(
            position.Partition,
            position.State.ToString().ToLowerInvariant(),
            position.Next,
            source.KnownEnd(position.Partition) is { } end && position.State == PositionState.Reading ? Math.Max(0, end - position.Next) : null));
        ImmutableInterlocked.InterlockedExchange(ref partitions, [.. shown]);
    }
}
