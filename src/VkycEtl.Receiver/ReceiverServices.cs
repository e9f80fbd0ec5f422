using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.RawEvents;

namespace VkycEtl.Receiver;

/// <summary>Registers the receiver with a host and maps its routes.</summary>
public static class ReceiverServices
{
    /// <summary>
    /// Adds the receiver. The host brings the options (<c>Kafka</c>, <c>Receiver</c>), who knows topic ids
    /// (<see cref="ITopicIdentities"/>) and, for an embedded broker, its <see cref="IProduceGate"/>.
    /// </summary>
    public static IServiceCollection AddVkycReceiver(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<ReceiverMetrics>();
        services.AddSingleton<ProducerHealth>();
        services.AddSingleton<RawEventProducer>();
        services.AddSingleton<SecretsWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SecretsWatch>());
        services.AddHostedService<TopicWatch>();
        services.AddHealthChecks().AddCheck<ProducerHealth>("receiver", tags: ["ready"]);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        return services;
    }

    /// <summary>Maps every route, and answers 404 with problem details elsewhere.</summary>
    public static void MapVkycReceiver(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        var options = services.GetRequiredService<IOptions<ReceiverOptions>>().Value;
        var logger = services.GetRequiredService<ILogger<WebhookEndpoint>>();
        var secrets = services.GetRequiredService<SecretsWatch>();
        foreach (var (name, route) in options.AllRoutes())
        {
            var endpoint = new WebhookEndpoint(
                name,
                route,
                route.MaxBodyBytes ?? options.MaxBodyBytes,
                secrets.Of(name),
                services.GetRequiredService<RawEventProducer>(),
                services.GetRequiredService<ReceiverMetrics>(),
                services.GetRequiredService<TimeProvider>(),
                logger);
            app.Map(options.PathOf(name), (RequestDelegate)endpoint.ServeAsync);
            logger.RouteOpen(name, options.PathOf(name), route.Auth.Kind);
        }

        app.MapFallback("{**path}", (RequestDelegate)(http => Problem.WriteAsync(http, StatusCodes.Status404NotFound, $"nothing is at {http.Request.Path}")));
    }
}
