using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Pipeline.Marts;

/// <summary>
/// Refreshes the derived tables while the worker loads, which never waits for it: as soon as loads are there, and resting as long as it worked, so
/// that it takes half of one connection's time at most. What fails stays in the queue.
/// </summary>
internal sealed class MartsLoop(IWarehouse warehouse, WorkerStatus worker, MartsStatus status, TimeProvider clock, ILogger<MartsLoop> logger) : BackgroundService
{
    private static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MostRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for what the worker loaded last. What is left is the next start's.</summary>
    private static readonly TimeSpan LastRefreshes = TimeSpan.FromSeconds(10);

    private DbConnection? connection;
    private bool hasBegun;

    /// <inheritdoc/>
    /// <remarks>The worker has stopped by then: hosted services stop in the reverse of the order in which they were added.</remarks>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var end = new CancellationTokenSource(LastRefreshes, clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            var hasMore = hasBegun && worker.Fault is null;
            while (hasMore)
                hasMore = await TryAsync(enough.Token) is { Loads: > 0, Behind: > 0 };
        }
        catch (Exception) when (enough.IsCancellationRequested)
        {
            // A refresh is one transaction: its loads are in the queue still.
        }
        finally
        {
            await DropAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before that the warehouse may lack its tables.
        while (!worker.IsRunning)
            await Task.Delay(LeastRest, clock, stoppingToken);
        hasBegun = true;
        var pause = LeastRest;
        while (true)
        {
            var begun = clock.GetTimestamp();
            pause = await TryAsync(stoppingToken) is not null ? Rest(clock.GetElapsedTime(begun)) : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, MostPause.Ticks));
            await Task.Delay(pause, clock, stoppingToken);
        }
    }

    /// <summary>How long to rest after a refresh.</summary>
    internal static TimeSpan Rest(TimeSpan took) => took < LeastRest ? LeastRest : took > MostRest ? MostRest : took;

    /// <returns>What was done; null where it failed.</returns>
    private async Task<Refreshed?> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            var begun = clock.GetTimestamp();

            // DuckDB works on the calling thread.
            var refreshed = await Task.Run(
                async () => await warehouse.Marts.RefreshAsync(connection ??= await warehouse.Marts.OpenAsync(cancellationToken), cancellationToken), cancellationToken);
            if (status.Trouble is not null)
                logger.RefreshedAgain();
            var took = clock.GetElapsedTime(begun);
            status.Refreshed(refreshed, took, clock.UtcMicroseconds());
            if (refreshed.Loads > 0)
                logger.Refreshed(refreshed.Loads, took, refreshed.Behind);
            return refreshed;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, loading goes on; of what nobody foresaw the type alone is named, since its words might hold a payload.
            var words = fault is DbException or IOException or TimeoutException ? fault.Message : $"an unforeseen {fault.GetType().Name}";
            if (status.Trouble != words)
                logger.NotRefreshed(words);
            status.Failed(words);
            await DropAsync();
            return null;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // An engine's word for a statement that was cancelled.
            throw new OperationCanceledException("The refresh was stopped.", broken, cancellationToken);
        }
    }

    /// <summary>After a fault the connection's state is not known.</summary>
    private async Task DropAsync()
    {
        if (connection is { } dropped)
        {
            connection = null;
            await dropped.DisposeAsync();
        }
    }
}
