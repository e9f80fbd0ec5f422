using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Polly;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>One thing read from a partition: a record, or (where <see cref="Raw"/> is null) its readable end.</summary>
/// <param name="Position">The partition's position.</param>
/// <param name="Raw">The record, or null.</param>
/// <param name="EndOffset">Where the log's readable end is, for an end.</param>
internal readonly record struct RawItem(PartitionPosition Position, RawEvent? Raw, long EndOffset);

/// <summary>
/// The raw topic as the worker sees it: owns the consumer and the positions of its partitions. A partition is fetched only after its stored
/// progress has been read; the broker's committed offset is written for lag tools and never read. All members are for the consume thread.
/// </summary>
internal sealed class RawEventSource : IDisposable
{
    private readonly KafkaOptions kafka;
    private readonly ProgressReader progress;
    private readonly ResiliencePipeline retry;
    private readonly KafkaFaultNews news;
    private readonly WorkerStatus status;
    private readonly ILogger logger;
    private static readonly TimeSpan LastAnswer = TimeSpan.FromSeconds(15);

    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly SortedDictionary<int, PartitionPosition> positions = [];
    private readonly CancellationTokenSource closing = new();
    private readonly Action<IReadOnlyCollection<int>, bool> handOver;

    private Task<(TopicIdentity Topic, IReadOnlyDictionary<int, StartingPoint> Starts)>? resolving;
    private Dictionary<int, int> resolvingGenerations = [];
    private bool mayResolve;
    private bool isHeld;
    private Error? fatal;

    /// <summary>Builds the consumer and subscribes.</summary>
    /// <param name="kafka">The raw topic, the group, and how to reach them.</param>
    /// <param name="progress">Where reading begins.</param>
    /// <param name="retry">Retries the reading of progress for as long as its fault is transient.</param>
    /// <param name="handOver">Called with partitions that are taken away, and whether they may still be waited for.</param>
    /// <param name="news">Which faults are worth a line.</param>
    /// <param name="status">Told of faults that pass.</param>
    /// <param name="logger">The log.</param>
    public RawEventSource(
        KafkaOptions kafka,
        ProgressReader progress,
        ResiliencePipeline retry,
        Action<IReadOnlyCollection<int>, bool> handOver,
        KafkaFaultNews news,
        WorkerStatus status,
        ILogger logger)
    {
        (this.kafka, this.progress, this.retry, this.handOver) = (kafka, progress, retry, handOver);
        (this.news, this.status, this.logger) = (news, status, logger);
        consumer = KafkaClients.Build(() => new ConsumerBuilder<byte[]?, byte[]?>(KafkaClients.Consumer(kafka))
            .SetKeyDeserializer(Deserializers.ByteArray!)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetPartitionsAssignedHandler(OnAssigned)
            .SetPartitionsRevokedHandler((_, revoked) => OnTakenAway(revoked, mayWait: true))
            .SetPartitionsLostHandler((_, lost) => OnTakenAway(lost, mayWait: false))
            .SetErrorHandler(OnError)
            .SetLogHandler((_, message) => logger.ClientLog(message.Facility, message.Message))
            .Build());
        consumer.Subscribe(TopicName);
    }

    private string TopicName => kafka.RawTopic;

    /// <summary>Whether fetching is held.</summary>
    public bool IsHeld => isHeld;

    /// <summary>The positions of the owned partitions, ascending.</summary>
    public IReadOnlyCollection<PartitionPosition> Positions => positions.Values;

    /// <summary>
    /// Reads the next record or end, or nothing within the time given. Also where partitions come and go: librdkafka calls back in here.
    /// </summary>
    public RawItem? Read(TimeSpan timeout)
    {
        ConsumeResult<byte[]?, byte[]?>? result;
        try
        {
            result = consumer.Consume(timeout);
        }
        catch (ConsumeException fault)
        {
            OnConsumeFault(fault);
            return null;
        }

        if (fatal is { } error)
            throw new ConsumerStoppedException(Explain(error));
        if (result is null || !positions.TryGetValue(result.Partition.Value, out var position))
            return null;
        return result.IsPartitionEOF ? AtEnd(position, result.Offset.Value) : AtRecord(position, result);
    }

