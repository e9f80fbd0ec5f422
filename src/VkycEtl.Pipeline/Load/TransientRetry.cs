using Polly;
using Polly.Retry;

namespace VkycEtl.Pipeline.Load;

/// <summary>Retries a unit of work for as long as its fault is transient: exponential back-off with jitter, up to 30 s between tries.</summary>
internal static class TransientRetry
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    /// <summary>Builds the pipeline.</summary>
    /// <param name="isTransient">Whether a fault passes by itself; decided by code, beside each driver.</param>
    /// <param name="onRetry">Told of each fault before the wait: the fault, which try it was (1, 2, …), the wait.</param>
    /// <param name="clock">Times the waits.</param>
    public static ResiliencePipeline Build(Func<Exception, bool> isTransient, Action<Exception, int, TimeSpan> onRetry, TimeProvider clock) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } fault && isTransient(fault)),
                MaxRetryAttempts = int.MaxValue,
                Delay = FirstDelay,
                MaxDelay = MaxDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = arguments =>
                {
                    onRetry(arguments.Outcome.Exception!, arguments.AttemptNumber + 1, arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
