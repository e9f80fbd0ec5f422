using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VkycEtl.Receiver;

/// <summary>Ready: the raw topic was found, and the last record was acknowledged.</summary>
public sealed class ProducerHealth : IHealthCheck
{
    private volatile bool isTopicFound;
    private volatile bool hasFailed;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !isTopicFound ? HealthCheckResult.Unhealthy("the raw topic was not found yet")
        : hasFailed ? HealthCheckResult.Unhealthy("the broker did not acknowledge the last record")
        : HealthCheckResult.Healthy());

    /// <summary>Whether the raw topic was found.</summary>
    public bool IsTopicFound => isTopicFound;

    internal void TopicFound() => isTopicFound = true;

    internal void Succeeded() => hasFailed = false;

    internal void Failed() => hasFailed = true;
}
