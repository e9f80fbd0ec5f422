using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VkycEtl.Pipeline.Consume;

namespace VkycEtl.Cli.Hosting;

/// <summary>
/// With the embedded broker, what was acknowledged is in memory until it is loaded. On stop this stands between the receiver, which has ended by
/// then, and the worker, which has not: hosted services stop in the reverse of the order in which they were added.
/// </summary>
internal sealed partial class DrainBeforeStop(TopicLag lag, WorkerStatus worker, TimeProvider time, ILogger<DrainBeforeStop> logger) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the host waits for it in all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (worker.Fault is null)
            {
                if (await lag.ReadAsync(cancellationToken) is not { Lag: > 0 })
                    return;
                await Task.Delay(Pause, time, cancellationToken);
            }

            LogLeft(logger, "the worker has stopped");
        }
        catch (Exception exception) when (exception is OperationCanceledException or KafkaException)
        {
            LogLeft(logger, exception.Message);
        }
    }

    [LoggerMessage(4001, LogLevel.Error, "Events of the embedded broker were not loaded and are gone with this process: {Reason}")]
    private static partial void LogLeft(ILogger logger, string reason);
}
