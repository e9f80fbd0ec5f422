using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Pipeline.Load;

/// <summary>What became of a batch.</summary>
/// <param name="Counts">Committed: one a range that was not moved. Empty where nothing was.</param>
/// <param name="Moved">Partitions whose stored progress is not what the batch expected: nothing of them was loaded. Read their progress again.</param>
/// <param name="IsUnknown">COMMIT got no answer: discard the batch and every cache, and read progress again.</param>
public sealed record BatchResult(IReadOnlyList<RangeCounts> Counts, IReadOnlyList<int> Moved, bool IsUnknown)
{
    /// <summary>Whether all of the batch is committed.</summary>
    public bool IsCommitted => !IsUnknown && Moved.Count == 0;
}

/// <summary>
/// Loads a batch whatever befalls it: transient faults are retried as one unit {read progress, load, commit} for as long as they last; partitions
/// that moved are left out; rows that the database refuses are found and quarantined, the rest loads.
/// </summary>
/// <param name="warehouse">Where to.</param>
/// <param name="maxPoisonShare">More of a batch refused than this, and more than 20 rows, is the schema's fault.</param>
/// <param name="clock">Times the waits between attempts.</param>
/// <param name="logger">Told of retries, refusals and moves.</param>
/// <param name="onRetry">Told of each fault that is retried, for counters and health.</param>
public sealed class BatchLoader(
    IWarehouse warehouse, double maxPoisonShare, TimeProvider clock, ILogger<BatchLoader> logger, Action<FaultKind, Exception>? onRetry = null)
{
    /// <summary>Loads a batch.</summary>
    /// <exception cref="WarehouseUnfitException">A fatal fault of the database, or too much is refused; nothing is committed or quarantined.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is committed.</exception>
    public async Task<BatchResult> LoadAsync(LoadBatch batch, CancellationToken cancellationToken)
    {
        var hunt = new PoisonHunt(warehouse, maxPoisonShare, batch.Rows.Count + batch.Quarantined.Count);
        var moved = new List<int>();
        while (batch.Ranges.Count > 0)
        {
            LoadOutcome outcome;
            try
            {
                outcome = await WithRetriesAsync(batch.LoadId, token => LoadOnceAsync(batch, token), cancellationToken);
            }
            catch (CommitUnknownException unknown)
            {
                LoadLog.CommitUnknown(logger, batch.LoadId, unknown);
                return new BatchResult([], moved, IsUnknown: true);
            }
            catch (DbException fatal) when (warehouse.Classify(fatal) == FaultKind.Fatal)
            {
                throw new WarehouseUnfitException(
                    $"The warehouse does not take loads ({Code(fatal)}): {fatal.Message.Split('\n')[0]}. Mend that, or run `vkyc migrate` where tables or columns are missing.", fatal);
            }
            catch (Exception poison) when (warehouse.Classify(poison) == FaultKind.Poison)
            {
                var rows = batch.Rows;
                var refused = await hunt.FindAsync(rows, batch.Schemas, poison, (work, token) => WithRetriesAsync(batch.LoadId, work, token), cancellationToken);
                foreach (var (raw, _, text) in refused)
                    LoadLog.Refused(logger, batch.LoadId, raw.Topic, raw.Partition, raw.Offset, text);
                batch = PoisonHunt.Quarantine(batch, refused);
                continue;
            }

            if (outcome.IsCommitted)
                return new BatchResult(outcome.Counts, moved, IsUnknown: false);
            LoadLog.Moved(logger, batch.LoadId, string.Join(", ", outcome.Moved));
            moved.AddRange(outcome.Moved);
            batch = batch.Without(outcome.Moved);
        }

        return new BatchResult([], moved, IsUnknown: false);
    }

    /// <summary>The unit: after a fault the stored progress decides anew whether the batch still fits.</summary>
    private async Task<LoadOutcome> LoadOnceAsync(LoadBatch batch, CancellationToken cancellationToken)
    {
        var progress = await warehouse.ReadProgressAsync(batch.ClusterId, batch.TopicId, cancellationToken);
        var stored = progress.ToDictionary(row => row.Partition);
        int[] moved = [.. batch.Ranges.Where(range => IsMoved(range, stored.GetValueOrDefault(range.Partition))).Select(range => range.Partition)];
        return moved.Length > 0 ? new LoadOutcome([], moved) : await warehouse.LoadAsync(batch, cancellationToken);
    }

    private static bool IsMoved(OffsetRange range, PartitionProgress? stored) => stored is null
        ? range.HasProgress
        : !range.HasProgress || stored.Pass != range.Pass || stored.NextOffset != range.FirstOffset;

    private async Task<T> WithRetriesAsync<T>(Guid loadId, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        await TransientRetry.Build(
            IsTransient,
            (fault, attempt, delay) =>
            {
                LoadLog.Retrying(logger, loadId, Cause(fault), attempt, delay);
                onRetry?.Invoke(FaultKind.Transient, fault);
            },
            clock).ExecuteAsync(async token => await work(token), cancellationToken);

    private bool IsTransient(Exception fault) =>
        fault is not (CommitUnknownException or OperationCanceledException) && warehouse.Classify(fault) == FaultKind.Transient;

    /// <summary>A fault without its message, which may carry values.</summary>
    /// <summary>A code, or what a driver says of a connection; never a server's text, which may hold values.</summary>
    private static string Cause(Exception fault) => fault is DbException { SqlState: not null } ? Code(fault) : $"{fault.GetType().Name}: {fault.GetBaseException().Message}";

    private static string Code(Exception fault) => fault is DbException { SqlState: { } state } ? $"SQLSTATE {state}" : fault.GetType().Name;
}
