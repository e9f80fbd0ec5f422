using System.Net.Http.Headers;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.Cli.Hosting;
using VkycEtl.RawEvents;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

/// <summary>A receiver on a real port, with the embedded broker behind it, and everything it logged.</summary>
internal sealed class TestReceiver : IAsyncDisposable
{
    public const string Topic = "raw";
    public const string Path = "/webhooks/vkyc";

    private readonly WebApplication app;

    private TestReceiver(WebApplication app, EmbeddedKafka broker, Uri address)
    {
        (this.app, Broker, Address) = (app, broker, address);
        Client = new HttpClient { BaseAddress = address };
    }

    public EmbeddedKafka Broker { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Every log message so far, of whatever level, with its exception.</summary>
    public string Log => string.Join('\n', app.Services.GetFakeLogCollector().GetSnapshot().Select(record => $"{record.Message} {record.Exception}"));

    public static async Task<TestReceiver> StartAsync(
        Action<ReceiverOptions>? configure = null, TimeProvider? clock = null, int partitions = 3, Action<KafkaOptions>? kafka = null, bool isDown = false)
    {
        var broker = EmbeddedKafka.Start(Topic, partitions);
        if (isDown)
            broker.SetDown();
        var kafkaOptions = new KafkaOptions { RawTopic = Topic, Partitions = partitions };
        kafka?.Invoke(kafkaOptions);
        broker.Configure(kafkaOptions);
        var options = new ReceiverOptions();
        configure?.Invoke(options);
        options.AllowWithoutCredential();

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "test" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.AddFakeLogging().SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddRouting().AddVkycTelemetry();
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddSingleton(Options.Create(options)).AddSingleton(Options.Create(kafkaOptions));
        builder.Services.AddSingleton<ITopicIdentities>(new Lent(broker));
        builder.Services.AddSingleton(broker.Gate);
        builder.Services.AddVkycReceiver();
        var made = builder.Build();
        made.MapVkycReceiver();
        made.MapVkycTelemetry();
        await made.StartAsync(TestContext.Current.CancellationToken);
        return new TestReceiver(made, broker, new Uri(made.Urls.Single()));
    }

    /// <summary>Sends bytes as JSON to the default route.</summary>
    public Task<HttpResponseMessage> PostAsync(byte[] body, string path = Path, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        change?.Invoke(request);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Everything in the topic, by partition and offset.</summary>
    public IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> Read(int partitions = 3)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Broker.BootstrapServers,
            GroupId = "reads",
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            FetchWaitMaxMs = 20,
        }).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        for (var ends = 0; ends < partitions;)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("The topic's end was not reached.");
            if (read.IsPartitionEOF)
                ends++;
            else
                records.Add(read);
        }

        return [.. records.OrderBy(record => record.Partition.Value).ThenBy(record => record.Offset.Value)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        Broker.Dispose();
    }

    /// <summary>The embedded broker is disposed of last, not by the host.</summary>
    private sealed class Lent(EmbeddedKafka broker) : ITopicIdentities
    {
        public Task<TopicIdentity?> ReadAsync(string topic, CancellationToken cancellationToken) => broker.ReadAsync(topic, cancellationToken);
    }
}
