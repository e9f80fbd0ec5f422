using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Receiver;

/// <summary>A receiver process in front of a real Kafka: which events it answered 200, and which are in the topic.</summary>
internal sealed class ReceiverUnderTest : IAsyncDisposable
{
    private readonly KafkaCluster kafka;
    private readonly HttpClient client;
    private int sent;

    private ReceiverUnderTest(KafkaCluster kafka, string topic, VkycProcess process, Uri address)
    {
        (this.kafka, Topic, Process, Address) = (kafka, topic, process, address);
        client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Topic { get; }

    public VkycProcess Process { get; }

    public Uri Address { get; }

    /// <summary>Ids of the events that were answered 200.</summary>
    public ConcurrentDictionary<string, bool> Taken { get; } = new(StringComparer.Ordinal);

    /// <summary>Failures of requests: exceptions of the client, with what became of the bytes unknown.</summary>
    public ConcurrentQueue<HttpRequestException> Broken { get; } = new();

    /// <summary>Starts <c>vkyc receiver</c> on a new topic, which it makes itself, and waits until it is ready.</summary>
    public static async Task<ReceiverUnderTest> StartAsync(KafkaCluster kafka, params (string Key, string Value)[] settings)
    {
        var topic = $"raw-{Guid.NewGuid():n}";
        var (process, address) = Launch(kafka, topic, settings);
        var receiver = new ReceiverUnderTest(kafka, topic, process, address);
        await Eventually.TrueAsync(
            async () => process.HasExited ? throw new InvalidOperationException(process.Output) : await receiver.IsReadyAsync(),
            "the receiver is ready",
            TimeSpan.FromSeconds(60),
            () => process.Output);
        return receiver;
    }

    /// <summary>Starts the process and waits for nothing.</summary>
    public static (VkycProcess Process, Uri Address) Launch(KafkaCluster kafka, string topic, params (string Key, string Value)[] settings)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}");
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Kafka:BootstrapServers"] = kafka.BootstrapServers,
            ["Kafka:RawTopic"] = topic,
            ["Receiver:Url"] = address,
            ["Receiver:Routes:default:Auth:Kind"] = "None",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        return (VkycProcess.Start(all, "receiver"), new Uri(address));
    }

    /// <summary>Sends one new event; remembers it where it was taken.</summary>
    /// <returns>The status; null where the connection failed.</returns>
    public async Task<HttpStatusCode?> SendAsync()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"e{Interlocked.Increment(ref sent)}");
        using var body = new StringContent(
            $$"""
            {"appId":"bank","transactionId":"t-{{id}}","eventId":"{{id}}","eventType":"VCIP_CALL_STARTED","eventVersion":"1.0.0",
             "eventTime":"2026-03-01T04:00:00Z","eventDetails":{"agentId":"agent"} }
            """,
            Encoding.UTF8,
            "application/json");
        try
        {
            using var answer = await client.PostAsync(new Uri(Address, "/webhooks/vkyc"), body, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
                Taken[id] = true;
            return answer.StatusCode;
        }
        catch (HttpRequestException failed)
        {
            Broken.Enqueue(failed);
            return null;
        }
    }

    /// <summary>Sends from several senders at once until told to stop or the receiver no longer listens.</summary>
    public Task LoadAsync(int senders, CancellationToken stopped) => Task.WhenAll(Enumerable.Range(0, senders).Select(async _ =>
    {
        while (!stopped.IsCancellationRequested && await SendAsync() is not null)
        {
        }
    }));

    /// <summary>Every event that was answered 200 is in the topic.</summary>
    public void AssertNothingTakenIsMissing()
    {
        var inTopic = ReadIds();
        var missing = Taken.Keys.Where(id => !inTopic.Contains(id)).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} of {Taken.Count} taken events are not in the topic");
    }

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(Address, "/health/ready"), TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException failed) when (failed.InnerException is SocketException)
        {
            // It does not listen yet.
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Process.DisposeAsync();
    }

    private HashSet<string> ReadIds()
    {
        var partitions = kafka.Admin.GetMetadata(Topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count;
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(kafka.NewClient())
        {
            GroupId = "reads-all",
            EnablePartitionEof = true,
            EnableAutoCommit = false,
        }).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var ends = 0; ends < partitions;)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException("The topic's end was not reached.");
            if (read.IsPartitionEOF)
                ends++;
            else
                ids.Add(Encoding.UTF8.GetString(read.Message.Key!)["bank:t-".Length..]);
        }

        return ids;
    }
}
