using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace VkycEtl.ServerTests.Servers;

/// <summary>
/// A real Kafka for tests: brokers of our own on free loopback ports, started from <c>KAFKA_HOME</c>, which a test may kill and restart;
/// or one that is there already (<see cref="SharedKafka.Variable"/>), whose brokers are left alone. Topics are the test's own.
/// </summary>
public sealed class KafkaCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string? folder;
    private readonly List<KafkaBroker> brokers = [];
    private readonly Lazy<IAdminClient> admin;
    private readonly Lazy<IProducer<byte[]?, byte[]?>> producer;

    private KafkaCluster(string bootstrapServers, string? folder, IReadOnlyDictionary<string, string>? client = null)
    {
        BootstrapServers = bootstrapServers;
        Client = client ?? new Dictionary<string, string>(StringComparer.Ordinal);
        this.folder = folder;
        admin = new(() => new AdminClientBuilder(new AdminClientConfig(NewClient()))
            .SetLogHandler(static (_, _) => { }).Build());
        producer = new(() => new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(NewClient())
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 5,
        }).SetLogHandler(static (_, _) => { }).Build());
    }

    public string BootstrapServers { get; }

    /// <summary>What a test's own clients need beside the bootstrap servers: empty but where the brokers ask who it is.</summary>
    public IReadOnlyDictionary<string, string> Client { get; }

    /// <summary>Brokers of our own; 0 where the cluster was there already.</summary>
    public int Brokers => brokers.Count;

    /// <summary>For what this class does not offer.</summary>
    public IAdminClient Admin => admin.Value;

    /// <summary>A cluster that is there already.</summary>
    public static KafkaCluster At(string bootstrapServers, IReadOnlyDictionary<string, string>? client = null) =>
        new(bootstrapServers, folder: null, client);

    /// <summary>The configuration of a client of the test's own.</summary>
    public ClientConfig NewClient()
    {
        var config = new ClientConfig { BootstrapServers = BootstrapServers };
        foreach (var (name, value) in Client)
            config.Set(name, value);
        return config;
    }

    /// <summary>Starts brokers 1 to <paramref name="count"/>; skips the test where there is no <c>KAFKA_HOME</c>.</summary>
    /// <param name="count">1 or 3: how many brokers.</param>
    /// <param name="properties">Broker properties that add to or replace the usual ones; <c>{id}</c> in a value is the broker's.</param>
    /// <param name="cancellationToken">Gives up waiting for the brokers.</param>
    public static async Task<KafkaCluster> StartNewAsync(
        int count, IReadOnlyDictionary<string, string>? properties = null, CancellationToken cancellationToken = default)
    {
        var home = FindHome() ?? MissingServer.SkipOrFail("Kafka", "set KAFKA_HOME to the folder of a Kafka distribution");
        var ports = FreePorts(count * 2);
        var voters = string.Join(',', Enumerable.Range(0, count).Select(i => $"{i + 1}@127.0.0.1:{ports[2 * i + 1]}"));
        var bootstrap = string.Join(',', Enumerable.Range(0, count).Select(i => $"127.0.0.1:{ports[2 * i]}"));
        var cluster = new KafkaCluster(bootstrap, Directory.CreateTempSubdirectory("vkyc-kafka-").FullName);
        try
        {
            var clusterId = NewClusterId();
            for (var i = 0; i < count; i++)
            {
                var broker = new KafkaBroker(home, Path.Combine(cluster.folder!, $"{i + 1}"), i + 1);
                cluster.brokers.Add(broker);
                var settings = BrokerProperties(i + 1, count, voters, ports[2 * i], ports[2 * i + 1]);
                foreach (var (key, value) in properties ?? new Dictionary<string, string>(StringComparer.Ordinal))
                    settings[key] = value.Replace("{id}", $"{i + 1}", StringComparison.Ordinal);
                await broker.FormatAsync(clusterId, settings, cancellationToken);
                broker.Start();
            }

            await cluster.AwaitBrokersAsync(count, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where Kafka's scripts are, or null.</summary>
    public static string? FindHome()
    {
        var home = Environment.GetEnvironmentVariable("KAFKA_HOME");
        return home is { Length: > 0 } && File.Exists(Path.Combine(home, "bin", "kafka-server-start.sh")) ? Path.GetFullPath(home) : null;
    }

    /// <summary>kill -9. Returns when the process is gone; the cluster notices it up to 3 s later.</summary>
    public Task KillAsync(int brokerId) => Broker(brokerId).EndAsync("KILL");

    /// <summary>Starts a killed broker again and waits until the cluster counts it in.</summary>
    public Task RestartAsync(int brokerId, CancellationToken cancellationToken = default)
    {
        Broker(brokerId).Start();
        return AwaitBrokersAsync(brokers.Count, cancellationToken);
    }

    /// <summary>An orderly stop of all brokers; <see cref="RestartAsync"/> does not follow it.</summary>
    public Task StopAsync() => Task.WhenAll(brokers.Select(broker => broker.EndAsync("TERM")));

    /// <summary>Makes a topic and waits until each partition has a leader. Replication 0: as many as brokers, at most 3.</summary>
    /// <returns>The topic's name: <paramref name="name"/>.</returns>
    public async Task<string> CreateTopicAsync(
        string name, int partitions = 1, short replication = 0, Dictionary<string, string>? config = null)
    {
        await Admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = replication == 0 ? (short)-1 : replication,
            Configs = config,
        }]);
        await Eventually.TrueAsync(
            () => Task.FromResult(Metadata(name) is { } topic && topic.Partitions.Count == partitions && topic.Partitions.All(p => p.Leader >= 0)),
            $"topic {name} has leaders");
        return name;
    }

    /// <summary>Deletes a topic and waits until no broker shows it.</summary>
    public async Task DeleteTopicAsync(string name)
    {
        await Admin.DeleteTopicsAsync([name]);
        await Eventually.TrueAsync(() => Task.FromResult(Metadata(name) is null), $"topic {name} is gone");
    }

    /// <summary>Cuts the log off at the front, as retention does.</summary>
    public Task DeleteRecordsAsync(string topic, int partition, long beforeOffset) =>
        Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, partition, beforeOffset)]);

    /// <summary>Writes one record and waits for the acknowledgement.</summary>
    /// <returns>Its offset.</returns>
    public async Task<long> ProduceAsync(
        string topic, int partition, byte[]? key, byte[]? value, params (string Name, byte[] Value)[] headers)
    {
        var report = await producer.Value.ProduceAsync(new TopicPartition(topic, partition), Record(key, value, headers));
        return report.Offset.Value;
    }

    /// <summary>Writes records to a partition, in order.</summary>
    /// <returns>The last one's offset.</returns>
    public async Task<long> ProduceAsync(string topic, int partition, IEnumerable<byte[]> values)
    {
        var reports = await Task.WhenAll(
            values.Select(value => producer.Value.ProduceAsync(new TopicPartition(topic, partition), Record(null, value, []))));
        return reports.Length == 0 ? -1 : reports.Max(report => report.Offset.Value);
    }

    /// <summary>Writes records in a transaction that is then aborted: their offsets and a marker's show to no read_committed consumer.</summary>
    public Task ProduceAbortedAsync(string topic, int partition, int count) => TransactAsync(topic, partition, count, commit: false);

    /// <summary>Writes records in a transaction that is then committed: its marker's offset shows to no consumer.</summary>
    public Task ProduceCommittedAsync(string topic, int partition, int count) => TransactAsync(topic, partition, count, commit: true);

    public async ValueTask DisposeAsync()
    {
        if (producer.IsValueCreated)
            producer.Value.Dispose();
        if (admin.IsValueCreated)
            admin.Value.Dispose();
        await Task.WhenAll(brokers.Select(broker => broker.DisposeAsync().AsTask()));
        if (folder is not null && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private async Task TransactAsync(string topic, int partition, int count, bool commit)
    {
        using var transactional = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(NewClient())
        {
            TransactionalId = $"test-{Guid.NewGuid():n}",
        }).SetLogHandler(static (_, _) => { }).Build();
        var end = ReadEnd(topic, partition);
        transactional.InitTransactions(TimeSpan.FromSeconds(30));
        transactional.BeginTransaction();
        for (var i = 0; i < count; i++)
            transactional.Produce(new TopicPartition(topic, partition), Record(null, "{\"in\":\"transaction\"}"u8.ToArray(), []));
        await Task.Run(() => transactional.Flush(TimeSpan.FromSeconds(30)));
        if (commit)
            transactional.CommitTransaction();
        else
            transactional.AbortTransaction();

        // The coordinator writes the marker after it has answered; what is produced next is to stand behind it.
        await Eventually.TrueAsync(() => Task.FromResult(ReadEnd(topic, partition) == end + count + 1), "the transaction's marker is in the log");
    }

    private long ReadEnd(string topic, int partition)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(NewClient())
        {
            GroupId = "reads-the-end",
            IsolationLevel = IsolationLevel.ReadUncommitted,
        }).SetLogHandler(static (_, _) => { }).Build();
        return consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), TimeSpan.FromSeconds(30)).High.Value;
    }

    private static Message<byte[]?, byte[]?> Record(byte[]? key, byte[]? value, (string Name, byte[] Value)[] headers)
    {
        var record = new Message<byte[]?, byte[]?> { Key = key, Value = value };
        if (headers.Length > 0)
            record.Headers = [];
        foreach (var (name, bytes) in headers)
            record.Headers.Add(name, bytes);
        return record;
    }

    private KafkaBroker Broker(int id) => brokers.Find(broker => broker.Id == id)
        ?? throw new InvalidOperationException($"Broker {id} is not one of ours: a test that hurts brokers starts its own cluster.");

    private TopicMetadata? Metadata(string topic) =>
        Admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Find(found => found.Topic == topic);

    private Task AwaitBrokersAsync(int count, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                var described = await Admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = TimeSpan.FromSeconds(5) });
                return described.Nodes.Count == count;
            }
            catch (KafkaException)
            {
                return false;
            }
        },
        $"{count} brokers answer",
        Patience,
        () => string.Join('\n', brokers.Select(broker => $"broker {broker.Id}:\n{Tail(broker.Log)}")),
        cancellationToken);

    private static string Tail(string log) => log.Length > 2000 ? log[^2000..] : log;

    internal static Dictionary<string, string> BrokerProperties(int id, int count, string voters, int port, int controllerPort)
    {
        var replicas = Math.Min(count, 3);
        var inSync = replicas < 2 ? 1 : 2;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = $"{id}",
            ["controller.quorum.voters"] = voters,
            ["listeners"] = $"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllerPort}",
            ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{port}",
            ["controller.listener.names"] = "CONTROLLER",
            ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
            ["default.replication.factor"] = $"{replicas}",
            ["min.insync.replicas"] = $"{inSync}",
            ["offsets.topic.replication.factor"] = $"{replicas}",
            ["transaction.state.log.replication.factor"] = $"{replicas}",
            ["transaction.state.log.min.isr"] = $"{inSync}",
            ["share.coordinator.state.topic.replication.factor"] = $"{replicas}",
            ["share.coordinator.state.topic.min.isr"] = $"{inSync}",
            ["offsets.topic.num.partitions"] = "4",
            ["transaction.state.log.num.partitions"] = "4",
            ["share.coordinator.state.topic.num.partitions"] = "1",
            ["group.initial.rebalance.delay.ms"] = "0",
            ["group.min.session.timeout.ms"] = "1000",
            ["auto.create.topics.enable"] = "false",
            // A killed broker's partitions get new leaders within seconds instead of nine.
            ["broker.session.timeout.ms"] = "3000",
            ["broker.heartbeat.interval.ms"] = "500",
        };
    }

    internal static string NewClusterId()
    {
        // Kafka's form of a uuid: base64url of 16 bytes, never beginning with a dash (it would be read as an option).
        string id;
        do
            id = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        while (id[0] == '-');
        return id;
    }

    /// <summary>Below the ephemeral range, so that nobody's outgoing connection takes a killed broker's port before it is back.</summary>
    internal static int[] FreePorts(int count)
    {
        var held = new List<TcpListener>();
        try
        {
            while (held.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(12_000, 32_000));
                try
                {
                    listener.Start();
                    held.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose();
                }
            }

            return [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            held.ForEach(listener => listener.Dispose());
        }
    }
}
