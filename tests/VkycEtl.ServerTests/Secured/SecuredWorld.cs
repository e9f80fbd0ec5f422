using Confluent.Kafka.Admin;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Receiver;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Secured;

/// <summary>A topic, a group and a database of a test's own on the secured broker, and the rights that a receiver and a worker need there.</summary>
internal sealed class SecuredWorld
{
    private readonly SecuredKafka secured;

    private SecuredWorld(SecuredKafka secured, KafkaCluster kafka, string topic, string database)
    {
        (this.secured, Kafka, Topic) = (secured, kafka, topic);
        Scenario = new Scenario(kafka, topic, database, partitions: 2);
    }

    /// <summary>The cluster as its super user sees it.</summary>
    public KafkaCluster Kafka { get; }

    public string Topic { get; }

    /// <summary>What is asked of the tables; its workers need their client settings.</summary>
    public Scenario Scenario { get; }

    public string Group => Scenario.Settings["Kafka:ConsumerGroup"];

    public static async Task<SecuredWorld> CreateAsync(SecuredKafka secured, PostgresServer postgres, bool hasTopic = true)
    {
        var kafka = await secured.GetAsync(TestContext.Current.CancellationToken);
        var topic = $"raw-{Guid.NewGuid():n}";
        if (hasTopic)
            await kafka.CreateTopicAsync(topic, partitions: 2);
        return new SecuredWorld(secured, kafka, topic, await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>All that a receiver needs where the topic is made by others.</summary>
    public Task AllowReceiverAsync(string user) => secured.AllowAsync(user, AclOperation.Write, ResourceType.Topic, Topic);

    /// <summary>All that a worker needs.</summary>
    public async Task AllowWorkerAsync(string user)
    {
        await secured.AllowAsync(user, AclOperation.Read, ResourceType.Topic, Topic);
        await secured.AllowAsync(user, AclOperation.Read, ResourceType.Group, Group);
    }

    public ReceiverUnderTest StartReceiver(Dictionary<string, string> client, params (string Key, string Value)[] settings) =>
        ReceiverUnderTest.Start(Kafka, Topic, [.. client.Select(setting => (setting.Key, setting.Value)), .. settings]);

    public VkycProcess StartWorker(Dictionary<string, string> client, params (string Key, string Value)[] settings) =>
        Scenario.StartWorker([.. client.Select(setting => (setting.Key, setting.Value)), .. settings]);

    /// <summary>Waits until a process has printed a text.</summary>
    public static Task AwaitLineAsync(VkycProcess process, string text, int times = 1, double seconds = 40) => Eventually.TrueAsync(
        () => Task.FromResult(process.Output.Split(text).Length - 1 >= times), $"prints: {text}", TimeSpan.FromSeconds(seconds), () => process.Output);
}
