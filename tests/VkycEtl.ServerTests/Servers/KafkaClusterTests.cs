using Confluent.Kafka;

namespace VkycEtl.ServerTests.Servers;

public sealed class KafkaClusterTests(SharedKafka kafka)
{
    [Fact]
    public async Task Aborted_and_deleted_records_leave_holes_in_the_offsets()
    {
        var cluster = await kafka.GetAsync(TestContext.Current.CancellationToken);
        var topic = await cluster.CreateTopicAsync($"holes-{Guid.NewGuid():n}");
        for (var i = 0; i < 4; i++)
            Assert.Equal(i, await cluster.ProduceAsync(topic, 0, null, [(byte)'0', (byte)i]));
        await cluster.ProduceAbortedAsync(topic, 0, count: 2);
        Assert.Equal(7, await cluster.ProduceAsync(topic, 0, null, "last"u8.ToArray()));
        await cluster.DeleteRecordsAsync(topic, 0, beforeOffset: 2);
        Assert.Equal([2, 3, 7], ReadToEnd(cluster, topic));
    }

    [Fact]
    public async Task A_killed_broker_leaves_its_partitions_to_the_others_and_comes_back()
    {
        await using var cluster = await KafkaCluster.StartNewAsync(3, properties: null, TestContext.Current.CancellationToken);
        var topic = await cluster.CreateTopicAsync("survives", partitions: 3);
        await cluster.KillAsync(2);
        for (var partition = 0; partition < 3; partition++)
            await cluster.ProduceAsync(topic, partition, null, "{}"u8.ToArray());
        await cluster.RestartAsync(2, TestContext.Current.CancellationToken);
        await cluster.DeleteTopicAsync(topic);
    }

    private static List<long> ReadToEnd(KafkaCluster cluster, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = "reads-to-end",
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var offsets = new List<long>();
        while (consumer.Consume(TimeSpan.FromSeconds(20)) is { IsPartitionEOF: false } record)
            offsets.Add(record.Offset.Value);
        return offsets;
    }
}
