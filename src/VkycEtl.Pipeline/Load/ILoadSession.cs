using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Pipeline.Load;

/// <summary>What came of inserting a batch's candidates.</summary>
/// <param name="Moved">Partitions whose stored progress is not what the batch expects; where there are any, nothing counts.</param>
/// <param name="Inserted">How many candidates had no row yet.</param>
internal readonly record struct Insertion(IReadOnlyList<int> Moved, long Inserted);

/// <summary>What is stored of a candidate's event, as read without a lock.</summary>
/// <param name="Keys">Its keys.</param>
/// <param name="ContentDigest">Its content.</param>
/// <param name="IsMarked">Whether it has the issue <c>conflicting_copies</c>.</param>
internal readonly record struct StoredCopy(EventKeys Keys, Guid ContentDigest, bool IsMarked);

/// <summary>A stored row, locked, with all its columns.</summary>
internal sealed record StoredRow
{
    /// <summary>Its keys.</summary>
    public required EventKeys Keys { get; init; }

    /// <summary>The key of a record of its transaction.</summary>
    public required byte[] RecordKey { get; init; }

    /// <summary>Its content.</summary>
    public required Guid ContentDigest { get; init; }

    /// <summary>Its event time.</summary>
    public required DateTime? EventTime { get; init; }

    /// <summary>Whether it has the issue <c>conflicting_copies</c>.</summary>
    public required bool IsMarked { get; init; }

    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The offset.</summary>
    public required long Offset { get; init; }

    /// <summary>When it was received, UTC.</summary>
    public required DateTime ReceivedAt { get; init; }

    /// <summary>The load that made or last changed it.</summary>
    public required Guid LoadId { get; init; }

    /// <summary>All its columns as one JSON object, UTF-8.</summary>
    public required byte[] Json { get; init; }
}

/// <summary>
/// One transaction of one engine, in the steps that <see cref="LoadUnit"/> takes. Disposing of it without <see cref="CommitAsync"/> rolls back.
/// A faster path to the rows (COPY into a temporary table) is another implementation of <see cref="InsertAsync"/>.
/// </summary>
internal interface ILoadSession : IAsyncDisposable
{
    /// <summary>The ledger's tables, in this transaction.</summary>
    Ledger Ledger { get; }

    /// <summary>Writes quarantine rows.</summary>
    Task QuarantineAsync(IReadOnlyList<QuarantineRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken);

    /// <summary>Locks and compares progress, then inserts the candidates whose event has no row, ordered by key.</summary>
    Task<Insertion> InsertAsync(LoadBatch batch, IReadOnlyList<Candidate> candidates, DateTime loadedAt, CancellationToken cancellationToken);

    /// <summary>Finds what was stored of the candidates before this load.</summary>
    Task<IReadOnlyList<StoredCopy>> FindStoredAsync(IReadOnlyList<Candidate> candidates, Guid loadId, CancellationToken cancellationToken);

    /// <summary>Reads and locks the rows of these events, in order of their keys.</summary>
    Task<IReadOnlyList<StoredRow>> LockStoredAsync(IReadOnlyList<Candidate> candidates, CancellationToken cancellationToken);

    /// <summary>Replaces the stored rows of these events, all columns.</summary>
    /// <returns>How many there were.</returns>
    Task<long> ReplaceAsync(IReadOnlyList<EventRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken);

    /// <summary>Adds the issue <c>conflicting_copies</c> to the stored rows of these events.</summary>
    /// <returns>How many there were.</returns>
    Task<long> MarkAsync(IReadOnlyList<EventKeys> keys, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken);

    /// <summary>Commits.</summary>
    /// <exception cref="CommitUnknownException">No answer came.</exception>
    Task CommitAsync();
}

/// <summary>Rows that another session has changed between two statements of a load: the load is tried again.</summary>
/// <param name="message">What was expected and found, as counts.</param>
internal sealed class StoredRowsChangedException(string message) : Exception(message);
