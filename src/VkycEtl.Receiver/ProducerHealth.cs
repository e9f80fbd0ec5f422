using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VkycEtl.Receiver;

/// <summary>Ready: the raw topic was found, and the last record was acknowledged, or the topic was seen again since.</summary>
public sealed class ProducerHealth : IHealthCheck
{
    private volatile bool isTopicFound;
    private volatile bool hasFailed;
    private volatile string? refusal;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !isTopicFound ? HealthCheckResult.Unhealthy("the raw topic was not found yet")
        : hasFailed ? HealthCheckResult.Unhealthy("the broker did not acknowledge the last record")
        : HealthCheckResult.Healthy());

    /// <summary>Whether the raw topic was found.</summary>
    public bool IsTopicFound => isTopicFound;

    /// <summary>Why the raw topic can never be used, where the process ended for it after its start; else null.</summary>
    public string? Refusal => refusal;

    internal bool HasFailed => hasFailed;

    internal void TopicFound() => isTopicFound = true;

    internal void Succeeded() => hasFailed = false;

    internal void Failed() => hasFailed = true;

    internal void Refused(string why) => refusal = why;
}
