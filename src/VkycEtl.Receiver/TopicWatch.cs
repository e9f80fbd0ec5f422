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

    private readonly KafkaFaultNews news = new(clock);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FindAsync(isFirst: true, cancellationToken);
            await base.StartAsync(cancellationToken);
        }
        catch (Exception refused) when (refused is RawTopicException or KafkaException)
        {
            // Thrown on, it would be logged by the host with its stack; the program says it in one line.
            Refuse(refused.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop before it has begun; the host's log would call that a fault.
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
                    await FindAsync(isFirst: false, stoppingToken);
                else if (health.HasFailed)
                    await LookAsync(stoppingToken);
            }
        }
        catch (RawTopicException refused)
        {
            Refuse(refused.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The receiver stops.
        }
    }

    private void Refuse(string why)
    {
        logger.TopicRefused(why);
        health.Refused(why);
        lifetime.ApplicationStarted.Register(lifetime.StopApplication);
    }

    /// <summary>
    /// A broker that does not know us at the start is a fault of the settings, and thrown on; later it may be its password that was changed first,
    /// and it is asked again.
    /// </summary>
    private async Task FindAsync(bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            var topic = await RawTopic.EnsureAsync(kafka.Value, identities, cancellationToken);
            if (!MayWrite(topic))
                return;
            logger.TopicFound(kafka.Value.RawTopic, topic.TopicId, topic.Partitions);
            health.TopicFound();
        }
        catch (KafkaException fault) when (!isFirst || !KafkaFaults.IsStranger(fault.Error.Code))
        {
            Unknown(fault.Error.Code, fault.Error.Reason);
        }
    }

    /// <summary>A topic deleted meanwhile is not made anew here: that is for a person to decide.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await identities.ReadAsync(kafka.Value.RawTopic, cancellationToken) is { } topic && MayWrite(topic))
                health.Succeeded();
        }
        catch (KafkaException fault)
        {
            Unknown(fault.Error.Code, fault.Error.Reason);
        }
    }

    private bool MayWrite(TopicIdentity topic)
    {
        const ErrorCode refusal = ErrorCode.TopicAuthorizationFailed;
        if (!topic.MayWrite)
            Unknown(refusal, KafkaFaults.Explain(new Error(refusal), kafka.Value, KafkaAccess.Write));
        return topic.MayWrite;
    }

    private void Unknown(ErrorCode code, string fault)
    {
        health.Troubled(fault);
        if (news.IsNews(code))
            logger.TopicUnknown(kafka.Value.RawTopic, fault, Again);
    }
}
