using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VkycEtl.Receiver;

/// <summary>Ready: the raw topic was found, and the last record was acknowledged, or the topic was seen again since.</summary>
public sealed class ProducerHealth : IHealthCheck
{
    private volatile bool isTopicFound;
    private volatile bool hasFailed;
    private volatile string? refusal;
    private volatile string? trouble;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !isTopicFound ? HealthCheckResult.Unhealthy(trouble ?? "the raw topic was not found yet")
        : hasFailed ? HealthCheckResult.Unhealthy(trouble ?? "the broker did not acknowledge the last record")
        : HealthCheckResult.Healthy());

    /// <summary>Whether the raw topic was found.</summary>
    public bool IsTopicFound => isTopicFound;

    /// <summary>Why the raw topic can never be used, where the process ended for it after its start; else null.</summary>
    public string? Refusal => refusal;

    internal bool HasFailed => hasFailed;

    internal void TopicFound()
    {
        isTopicFound = true;
        trouble = null;
    }

    internal void Succeeded()
    {
        hasFailed = false;
        trouble = null;
    }

    internal void Failed() => hasFailed = true;

    /// <summary>The topic cannot be used at the moment, and why.</summary>
    internal void Troubled(string why) => trouble = why;

    internal void Refused(string why) => refusal = why;
}
