using Confluent.Kafka;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>What a topic's name stands for now, and what is stored of it.</summary>
/// <param name="Topic">The topic's identity.</param>
/// <param name="Stored">Stored progress under that identity.</param>
internal sealed record Standing(TopicIdentity Topic, IReadOnlyList<PartitionProgress> Stored);

/// <summary>
/// Finds out where partitions are to be read from: the topic's identity first, then stored progress, then the log's two ends.
/// Whatever cannot be read throws; the caller retries and leaves the partition paused meanwhile.
/// </summary>
/// <param name="kafka">The raw topic's name.</param>
/// <param name="identities">Who knows the topic's id.</param>
/// <param name="warehouse">Who holds the progress.</param>
/// <param name="turn">The warehouse serves one task at a time: held while it is asked.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProgressReader(
    KafkaOptions kafka, ITopicIdentities identities, IWarehouse warehouse, SemaphoreSlim turn, TimeProvider clock)
{
    // After a failover the new leader may know less of the log's end than consumers have seen, until its followers have answered.
    private const int LooksAtShortLog = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatermarkTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Reads identity and progress.</summary>
    /// <exception cref="TopicMissingException">The topic does not exist (any more, or yet).</exception>
    public async Task<Standing> ReadAsync(CancellationToken cancellationToken)
    {
        var topic = await identities.ReadAsync(kafka.RawTopic, cancellationToken) ?? throw new TopicMissingException(kafka);
        await turn.WaitAsync(cancellationToken);
        try
        {
            return new Standing(topic, await warehouse.ReadProgressAsync(topic.ClusterId, topic.TopicId, cancellationToken));
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Chooses the starting point of each partition.</summary>
    public async Task<(TopicIdentity Topic, IReadOnlyDictionary<int, StartingPoint> Starts)> ChooseStartsAsync(
        IReadOnlyCollection<int> partitions, Func<TopicPartition, TimeSpan, WatermarkOffsets> readWatermarks, CancellationToken cancellationToken)
    {
        var standing = await ReadAsync(cancellationToken);
        var stored = standing.Stored.ToDictionary(progress => progress.Partition);
        var starts = new Dictionary<int, StartingPoint>();
        foreach (var partition in partitions)
        {
            StartingPoint start;
            for (var look = 1; ; look++)
            {
                var log = await Task.Run(
                    () => readWatermarks(new TopicPartition(kafka.RawTopic, partition), WatermarkTimeout), cancellationToken);
                start = StartingPoint.Choose(stored.GetValueOrDefault(partition), log.Low.Value, log.High.Value);
                if (!start.HasDiverged || look == LooksAtShortLog)
                    break;
                await Task.Delay(BetweenLooks, clock, cancellationToken);
            }

            starts[partition] = start;
        }

        return (standing.Topic, starts);
    }
}

/// <summary>The raw topic does not exist. It may come (back): the worker waits for it.</summary>
internal sealed class TopicMissingException(KafkaOptions kafka) : Exception(
    $"topic {kafka.RawTopic} does not exist; the worker waits for it. The receiver makes it at its start where Kafka:CreateTopic allows; by hand: {RawTopic.CreationLine(kafka)}");
