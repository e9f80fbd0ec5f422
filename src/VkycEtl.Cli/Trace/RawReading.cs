using Confluent.Kafka;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Trace;

/// <summary>Reads offsets of the raw topic: is given its offsets, joins no group and commits nothing.</summary>
internal sealed class RawReading : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly long most;

    /// <summary>Connects when first asked.</summary>
    /// <param name="kafka">How the topic is reached.</param>
    /// <param name="most">Most records to read, in all.</param>
    public RawReading(KafkaOptions kafka, long most)
    {
        this.most = most;
        consumer = KafkaClients.Build(() => new ConsumerBuilder<byte[]?, byte[]?>(KafkaClients.Consumer(kafka)).SetLogHandler(static (_, _) => { }).Build());
    }

    /// <summary>Records read so far.</summary>
    public long Records { get; private set; }

    /// <summary>Whether no more may be read.</summary>
    public bool IsUsedUp => Records >= most;

    /// <summary>Reads a range, up to the bound.</summary>
    /// <param name="range">The offsets.</param>
    /// <param name="take">Gets each record.</param>
    /// <param name="cancellationToken">Stops between records.</param>
    /// <returns>The offset behind the last one that was looked at.</returns>
    public long Read(SearchedOffsets range, Action<RawEvent> take, CancellationToken cancellationToken)
    {
        if (IsUsedUp)
            return range.From;
        consumer.Assign(new TopicPartitionOffset(range.Topic, range.Partition, range.From));
        var next = range.From;
        while (next < range.Until && !IsUsedUp)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(Patience) is not { } result)
                return next;

            // Offsets that the log shows to nobody (markers, aborted records) end a range, too.
            if (result.IsPartitionEOF || result.Offset.Value >= range.Until)
                return range.Until;
            next = result.Offset.Value + 1;
            Records++;
            take(RawEvent.From(result));
        }

        return next;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        consumer.Close();
        consumer.Dispose();
    }
}
