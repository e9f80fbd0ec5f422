using DuckDB.NET.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Pipeline.Publish;

/// <summary>Where a DuckDB warehouse is published, and how often.</summary>
/// <param name="Directory">The directory that is written.</param>
/// <param name="SeenAs">Where its readers find it.</param>
/// <param name="Every">How long after the begin of one publication the next may begin.</param>
public sealed record PublishPlan(string Directory, string SeenAs, TimeSpan Every);

/// <summary>
/// Publishes the DuckDB warehouse for other processes while the worker loads: every so often, and never more than a tenth of the time; once
/// more when the worker has stopped.
/// </summary>
internal sealed class Publisher(
    PublishPlan plan, IWarehouse warehouse, WorkerStatus worker, PublishMetrics metrics, TimeProvider clock, ILogger<Publisher> logger)
    : BackgroundService
{
    private const int RestForEachRun = 9;
    private static readonly TimeSpan StartWait = TimeSpan.FromMilliseconds(200);

    private readonly Publication publication = new(new PublishedDirectory(plan.Directory), plan.SeenAs, clock);
    private bool hasFailed;

    /// <inheritdoc/>
    /// <remarks>The worker has stopped by then: hosted services stop in the reverse of the order in which they were added.</remarks>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (worker.Fault is null)
            await RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before that the warehouse may lack its tables.
        while (!worker.IsRunning)
            await Task.Delay(StartWait, clock, stoppingToken);
        while (true)
        {
            var took = await RunAsync(stoppingToken);
            await Task.Delay(Rest(took, plan.Every), clock, stoppingToken);
        }
    }

    /// <summary>How long to wait after a publication.</summary>
    internal static TimeSpan Rest(TimeSpan took, TimeSpan every) =>
        took * RestForEachRun > every - took ? took * RestForEachRun : every - took;

    private async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        try
        {
            // DuckDB works on the calling thread.
            var published = await Task.Run(
                async () =>
                {
                    await using var connection = await warehouse.OpenWriterAsync(cancellationToken);
                    return await publication.RunAsync((DuckDBConnection)connection, cancellationToken);
                },
                cancellationToken);
            if (published is not null)
                logger.Published(published.Generation, published.Written, published.Kept, clock.GetElapsedTime(begun));
            if (hasFailed)
                logger.PublishingAgain();
            hasFailed = false;
            metrics.Ran(clock.GetElapsedTime(begun), published is not null);
        }
        catch (Exception fault) when (fault is DuckDBException or IOException or UnauthorizedAccessException)
        {
            // Readers keep the generation that they have; its age shows in vkyc.freshness and in the metric.
            hasFailed = true;
            logger.NotPublished(plan.Directory, fault.Message);
            metrics.Failed();
        }

        return clock.GetElapsedTime(begun);
    }
}
