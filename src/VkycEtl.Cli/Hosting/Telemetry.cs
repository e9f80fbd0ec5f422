using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace VkycEtl.Cli.Hosting;

/// <summary>What a running role tells about itself: <c>/health/live</c>, <c>/health/ready</c>, <c>/metrics</c>.</summary>
internal static class Telemetry
{
    /// <summary>The tag of checks that <c>/health/ready</c> asks.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Meters of ours, of the retry policies, the PostgreSQL driver, the web server and the runtime.</summary>
    public static IServiceCollection AddVkycTelemetry(this IServiceCollection services)
    {
        services.AddHealthChecks();
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("vkyc")).WithMetrics(metrics => metrics
            .AddMeter("VkycEtl.*", "Polly", "Npgsql")
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddPrometheusExporter());
        return services;
    }

    /// <summary>
    /// Live: the process answers. Ready: nothing it needs is away; degraded still is ready, as the work goes on by itself once the server is back.
    /// </summary>
    public static void MapVkycTelemetry(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag), ResponseWriter = WriteAsync });
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static Task WriteAsync(Microsoft.AspNetCore.Http.HttpContext http, HealthReport report) =>
        Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(
            http.Response,
            new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status.ToString(), entry.Value.Description }, StringComparer.Ordinal),
            },
            http.RequestAborted);
}
