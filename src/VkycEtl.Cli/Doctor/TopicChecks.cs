using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Doctor;

/// <summary>The raw topic's settings: what can lose events that were acknowledged.</summary>
internal static class TopicChecks
{
    private const int Replicas = 3;
    private const int InSync = 2;
    private const string OneMachine = "; with one broker it cannot be more: what its disk loses is lost";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ShortRetention = TimeSpan.FromDays(3);

    public static async Task<IReadOnlyList<Finding>> RunAsync(
        IAdminClient admin, KafkaOptions kafka, TopicDescription topic, int brokers, CancellationToken cancellationToken)
    {
        var findings = new List<Finding> { ReplicasOf(topic, brokers), InSyncOf(topic) };
        try
        {
            var described = await admin.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic.Name }], new DescribeConfigsOptions { RequestTimeout = Patience }).WaitAsync(cancellationToken);
            findings.AddRange(Settings(kafka, topic.Name, name => described[0].Entries.GetValueOrDefault(name)?.Value, brokers));
        }
        catch (KafkaException refused)
        {
            findings.Add(Finding.Warning(
                "topic", "settings", $"the settings of {topic.Name} may not be read: {refused.Error.Reason}",
                $"let this client look: kafka-acls.sh --add --allow-principal '{KafkaFaults.Principal(kafka)}' --operation DescribeConfigs --topic {topic.Name}"));
        }

        return findings;
    }

    /// <summary>Judges settings.</summary>
    /// <param name="kafka">Ours.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="setting">The topic's, by name; null where the broker does not tell.</param>
    /// <param name="brokers">How many there are.</param>
    public static IEnumerable<Finding> Settings(KafkaOptions kafka, string topic, Func<string, string?> setting, int brokers)
    {
        string Alter(string change) => $"kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config {change}";

        var inSync = Number(setting("min.insync.replicas")) ?? 1;
        yield return inSync >= InSync
            ? Finding.Ok("topic", "min.insync.replicas", $"an event is on {inSync} brokers before it is acknowledged")
            : Finding.Fault(
                "topic", "min.insync.replicas", $"{inSync}: an acknowledged event may be on one broker only{(brokers == 1 ? OneMachine : "")}",
                brokers == 1 ? "a Kafka of three brokers" : Alter("min.insync.replicas=2"));
        var unclean = setting("unclean.leader.election.enable");
        yield return unclean == "true"
            ? Finding.Fault("topic", "unclean election", "on: a broker that missed events may become leader, and acknowledged events are gone (matters with several brokers)", Alter("unclean.leader.election.enable=false"))
            : Finding.Ok("topic", "unclean election", "off");
        var cleanup = setting("cleanup.policy") ?? "delete";
        yield return cleanup.Contains("compact", StringComparison.Ordinal)
            ? Finding.Fault("topic", "cleanup.policy", $"{cleanup}: compaction removes all but the last event of a transaction (matters on a single machine too)", Alter("cleanup.policy=delete"))
            : Finding.Ok("topic", "cleanup.policy", cleanup);
        yield return Retention(setting("retention.ms"), setting("retention.bytes"), Alter);
        var largest = Number(setting("max.message.bytes")) ?? 0;
        yield return largest >= kafka.MaxMessageBytes
            ? Finding.Ok("topic", "max.message.bytes", $"{largest}")
            : Finding.Fault(
                "topic", "max.message.bytes", $"{largest}, and Kafka:MaxMessageBytes is {kafka.MaxMessageBytes} (matters on a single machine too): large webhooks are answered 413",
                Alter(string.Create(CultureInfo.InvariantCulture, $"max.message.bytes={kafka.MaxMessageBytes}")));
    }

    private static Finding Retention(string? ms, string? bytes, Func<string, string> alter)
    {
        var time = Number(ms) is { } given and >= 0 ? TimeSpan.FromMilliseconds(given) : (TimeSpan?)null;
        var size = Number(bytes) is { } limit and >= 0 ? limit : (long?)null;
        if (time is null && size is null)
            return Finding.Ok("topic", "retention", "events are kept for ever");
        var seen = (time, size) switch
        {
            ({ } kept, null) => string.Create(CultureInfo.InvariantCulture, $"events are kept for {kept.TotalHours:0.#} h"),
            (null, { } kept) => string.Create(CultureInfo.InvariantCulture, $"{kept} bytes a partition are kept"),
            _ => string.Create(CultureInfo.InvariantCulture, $"events are kept for {time!.Value.TotalHours:0.#} h, and {size} bytes a partition"),
        };
        return time < ShortRetention || size is not null
            ? Finding.Warning("topic", "retention", $"{seen}: what a worker has not read by then is lost", alter("retention.ms=-1,retention.bytes=-1"))
            : Finding.Ok("topic", "retention", $"{seen}; a worker must not be away for longer");
    }

    private static Finding ReplicasOf(TopicDescription topic, int brokers)
    {
        var least = topic.Partitions.Min(partition => partition.Replicas.Count);
        return least >= Replicas
            ? Finding.Ok("topic", "replicas", $"{topic.Partitions.Count} partitions, {least} replicas each")
            : Finding.Fault(
                "topic", "replicas", $"{least} {(least == 1 ? "replica" : "replicas")} of a partition{(brokers == 1 ? OneMachine : ": a lost disk can take acknowledged events with it")}",
                brokers == 1 ? "a Kafka of three brokers" : $"raise it to 3: kafka-reassign-partitions.sh, topic {topic.Name}");
    }

    private static Finding InSyncOf(TopicDescription topic)
    {
        var leaderless = topic.Partitions.Where(partition => partition.Leader is null or { Id: < 0 }).Select(partition => partition.Partition).ToList();
        var behind = topic.Partitions.Where(partition => partition.ISR.Count < partition.Replicas.Count).Select(partition => partition.Partition).ToList();
        return leaderless.Count > 0 ? Finding.Fault("topic", "in sync", $"partitions {string.Join(", ", leaderless)} have no leader: nothing can be written or read there", "start the brokers that are down")
            : behind.Count > 0 ? Finding.Warning("topic", "in sync", $"partitions {string.Join(", ", behind)} have replicas that are behind or down", "start the brokers that are down, and let them catch up")
            : Finding.Ok("topic", "in sync", "all replicas are in sync");
    }

    private static long? Number(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
}
