using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace VkycEtl.Pipeline.Consume;

/// <summary>Registers the worker with a host.</summary>
public static class WorkerServices
{
    /// <summary>
    /// Adds the worker as a hosted service. The host brings the options (<c>Kafka</c>, <c>Worker</c>, <c>Warehouse</c>), the schema set, the
    /// warehouse with its loader, and who knows topic ids.
    /// </summary>
    public static IServiceCollection AddVkycWorker(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<WorkerStatus>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<WorkerParts>();
        services.AddHostedService<Worker>();
        return services;
    }
}
