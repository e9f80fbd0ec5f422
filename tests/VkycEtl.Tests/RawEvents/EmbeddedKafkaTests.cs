using System.Text;
using Confluent.Kafka;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.RawEvents;

public sealed class EmbeddedKafkaTests
{
    [Fact]
    public async Task Another_client_writes_and_the_workers_consumer_reads_it_back()
    {
        using var broker = EmbeddedKafka.Start("raw", partitions: 3);
        using (var producer = Producer(broker))
        {
            await producer.ProduceAsync("raw", new Message<byte[]?, byte[]?>
            {
                Key = "key"u8.ToArray(),
                Value = "value"u8.ToArray(),
                Headers = new Headers { { "vkyc-route", "here"u8.ToArray() } },
            });
        }

        var options = new KafkaOptions { RawTopic = "raw" };
        broker.Configure(options);
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(KafkaClients.Consumer(options))
            .SetPartitionsAssignedHandler((_, assigned) => assigned.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)))
            .Build();
        consumer.Subscribe("raw");
        var read = Assert.Single(Read(consumer, eofs: 3));
        Assert.Equal("key", Encoding.UTF8.GetString(read.Message.Key!));
        Assert.Equal("value", Encoding.UTF8.GetString(read.Message.Value!));
        Assert.Equal("here", RawEvent.From(read).Route);
        consumer.Close();
    }

    [Fact]
    public async Task Each_start_is_another_cluster_and_another_topic()
    {
        using var first = EmbeddedKafka.Start("raw", partitions: 3);
        using var second = EmbeddedKafka.Start("raw", partitions: 3);
        var one = await first.ReadAsync("raw", TestContext.Current.CancellationToken);
        var other = await second.ReadAsync("raw", TestContext.Current.CancellationToken);
        Assert.False(one!.ClusterId == other!.ClusterId);
        Assert.False(one.TopicId == other.TopicId);
        Assert.Equal(one, await first.ReadAsync("raw", TestContext.Current.CancellationToken));
        Assert.Null(await first.ReadAsync("other", TestContext.Current.CancellationToken));
    }

    /// <summary>The limit that the gate is built on: librdkafka drops beyond 5 MiB and 100,000 batches of a partition.</summary>
    [Fact]
    public async Task Without_the_gate_it_drops_silently_and_within_the_gates_limits_it_keeps_everything()
    {
        using var broker = EmbeddedKafka.Start("raw", partitions: 1);
        broker.CreateTopic("over", partitions: 1);
        await ProduceAsync(broker, "over", count: 60_000, bytes: 200);
        Assert.NotEqual(0, FirstOffset(broker, "over"));

        var value = new byte[1000];
        var written = 0;
        using var producer = Producer(broker, batched: false);
        while (broker.Gate.TryEnter(value.Length))
        {
            var report = await producer.ProduceAsync("raw", new Message<byte[]?, byte[]?> { Value = value });
            broker.Gate.Written(value.Length, report.Partition.Value, report.Offset.Value);
            written++;
        }

        Assert.InRange(written, 3000, 5000);
        Assert.Equal(0, FirstOffset(broker, "raw"));
    }

    [Fact]
    public async Task The_gates_number_of_the_smallest_batches_is_kept()
    {
        using var broker = EmbeddedKafka.Start("raw", partitions: 1);
        await ProduceAsync(broker, "raw", EmbeddedKafka.MaxUnreadRecords, bytes: 1, batched: false);
        Assert.Equal(0, FirstOffset(broker, "raw"));
    }

    private static async Task ProduceAsync(EmbeddedKafka broker, string topic, int count, int bytes, bool batched = true)
    {
        using var producer = Producer(broker, batched);
        var value = new byte[bytes];
        await Task.WhenAll(Enumerable.Range(0, count)
            .Select(_ => producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = value })));
    }

    private static IProducer<byte[]?, byte[]?> Producer(EmbeddedKafka broker, bool batched = true) =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            LingerMs = batched ? 20 : 0,
            BatchNumMessages = batched ? 10_000 : 1,
            QueueBufferingMaxMessages = 1_000_000,
        }).Build();

    private static long FirstOffset(EmbeddedKafka broker, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "looks",
        }).Build();
        return consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), TimeSpan.FromSeconds(10)).Low.Value;
    }

    private static List<ConsumeResult<byte[]?, byte[]?>> Read(IConsumer<byte[]?, byte[]?> consumer, int eofs)
    {
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (eofs > 0)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("Nothing was read.");
            if (read.IsPartitionEOF)
                eofs--;
            else
                records.Add(read);
        }

        return records;
    }
}
