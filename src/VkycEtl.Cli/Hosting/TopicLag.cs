using Confluent.Kafka;
using VkycEtl.Cli.Query;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Hosting;

/// <summary>How far a partition's stored progress is behind its log.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Low">First offset of the log.</param>
/// <param name="High">The offset that the next record will get.</param>
/// <param name="Next">First offset not accounted for in the warehouse; null where there is no progress yet.</param>
internal sealed record PartitionLag(int Partition, long Low, long High, long? Next)
{
    /// <summary>Offsets still to be loaded.</summary>
    public long Lag => Math.Max(0, High - Math.Max(Next ?? Low, Low));

    /// <summary>Whether one of them has waited for long; null where nobody has asked.</summary>
    public bool? IsOverdue { get; init; }
}

/// <summary>The raw topic beside the warehouse.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="TopicId">Its id.</param>
/// <param name="Partitions">One a partition, ascending.</param>
internal sealed record TopicStanding(string Topic, string TopicId, IReadOnlyList<PartitionLag> Partitions)
{
    /// <summary>Offsets still to be loaded.</summary>
    public long Lag => Partitions.Sum(partition => partition.Lag);
}

/// <summary>Compares the raw topic's watermarks with what the warehouse has accounted for.</summary>
internal sealed class TopicLag : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KafkaOptions kafka;
    private readonly ITopicIdentities identities;
    private readonly IWarehouse warehouse;
    private readonly IConsumer<Ignore, Ignore> consumer;

    /// <summary>Connects when first asked; joins no group.</summary>
    public TopicLag(KafkaOptions kafka, ITopicIdentities identities, IWarehouse warehouse)
    {
        this.kafka = kafka;
        this.identities = identities;
        this.warehouse = warehouse;
        consumer = KafkaClients.Build(() => new ConsumerBuilder<Ignore, Ignore>(KafkaClients.Consumer(kafka)).SetLogHandler(static (_, _) => { }).Build());
    }

    /// <summary>How the topic is reached.</summary>
    public KafkaOptions Kafka => kafka;

    /// <summary>Asks broker and warehouse; null where the topic does not exist.</summary>
    /// <exception cref="KafkaException">The broker could not be asked.</exception>
    public async Task<TopicStanding?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await identities.ReadAsync(kafka.RawTopic, cancellationToken) is not { } identity)
            return null;
        var progress = await ReadProgressAsync(identity, cancellationToken);
        var partitions = await Task.Run(
            () => Enumerable.Range(0, identity.Partitions).Select(partition =>
            {
                var marks = consumer.QueryWatermarkOffsets(new TopicPartition(kafka.RawTopic, partition), Patience);
                return new PartitionLag(partition, marks.Low.Value, marks.High.Value, progress.TryGetValue(partition, out var next) ? next : null);
            }).ToList(),
            cancellationToken);
        return new TopicStanding(kafka.RawTopic, identity.TopicId, partitions);
    }

    /// <summary>The first offset of a partition whose record is of a time or later; null where there is none.</summary>
    /// <exception cref="KafkaException">The broker could not be asked.</exception>
    public long? OffsetOf(int partition, DateTimeOffset time)
    {
        var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp(kafka.RawTopic, partition, new Timestamp(time))], Patience)[0].Offset;
        return found.IsSpecial ? null : found.Value;
    }

    /// <summary>Finds out which partitions have an unread record from before a time.</summary>
    /// <exception cref="KafkaException">The broker could not be asked.</exception>
    public TopicStanding FindOverdue(TopicStanding standing, DateTimeOffset before) => standing with
    {
        Partitions = [.. standing.Partitions.Select(log => log.Lag == 0 ? log : log with { IsOverdue = (OffsetOf(log.Partition, before) ?? log.High) > Math.Max(log.Next ?? log.Low, log.Low) })],
    };

    /// <inheritdoc/>
    public void Dispose() => consumer.Dispose();

    private async Task<Dictionary<int, long>> ReadProgressAsync(TopicIdentity identity, CancellationToken cancellationToken)
    {
        var select = new Statement(
            "SELECT partition, next_offset FROM vkyc_etl.partition_progress WHERE cluster_id = $cluster AND topic_id = $topic",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["cluster"] = identity.ClusterId, ["topic"] = identity.TopicId });
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await using var command = select.CreateCommand(connection, warehouse.Engine);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var progress = new Dictionary<int, long>();
        while (await reader.ReadAsync(cancellationToken))
            progress[reader.GetInt32(0)] = reader.GetInt64(1);
        return progress;
    }
}