    /// <summary>Takes up resolved positions and begins to resolve new ones. Throws what cannot be retried.</summary>
    public void Settle()
    {
        if (resolving is { IsCompleted: true })
        {
            var (topic, starts) = resolving.GetAwaiter().GetResult();
            resolving = null;
            mayResolve = true;
            TakeUp(topic, starts);
        }

        if (resolving is not null || !mayResolve)
            return;
        mayResolve = false;
        resolvingGenerations = positions.Values.Where(position => position.State == PositionState.Resolving)
            .ToDictionary(position => position.Partition, position => position.Generation);
        if (resolvingGenerations.Count == 0)
            return;
        Pause(resolvingGenerations.Keys);
        int[] wanted = [.. resolvingGenerations.Keys];
        resolving = retry.ExecuteAsync(
            async token => await progress.ChooseStartsAsync(wanted, consumer.QueryWatermarkOffsets, token), closing.Token).AsTask();
    }

    /// <summary>Reads stored progress of a partition again, and begins there: what was read since is discarded.</summary>
    public void Restart(PartitionPosition position, string why)
    {
        if (!positions.TryGetValue(position.Partition, out var current) || current != position)
            return;
        logger.PartitionRestarts(TopicName, position.Partition, position.Next, why);
        position.Restart();
        mayResolve = true;
        handOver([position.Partition], false);
    }

    /// <summary>Restarts every partition.</summary>
    public void RestartAll(string why)
    {
        foreach (var position in positions.Values.ToList())
            Restart(position, why);
    }

    /// <summary>
    /// Stops or resumes fetching while the warehouse is behind. Membership is kept: <see cref="Read"/> goes on being called.
    /// </summary>
    public void Hold(bool held)
    {
        if (isHeld == held)
            return;
        isHeld = held;
        var active = positions.Values.Where(IsActive).Select(position => position.Partition).ToList();
        if (held)
            Pause(active);
        else
            consumer.Resume(active.Select(Of));
        logger.FetchingHeld(held ? "held" : "resumed");
    }

