using Microsoft.Extensions.Logging;
using Polly;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>
/// The one batch that may be in the database while the next is being filled. It is loaded under a topic id that is the same now, after the
/// batch's last fetch, as it was before its first.
/// </summary>
internal sealed class LoadsInFlight(
    BatchLoader loader,
    ITopicIdentities identities,
    ResiliencePipeline kafkaRetry,
    SemaphoreSlim turn,
    Action<PendingBatch, IReadOnlyList<RangeCounts>> committed,
    ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource cancelled = new();
    private PendingBatch? pending;
    private Task<BatchResult>? load;

    /// <summary>Whether no load is running (a finished one may still be unread).</summary>
    public bool IsIdle => load is null or { IsCompleted: true };

    /// <summary>Whether every load that was begun has ended, and its outcome was acted on.</summary>
    public bool IsSettled => load is null;

    /// <summary>Begins a load. Only where none is running and the last one's outcome was read.</summary>
    public void Begin(PendingBatch batch)
    {
        if (load is not null)
            throw new InvalidOperationException("the outcome of the load before was not read");
        pending = batch;
        load = Task.Run(() => LoadAsync(batch, cancelled.Token));
    }

    /// <summary>Waits until the load is over or the time is.</summary>
    /// <returns>Whether it is over.</returns>
    public bool Wait(TimeSpan timeout) => load is null || Task.WaitAny([load], timeout) == 0;

    /// <summary>Waits for the load where it holds one of the partitions.</summary>
    public void WaitFor(IReadOnlyCollection<int> partitions, TimeSpan timeout)
    {
        if (pending is null || !pending.Batch.Ranges.Any(range => partitions.Contains(range.Partition)))
            return;
        if (!Wait(timeout))
            logger.HandOverTooSlow(pending.Batch.LoadId, timeout);
    }

    /// <summary>Ends waiting and retrying: a load that is not committed by now will not be.</summary>
    public void Cancel() => cancelled.Cancel();

    /// <summary>
    /// Acts on the outcome of a finished load: partitions of which nothing was committed are read again from stored progress. Throws what a
    /// restart will not mend.
    /// </summary>
    public void Finish(RawEventSource source)
    {
        if (load is not { IsCompleted: true })
            return;
        var (batch, result) = (pending!, load.GetAwaiter().GetResult());
        (pending, load) = (null, null);
        var counts = result.Counts.ToDictionary(count => count.Partition);
        for (var i = 0; i < batch.Positions.Count; i++)
        {
            var (position, generation) = batch.Positions[i];
            if (position.Generation != generation)
                continue;
            if (counts.ContainsKey(position.Partition))
                source.Publish(position, batch.Batch.Ranges[i].NextOffset);
            else
                source.Restart(position, result.IsUnknown ? "the outcome of COMMIT is unknown" : "stored progress is another");
        }

        if (result.Counts.Count > 0)
            committed(batch, result.Counts);
    }

    public void Dispose()
    {
        cancelled.Cancel();
        cancelled.Dispose();
    }

    private async Task<BatchResult> LoadAsync(PendingBatch batch, CancellationToken cancellationToken)
    {
        var topic = await kafkaRetry.ExecuteAsync(
            async token => await identities.ReadAsync(batch.Batch.Topic, token), cancellationToken);
        if (topic?.TopicId != batch.Topic.TopicId || topic.ClusterId != batch.Topic.ClusterId)
        {
            logger.TopicChanged(batch.Batch.Topic, batch.Topic.TopicId, topic?.TopicId ?? "none", batch.Batch.Rows.Count);
            return new BatchResult([], [.. batch.Batch.Ranges.Select(range => range.Partition)], IsUnknown: false);
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            return await loader.LoadAsync(batch.Batch, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }
}
