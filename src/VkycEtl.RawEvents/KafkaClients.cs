using System.Globalization;
using Confluent.Kafka;

namespace VkycEtl.RawEvents;

/// <summary>
/// The settings of every Kafka client: what the promises need, then what <see cref="KafkaOptions"/> passes through. A property that
/// would break a promise is a fault (<see cref="KafkaProperties"/>), never silently overridden.
/// </summary>
public static class KafkaClients
{
    /// <summary>The receiver's producer: acknowledged by all in-sync replicas, idempotent, and given up before the request is.</summary>
    /// <param name="options">Where Kafka is, and what is passed through.</param>
    /// <param name="requestDeadline">How long a request waits; a record is given up after nine tenths of it.</param>
    /// <exception cref="KafkaSettingsException">A property is refused or unknown.</exception>
    public static ProducerConfig Producer(KafkaOptions options, TimeSpan requestDeadline)
    {
        KafkaSettingsException.ThrowIfAny(KafkaProperties.ProducerFaults(options));
        var config = new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "vkyc-receiver",
            Acks = Acks.All,
            EnableIdempotence = true,
            MessageTimeoutMs = Math.Max(10, (int)(requestDeadline.TotalMilliseconds * 0.9)),
            MessageMaxBytes = options.MaxMessageBytes,
            LingerMs = 5,
            CompressionType = CompressionType.Lz4,
            // As Kafka's own clients do, so that any producer puts a transaction's key into the same partition.
            Partitioner = Partitioner.Murmur2Random,
            // A broker that is back must be found within the deadline, not after the default of 10 s.
            ReconnectBackoffMaxMs = 1000,
        };
        // The raw topic is made as RawTopic makes it, or by its owner: never by a broker's defaults because somebody wrote to it.
        config.Set("allow.auto.create.topics", "false");
        return Pass(config, options.Client, options.Producer);
    }

    /// <summary>
    /// The worker's consumer: read_committed, end of partition shown, cooperative assignment (the broker's own under the new group protocol), no position but the one it is given
    /// (<c>auto.offset.reset=error</c>), and committed offsets only where the worker stores them: for lag tools, never read back.
    /// </summary>
    /// <param name="options">Where Kafka is, the group, and what is passed through.</param>
    /// <exception cref="KafkaSettingsException">A property is refused or unknown.</exception>
    public static ConsumerConfig Consumer(KafkaOptions options)
    {
        KafkaSettingsException.ThrowIfAny(KafkaProperties.ConsumerFaults(options));
        var config = new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "vkyc-worker",
            GroupId = options.ConsumerGroup,
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            // Prefetch is bounded by bytes; the count is out of the way, or small events would starve the flattener.
            QueuedMaxMessagesKbytes = 64 * 1024,
            QueuedMinMessages = 1_000_000,
            MaxPartitionFetchBytes = 4 * 1024 * 1024,
            ReconnectBackoffMaxMs = 2000,
        };
        if (!KafkaProperties.BrokerAssigns(options))
        {
            config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
            config.SessionTimeoutMs = 45_000;
        }

        return Pass(config, options.Client, options.Consumer);
    }

    /// <summary>The admin client.</summary>
    /// <param name="options">Where Kafka is, and what is passed through.</param>
    /// <exception cref="KafkaSettingsException">A property is refused or unknown.</exception>
    public static AdminClientConfig Admin(KafkaOptions options)
    {
        KafkaSettingsException.ThrowIfAny(KafkaProperties.ClientFaults(options));
        var config = new AdminClientConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "vkyc-admin",
            ReconnectBackoffMaxMs = 2000,
        };
        return Pass(config, options.Client);
    }

    /// <summary>Builds a client; what only then shows (a certificate's file, a key's password) is a fault of the settings too.</summary>
    /// <param name="build">Builds it.</param>
    /// <exception cref="KafkaSettingsException">librdkafka refuses the settings.</exception>
    public static TClient Build<TClient>(Func<TClient> build)
    {
        try
        {
            return build();
        }
        catch (InvalidOperationException refused)
        {
            throw new KafkaSettingsException([$"Kafka:Client: {refused.Message}. Check the file or value that it names, and a key's password (ssl.key.password)."]);
        }
    }

    private static TConfig Pass<TConfig>(TConfig config, params ReadOnlySpan<Dictionary<string, string>> sections)
        where TConfig : ClientConfig
    {
        foreach (var section in sections)
        {
            foreach (var (name, value) in section)
                config.Set(name, value);
        }

        return config;
    }
}

/// <summary>Kafka settings that no client can be built from. <see cref="Faults"/> has every one.</summary>
public sealed class KafkaSettingsException(IReadOnlyList<string> faults)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{faults.Count} fault(s) in the Kafka settings: {string.Join(" ", faults)}"))
{
    /// <summary>One sentence a fault: the key, what is wrong, the cure.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;

    internal static void ThrowIfAny(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0)
            throw new KafkaSettingsException(faults);
    }
}