    /// <summary>Leaves the loaded offset for the broker's lag tools; nothing of ours reads it.</summary>
    public void Publish(PartitionPosition position, long nextOffset)
    {
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(TopicName, position.Partition, nextOffset));
        }
        catch (KafkaException fault)
        {
            logger.OffsetNotPublished(TopicName, position.Partition, nextOffset, fault.Error.Code);
        }
    }

    /// <summary>The log's end as the last fetch saw it; null where it is not known yet.</summary>
    public long? KnownEnd(int partition)
    {
        try
        {
            var high = consumer.GetWatermarkOffsets(Of(partition)).High;
            return high.IsSpecial ? null : high.Value;
        }
        catch (Exception fault) when (fault is KafkaException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Leaves the group; what was taken away is handed over first.</summary>
    public void Close()
    {
        closing.Cancel();
        consumer.Close();
    }

    public void Dispose()
    {
        closing.Cancel();

        // Positions may still be asked for on another thread, and a client that is gone takes the process with it (seen: a segmentation fault).
        if (!HasResolved())
            return;
        consumer.Dispose();
        closing.Dispose();
    }

    private bool HasResolved()
    {
        try
        {
            return resolving?.Wait(LastAnswer) ?? true;
        }
        catch (AggregateException)
        {
            // Cancelled, or refused: what it was no longer matters, only that it has ended.
            return true;
        }
    }

    private static bool IsActive(PartitionPosition position) => position.State is PositionState.Reading or PositionState.Anchoring;

    private TopicPartition Of(int partition) => new(TopicName, partition);

    private RawItem? AtRecord(PartitionPosition position, ConsumeResult<byte[]?, byte[]?> result)
    {
        switch (position.Judge(result.Offset.Value, result.Message.Value ?? []))
        {
            case Arrival.Taken:
                return new RawItem(position, RawEvent.From(result), EndOffset: 0);
            case var other:
                OnOther(position, other, result.Offset.Value);
                return null;
        }
    }

    private RawItem? AtEnd(PartitionPosition position, long endOffset)
    {
        var arrival = position.JudgeEnd(endOffset);
        if (arrival == Arrival.Taken)
            return new RawItem(position, Raw: null, endOffset);
        OnOther(position, arrival, endOffset);
        return null;
    }

    private void OnOther(PartitionPosition position, Arrival arrival, long offset)
    {
        if (arrival == Arrival.Diverged)
            OnMismatch(position, offset);
        else if (arrival == Arrival.Doubtful)
            Restart(position, $"the first that was seen is offset {offset}, and what is before it is looked for again");
    }

    private void OnMismatch(PartitionPosition position, long offset)
    {
        if (position.Mismatches < 2)
        {
            Restart(position, "the anchor was not the first record");
            return;
        }

        Diverge(position, $"offset {offset} is not the record that was loaded from it");
    }

    private void Diverge(PartitionPosition position, string why)
    {
        position.Diverge();
        Pause([position.Partition]);
        logger.LogDiverged(TopicName, position.Partition, position.RangeStart, why);
    }

    private void TakeUp(TopicIdentity topic, IReadOnlyDictionary<int, StartingPoint> starts)
    {
        // One batch holds one topic: where the name now stands for another, everything begins again.
        foreach (var position in positions.Values.Where(IsActive).Where(position => position.Topic!.TopicId != topic.TopicId).ToList())
            Restart(position, "the topic was made anew");

        foreach (var (partition, start) in starts)
        {
            if (!positions.TryGetValue(partition, out var position) || position.Generation != resolvingGenerations[partition])
                continue;
            if (position.Resume(topic, start) is not { } offset)
            {
                Diverge(position, "the log ends before what was loaded from it");
                continue;
            }

            // Not Seek: after an out-of-range error librdkafka has stopped the fetcher, and only a new assignment starts it.
            consumer.IncrementalUnassign([Of(partition)]);
            consumer.IncrementalAssign([new TopicPartitionOffset(TopicName, partition, offset)]);
            if (isHeld)
                Pause([partition]);
            else
                consumer.Resume([Of(partition)]);
            logger.PartitionBegins(TopicName, topic.TopicId, partition, position.Pass, offset, position.Lost);
        }
    }

    private void Pause(IEnumerable<int> partitions) => consumer.Pause(partitions.Select(Of));

    private List<TopicPartitionOffset> OnAssigned(IConsumer<byte[]?, byte[]?> sender, List<TopicPartition> assigned)
    {
        foreach (var partition in assigned)
            positions[partition.Partition.Value] = new PartitionPosition(partition.Partition.Value);
        mayResolve = true;
        logger.PartitionsAssigned(TopicName, string.Join(' ', assigned.Select(partition => partition.Partition.Value)));

        // A place to stand, not to read from: nothing is taken until progress is known, and then it is assigned anew. The log's start, for librdkafka may
        // come back to where a partition was first assigned (seen when its replica changed meanwhile), and what is read again is skipped by its offset:
        // from the log's end on, everything before would look like a gap.
        return [.. assigned.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning))];
    }

    private void OnTakenAway(List<TopicPartitionOffset> takenAway, bool mayWait)
    {
        var partitions = takenAway.Select(partition => partition.Partition.Value).ToList();
        logger.PartitionsTakenAway(TopicName, string.Join(' ', partitions), mayWait ? "revoked" : "lost");
        foreach (var partition in partitions)
            positions.Remove(partition);
        handOver(partitions, mayWait);
    }

    private void OnConsumeFault(ConsumeException fault)
    {
        var partition = fault.ConsumerRecord?.Partition.Value ?? -1;
        switch (fault.Error.Code)
        {
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange when positions.TryGetValue(partition, out var position):
                if (IsActive(position))
                    Restart(position, "the log does not hold the offset asked for");
                break;
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition:
                RestartAll("the topic is gone");
                break;
            case var code when KafkaFaults.IsRight(code) || fault.Error.IsFatal:
                throw new ConsumerStoppedException(Explain(fault.Error));
            default:
                if (news.IsNews(fault.Error.Code))
                    logger.ConsumeFault(TopicName, partition, fault.Error.Code, fault.Error.Reason);
                break;
        }
    }

    private void OnError(IConsumer<byte[]?, byte[]?> sender, Error error)
    {
        if (error.IsFatal)
            fatal = error;
        else if (KafkaFaults.IsStranger(error.Code) || error.Code == ErrorCode.Local_AllBrokersDown)
            status.Retrying(Explain(error));
        if (news.IsNews(error.Code))
            logger.ClientError(error.Code, Explain(error));
    }

    private string Explain(Error error) => KafkaFaults.Explain(error, kafka, KafkaAccess.Read);
}

/// <summary>The consumer cannot go on, and a restart alone will not mend it.</summary>
internal sealed class ConsumerStoppedException(string message, Exception? innerException = null) : Exception(message, innerException);
