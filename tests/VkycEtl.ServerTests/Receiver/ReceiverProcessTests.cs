using System.Net;
using Confluent.Kafka.Admin;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Receiver;

/// <summary>The receiver as a process of its own, on the Kafka that all tests share.</summary>
public sealed class ReceiverProcessTests(SharedKafka shared, PostgresServer postgres)
{
    [Fact]
    public async Task A_webhook_becomes_a_row()
    {
        var kafka = await shared.GetAsync(TestContext.Current.CancellationToken);
        await using var receiver = await ReceiverUnderTest.StartAsync(kafka);
        var scenario = new Scenario(kafka, receiver.Topic, await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken), partitions: 6);
        await using var worker = scenario.StartWorker();
        Assert.Equal(HttpStatusCode.OK, await receiver.SendAsync());
        await scenario.AwaitRowsAsync(() => worker.Output, atLeast: 1);
        await scenario.AwaitAsync(
            "EXISTS (SELECT FROM vkyc.events WHERE event_id = 'e1' AND app_id = 'bank' AND transaction_id = 't-e1' AND agent_id = 'agent')",
            "the webhook is a row",
            () => worker.Output);
        Assert.Equal(0, await worker.TerminateAsync());
        Assert.Equal(0, await receiver.Process.TerminateAsync());
    }

    [Fact]
    public async Task A_graceful_stop_under_load_loses_nothing_that_was_answered_200()
    {
        var kafka = await shared.GetAsync(TestContext.Current.CancellationToken);
        await using var receiver = await ReceiverUnderTest.StartAsync(kafka);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = receiver.LoadAsync(senders: 16, stop.Token);
        await Eventually.TrueAsync(() => Task.FromResult(receiver.Taken.Count > 500), "the load is under way", details: () => receiver.Process.Output);
        Assert.Equal(0, await receiver.Process.TerminateAsync());
        await stop.CancelAsync();
        await load;
        receiver.AssertNothingTakenIsMissing();
    }

    [Fact]
    public async Task The_topic_is_made_as_chosen_and_keeps_everything()
    {
        var kafka = await shared.GetAsync(TestContext.Current.CancellationToken);
        await using var receiver = await ReceiverUnderTest.StartAsync(kafka, ("Kafka:Partitions", "4"), ("Kafka:ReplicationFactor", "1"));
        var topic = Assert.Single(kafka.Admin.GetMetadata(receiver.Topic, TimeSpan.FromSeconds(10)).Topics);
        Assert.Equal(4, topic.Partitions.Count);
        Assert.All(topic.Partitions, partition => Assert.Single(partition.Replicas));
        Assert.Equal("1", await ConfigAsync(kafka, receiver.Topic, "min.insync.replicas"));

        await using var usual = await ReceiverUnderTest.StartAsync(kafka);
        var replicas = kafka.Admin.GetMetadata(usual.Topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions[0].Replicas.Length;
        Assert.Equal(replicas >= 3 ? "2" : "1", await ConfigAsync(kafka, usual.Topic, "min.insync.replicas"));
        Assert.Equal("-1", await ConfigAsync(kafka, usual.Topic, "retention.ms"));
        Assert.Equal("-1", await ConfigAsync(kafka, usual.Topic, "retention.bytes"));
        Assert.Equal("delete", await ConfigAsync(kafka, usual.Topic, "cleanup.policy"));
        Assert.Equal("false", await ConfigAsync(kafka, usual.Topic, "unclean.leader.election.enable"));
    }

    [Fact]
    public async Task A_topic_made_by_others_is_used_as_it_is()
    {
        var kafka = await shared.GetAsync(TestContext.Current.CancellationToken);
        var topic = await kafka.CreateTopicAsync($"raw-{Guid.NewGuid():n}", partitions: 11, replication: 1, new(StringComparer.Ordinal) { ["retention.ms"] = "86400000" });
        await using var receiver = ReceiverUnderTest.Start(kafka, topic, ("Kafka:CreateTopic", "false"));
        await receiver.AwaitReadyAsync();
        var scenario = new Scenario(kafka, topic, await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken), partitions: 11);
        await using var worker = scenario.StartWorker();
        foreach (var _ in Enumerable.Range(0, 40))
            Assert.Equal(HttpStatusCode.OK, await receiver.SendAsync());
        await scenario.AwaitRowsAsync(() => worker.Output, atLeast: 40);
        Assert.Equal("86400000", await ConfigAsync(kafka, topic, "retention.ms"));
        Assert.True(await scenario.CountAsync("SELECT count(DISTINCT source_partition) FROM vkyc.events") > 6);
    }

    [Theory]
    [InlineData("Kafka:ReplicationFactor", "30", "Set Kafka:ReplicationFactor to at most the number of brokers.")]
    [InlineData("Kafka:CreateTopic", "false", "Kafka:CreateTopic is false. Make it: kafka-topics.sh --bootstrap-server")]
    public async Task A_topic_that_cannot_be_made_ends_the_start_with_one_line(string key, string value, string cure)
    {
        var kafka = await shared.GetAsync(TestContext.Current.CancellationToken);
        var (process, _) = ReceiverUnderTest.Launch(kafka, $"raw-{Guid.NewGuid():n}", (key, value));
        await using (process)
        {
            Assert.Equal(4, await process.WaitForExitAsync());
            var line = Assert.Single(process.Output.Split('\n'), line => line.StartsWith("vkyc: ", StringComparison.Ordinal));
            Assert.Contains(cure, line, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        }
    }

    private static async Task<string> ConfigAsync(KafkaCluster kafka, string topic, string name)
    {
        var described = await kafka.Admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        return described[0].Entries[name].Value;
    }
}
