using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace VkycEtl.RawEvents;

/// <summary>Makes the raw topic where it is missing.</summary>
public static class RawTopic
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Finds the raw topic, or makes it: nothing deleted by age or size (<c>retention.ms</c> and <c>retention.bytes</c> −1, so that no event goes before it
    /// is loaded; shorten it once reprocessing needs no more), <c>min.insync.replicas</c> 2 from three replicas on, unclean election off.
    /// Safe when several start at once. A topic that is there already is taken as it is.
    /// </summary>
    /// <param name="options">The topic's name, partitions and replicas.</param>
    /// <param name="identities">Asked whether the topic is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RawTopicException">The topic is missing and may not or cannot be made: a retry does not help.</exception>
    /// <exception cref="KafkaException">The broker could not be asked: a retry may help.</exception>
    /// <exception cref="KafkaSettingsException">A property is refused or unknown.</exception>
    public static async Task<TopicIdentity> EnsureAsync(
        KafkaOptions options, ITopicIdentities identities, CancellationToken cancellationToken)
    {
        if (await identities.ReadAsync(options.RawTopic, cancellationToken) is { } found)
            return found;
        if (!options.CreateTopic)
        {
            throw new RawTopicException(
                $"The raw topic {options.RawTopic} does not exist, and Kafka:CreateTopic is false. Make it: {CreationLine(options)}");
        }

        using var admin = KafkaClients.Build(() => new AdminClientBuilder(KafkaClients.Admin(options)).SetLogHandler(static (_, _) => { }).Build());
        await CreateAsync(admin, options);
        return await SettledAsync(options.RawTopic, identities, cancellationToken);
    }

    private static async Task CreateAsync(IAdminClient admin, KafkaOptions options)
    {
        var replicas = options.ReplicationFactor;
        if (replicas == 0)
            replicas = Math.Min(3, (await admin.DescribeClusterAsync()).Nodes.Count);
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification
            {
                Name = options.RawTopic,
                NumPartitions = options.Partitions,
                ReplicationFactor = (short)replicas,
                Configs = Configs(options, replicas),
            }]);
        }
        catch (CreateTopicsException refused) when (refused.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
        {
            // Another start made it in the meantime.
        }
        catch (CreateTopicsException refused) when (Cure(refused.Results[0].Error.Code, options, replicas) is { } cure)
        {
            throw new RawTopicException(
                $"The broker refuses to make the raw topic {options.RawTopic} ({options.Partitions} partitions, {replicas} replicas): "
                + $"{refused.Results[0].Error.Reason} ({refused.Results[0].Error.Code}). {cure}",
                refused);
        }
    }

    /// <summary>The line for whoever makes topics: the topic as we would make it.</summary>
    /// <param name="options">The topic's name, partitions and replicas.</param>
    public static string CreationLine(KafkaOptions options) => CreationLine(options, Replicas(options));

    private static string CreationLine(KafkaOptions options, int replicas)
    {
        var configs = string.Concat(Configs(options, replicas).Select(config => $" --config {config.Key}={config.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"kafka-topics.sh {KafkaFaults.CommandTarget(options)} --create --topic {options.RawTopic} --partitions {options.Partitions} --replication-factor {replicas}{configs}");
    }

    /// <summary>Where no broker was asked how many there are: as a cluster should have.</summary>
    private static int Replicas(KafkaOptions options) => options.ReplicationFactor == 0 ? 3 : options.ReplicationFactor;

    private static Dictionary<string, string> Configs(KafkaOptions options, int replicas) => new(StringComparer.Ordinal)
    {
        ["cleanup.policy"] = "delete",
        ["retention.ms"] = "-1",
        ["retention.bytes"] = "-1",
        ["min.insync.replicas"] = replicas >= 3 ? "2" : "1",
        ["unclean.leader.election.enable"] = "false",
        ["max.message.bytes"] = options.MaxMessageBytes.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What to do about a refusal that a retry will not mend; null for anything else.</summary>
    private static string? Cure(ErrorCode code, KafkaOptions options, int replicas) => code switch
    {
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed =>
            $"{KafkaFaults.Principal(options)} lacks the right Create on topic {options.RawTopic}. Make it by hand: {CreationLine(options, replicas)}",
        ErrorCode.InvalidReplicationFactor => "Set Kafka:ReplicationFactor to at most the number of brokers.",
        ErrorCode.InvalidPartitions => "Set Kafka:Partitions to what the broker allows.",
        ErrorCode.PolicyViolation or ErrorCode.InvalidConfig or ErrorCode.InvalidRequest or ErrorCode.TopicException =>
            "Change Kafka:RawTopic, Kafka:Partitions or Kafka:ReplicationFactor, or make the topic by hand as the broker's rules want it: "
            + CreationLine(options, replicas),
        _ => null,
    };

    /// <summary>A topic just made is not at once known to every broker.</summary>
    private static async Task<TopicIdentity> SettledAsync(string topic, ITopicIdentities identities, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Settling);
        while (true)
        {
            if (await identities.ReadAsync(topic, cancellationToken) is { Partitions: > 0 } made)
                return made;
            try
            {
                await Task.Delay(100, patience.Token);
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                throw new KafkaException(
                    new Error(ErrorCode.Local_TimedOut, $"The raw topic {topic} was made but no broker shows it after {Settling.TotalSeconds} s."),
                    late);
            }
        }
    }
}

/// <summary>The raw topic is missing and cannot be made. The message names the cure; a retry does not help.</summary>
public sealed class RawTopicException(string message, Exception? innerException = null) : Exception(message, innerException);
