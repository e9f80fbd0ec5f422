using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VkycEtl.Receiver;

/// <summary>
/// The secrets of every route, and the look at their files once a second: whatever replaces a file (a rename, a swapped symlink, an editor), its
/// content is what counts.
/// </summary>
internal sealed class SecretsWatch(IOptions<ReceiverOptions> options, ReceiverMetrics metrics, TimeProvider clock, ILogger<SecretsWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, LiveSecrets> routes = options.Value.AllRoutes()
        .ToDictionary(route => route.Key, route => new LiveSecrets(route.Value.Auth), StringComparer.Ordinal);

    /// <summary>The secrets of a route.</summary>
    public LiveSecrets Of(string route) => routes[route];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watched = routes.Where(route => route.Value.HasFile).ToList();
        if (watched.Count == 0)
            return;
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (route, secrets) in watched)
            {
                var look = secrets.Look();
                if (look.Change == SecretsChange.Taken)
                {
                    logger.SecretsTaken(route, look.Count);
                }
                else if (look.Change == SecretsChange.Refused)
                {
                    metrics.SecretsRefused(route);
                    logger.SecretsRefused(route, look.Fault!);
                }
            }
        }
    }
}
