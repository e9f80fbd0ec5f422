using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace VkycEtl.RawEvents;

/// <summary>
/// A broker inside this process, for <c>vkyc up</c> and for tests: librdkafka's mock cluster, to which other processes can connect on
/// loopback. <see cref="Statement"/> says what it keeps. Offsets begin at 0 with each start, so each start is another cluster
/// and another topic. <see cref="Gate"/> refuses a record before an unread one would be dropped.
/// </summary>
/// <remarks>
/// Found by experiment with librdkafka 2.16 (a test repeats it): a partition drops its oldest batches, acknowledged or not, beyond 5 MiB of batches
/// as sent or 100,000 of them, without an error. The limits here are below that by a fifth and more, with each record counted as a batch.
/// It knows no transactions' isolation, no topic administration, no TLS and no SASL; listing groups ends the process.
/// </remarks>
public sealed class EmbeddedKafka : ITopicIdentities, IDisposable
{
    /// <summary>What it keeps and what not, for people.</summary>
    public const string Statement =
        "The embedded broker keeps events in memory only: what is not yet in the warehouse is gone when this process ends. "
        + "It holds 4 MiB or 40,000 unread events a partition; beyond that the receiver answers 503 until the worker has caught up.";

    /// <summary>Unread bytes a partition may hold: the broker drops beyond 5 MiB.</summary>
    internal const long MaxUnreadBytes = 4 * 1024 * 1024;

    /// <summary>Unread records a partition may hold: the broker drops beyond 100,000 batches.</summary>
    internal const int MaxUnreadRecords = 40_000;

    private readonly string clusterId = NewId();
    private readonly Dictionary<string, TopicIdentity> topics = new(StringComparer.Ordinal);
    private readonly UnreadLimit limit;
    private nint client;
    private nint cluster;

    private EmbeddedKafka(nint client, nint cluster, string topic, int partitions)
    {
        this.client = client;
        this.cluster = cluster;
        BootstrapServers = Marshal.PtrToStringUTF8(Native.MockClusterBootstraps(cluster))!;
        Native.MockGroupInitialRebalanceDelay(cluster, 0);
        limit = new UnreadLimit(partitions, MaxUnreadBytes, MaxUnreadRecords);
        CreateTopic(topic, partitions);
    }

    /// <summary>Where it listens: <c>127.0.0.1</c> and a free port.</summary>
    public string BootstrapServers { get; }

    /// <summary>For the receiver: refuses before an unread record would be dropped.</summary>
    public IProduceGate Gate => limit;

    /// <summary>For the worker: told what is loaded.</summary>
    public IUnreadLimit Limit => limit;

    /// <summary>Starts it, with the raw topic made, in some 20 ms.</summary>
    /// <param name="topic">The raw topic's name.</param>
    /// <param name="partitions">Its partitions; each can hold as much unread as <see cref="Statement"/> says.</param>
    /// <exception cref="InvalidOperationException">librdkafka could not start it.</exception>
    public static EmbeddedKafka Start(string topic, int partitions)
    {
        Span<byte> error = stackalloc byte[512];
        var conf = Native.ConfNew();
        Set(conf, "log_level", "2", error);
        var owner = Native.New(Native.Producer, conf, error, (nuint)error.Length);
        if (owner == 0)
        {
            Native.ConfDestroy(conf);
            throw new InvalidOperationException($"The embedded broker could not start: {Text(error)}");
        }

        var made = Native.MockClusterNew(owner, 1);
        if (made == 0)
        {
            Native.Destroy(owner);
            throw new InvalidOperationException("The embedded broker could not start: no loopback port could be opened.");
        }

        return new EmbeddedKafka(owner, made, topic, partitions);
    }

    /// <summary>Points clients here, with the waits that suit a broker in the same process; what was set by hand stays.</summary>
    public void Configure(KafkaOptions options)
    {
        options.BootstrapServers = BootstrapServers;
        // An empty fetch of the mock cluster waits this long even where a record arrives meanwhile.
        options.Consumer.TryAdd("fetch.wait.max.ms", "20");
        options.Consumer.TryAdd("session.timeout.ms", "6000");
        options.Consumer.TryAdd("heartbeat.interval.ms", "500");
    }

    /// <inheritdoc/>
    public Task<TopicIdentity?> ReadAsync(string topic, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(cluster == 0, this);
        return Task.FromResult(topics.GetValueOrDefault(topic));
    }

    /// <summary>Ends it; everything in it is gone.</summary>
    public void Dispose()
    {
        if (cluster == 0)
            return;
        // In this order, or librdkafka waits for ever.
        Native.MockClusterDestroy(cluster);
        Native.Destroy(client);
        cluster = 0;
        client = 0;
    }

    /// <summary>Makes another topic; only the first one is guarded by the gate.</summary>
    internal void CreateTopic(string topic, int partitions)
    {
        ThrowIf(Native.MockTopicCreate(cluster, topic, partitions, 1), $"make the topic {topic}");
        topics.Add(topic, new TopicIdentity(clusterId, NewId(), partitions));
    }

    /// <summary>For tests: an outage.</summary>
    internal void SetDown() => ThrowIf(Native.MockBrokerSetDown(cluster, 1), "go down");

    /// <summary>For tests: the end of an outage.</summary>
    internal void SetUp() => ThrowIf(Native.MockBrokerSetUp(cluster, 1), "come up");

    /// <summary>For tests: the next requests of a kind (Kafka's API key) fail with these codes.</summary>
    internal void FailNext(short apiKey, params ReadOnlySpan<int> errors) =>
        Native.MockPushRequestErrors(cluster, apiKey, (nuint)errors.Length, errors);

    private static void ThrowIf(int error, string what)
    {
        if (error != 0)
            throw new InvalidOperationException($"The embedded broker could not {what}: librdkafka's error {error}.");
    }

    private static void Set(nint conf, string name, string value, Span<byte> error)
    {
        if (Native.ConfSet(conf, name, value, error, (nuint)error.Length) != Native.ConfOk)
            throw new InvalidOperationException($"librdkafka refuses {name}: {Text(error)}");
    }

    private static string Text(ReadOnlySpan<byte> error)
    {
        var end = error.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? error : error[..end]);
    }

    /// <summary>As Kafka prints its ids: 22 characters of base64url.</summary>
    private static string NewId() => Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
}
