using Microsoft.Extensions.Diagnostics.HealthChecks;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Marts;

namespace VkycEtl.Cli.Hosting;

/// <summary>
/// Unhealthy where the worker has stopped; degraded where a server is away, derived tables are not refreshed, or a partition does not read (its log has
/// diverged, or it has only just been assigned).
/// </summary>
internal sealed class WorkerHealth(WorkerStatus worker, MartsStatus marts) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Judge(worker, marts));

    private static HealthCheckResult Judge(WorkerStatus worker, MartsStatus marts)
    {
        if (worker.Fault is { } fault)
            return HealthCheckResult.Unhealthy(fault.Message);
        if (!worker.IsRunning)
            return HealthCheckResult.Unhealthy("the worker is not running");
        if (worker.Trouble is { } trouble)
            return HealthCheckResult.Degraded(trouble);
        if (marts.Trouble is { } refused)
            return HealthCheckResult.Degraded($"derived tables are not refreshed: {refused}");
        var waiting = worker.Partitions.Where(partition => partition.State != "reading").Select(partition => $"partition {partition.Partition} {partition.State}").ToList();
        return waiting.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(", ", waiting));
    }
}
