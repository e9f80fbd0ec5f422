using Microsoft.Extensions.DependencyInjection;

namespace VkycEtl.Pipeline.Marts;

/// <summary>Registers the marts loop with a host.</summary>
public static class MartsServices
{
    /// <summary>Adds the loop as a hosted service. After the publisher and before the worker, so that what the worker loads last is derived, and then published.</summary>
    public static IServiceCollection AddVkycMarts(this IServiceCollection services)
    {
        services.AddSingleton<MartsStatus>();
        services.AddHostedService<MartsLoop>();
        return services;
    }
}
