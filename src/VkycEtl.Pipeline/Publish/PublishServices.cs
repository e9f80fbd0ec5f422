using Microsoft.Extensions.DependencyInjection;

namespace VkycEtl.Pipeline.Publish;

/// <summary>Registers the publisher with a host.</summary>
public static class PublishServices
{
    /// <summary>
    /// Adds the publisher of a DuckDB warehouse as a hosted service. Before the worker, so that it stops after it and publishes what was loaded last.
    /// </summary>
    public static IServiceCollection AddVkycPublisher(this IServiceCollection services, PublishPlan plan)
    {
        services.AddSingleton(plan);
        services.AddSingleton<PublishMetrics>();
        services.AddHostedService<Publisher>();
        return services;
    }
}
