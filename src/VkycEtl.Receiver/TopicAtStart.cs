using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.RawEvents;

namespace VkycEtl.Receiver;

/// <summary>
/// Finds or makes the raw topic. While the broker is away the receiver serves all the same, and answers 503; where the topic may not be
/// made, the start is refused (or, where that is found out later, the process ends).
/// </summary>
internal sealed class TopicAtStart(
    IOptions<KafkaOptions> kafka,
    ITopicIdentities identities,
    ProducerHealth health,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<TopicAtStart> logger) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!health.IsTopicFound && !await TryAsync(stoppingToken))
                await Task.Delay(Again, clock, stoppingToken);
        }
        catch (RawTopicException refused)
        {
            logger.TopicRefused(refused.Message);
            lifetime.StopApplication();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The receiver stops before it has found its topic.
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            var topic = await RawTopic.EnsureAsync(kafka.Value, identities, cancellationToken);
            logger.TopicFound(kafka.Value.RawTopic, topic.TopicId, topic.Partitions);
            health.TopicFound();
            return true;
        }
        catch (KafkaException fault)
        {
            logger.TopicUnknown(kafka.Value.RawTopic, fault.Error.Reason, Again);
            return false;
        }
    }
}
