using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.RawEvents;

namespace VkycEtl.Receiver;

/// <summary>
/// Finds or makes the raw topic. While the broker is away the receiver serves all the same, and answers 503; where the topic may not be
/// made, the process ends and <see cref="ProducerHealth.Refusal"/> says why. After a failed record it looks for the topic again:
/// a receiver that is not ready is sent nothing by a load balancer, so no record would ever show that the broker is back.
/// </summary>
internal sealed class TopicWatch(
    IOptions<KafkaOptions> kafka,
    ITopicIdentities identities,
    ProducerHealth health,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<TopicWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FindAsync(cancellationToken);
            await base.StartAsync(cancellationToken);
        }
        catch (RawTopicException refused)
        {
            // Thrown on, it would be logged by the host with its stack; the program says it in one line.
            Refuse(refused);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Again, clock, stoppingToken);
                if (!health.IsTopicFound)
                    await FindAsync(stoppingToken);
                else if (health.HasFailed)
                    await LookAsync(stoppingToken);
            }
        }
        catch (RawTopicException refused)
        {
            Refuse(refused);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The receiver stops.
        }
    }

    private void Refuse(RawTopicException refused)
    {
        logger.TopicRefused(refused.Message);
        health.Refused(refused.Message);
        lifetime.ApplicationStarted.Register(lifetime.StopApplication);
    }

    private async Task FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            var topic = await RawTopic.EnsureAsync(kafka.Value, identities, cancellationToken);
            logger.TopicFound(kafka.Value.RawTopic, topic.TopicId, topic.Partitions);
            health.TopicFound();
        }
        catch (KafkaException fault)
        {
            logger.TopicUnknown(kafka.Value.RawTopic, fault.Error.Reason, Again);
        }
    }

    /// <summary>A topic deleted meanwhile is not made anew here: that is for a person to decide.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await identities.ReadAsync(kafka.Value.RawTopic, cancellationToken) is not null)
                health.Succeeded();
        }
        catch (KafkaException fault)
        {
            logger.TopicUnknown(kafka.Value.RawTopic, fault.Error.Reason, Again);
        }
    }
}
