using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Page.Query;

/// <summary>Runs the page's statements on connections that only read, each for a bounded time.</summary>
internal sealed class WarehouseReader(PageSource source, ILogger<WarehouseReader> logger) : IDisposable
{
    /// <summary>How long a statement may take until its first row.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a question may wait for its turn.</summary>
    private static readonly TimeSpan LongestQueue = TimeSpan.FromSeconds(10);

    // More at once would only wait for each other, and take connections from those who load.
    private const int MostAtOnce = 8;

    // A page asks for ten at once. All of a year together would each be late; and the status is not to wait behind them.
    private const int MostFigures = 3;

    // These last as long as their client takes, and leave the others' places alone.
    private const int MostDownloads = 4;

    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly SemaphoreSlim figures = new(MostFigures);
    private readonly SemaphoreSlim downloads = new(MostDownloads);
    private int isAway;

    /// <summary>The engine's name.</summary>
    public string Engine => source.Warehouse.Engine;

    /// <summary>Reads a whole result.</summary>
    /// <exception cref="PageFault">The warehouse is away or too slow, or too much is asked for at once.</exception>
    public Task<Rows> ReadAsync(SqlText sql, IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken) =>
        ReadAllAsync(places, sql, values, cancellationToken);

    /// <summary>Reads a figure: a whole result that may take long.</summary>
    /// <exception cref="PageFault">The warehouse is away or too slow, or too much is asked for at once.</exception>
    public Task<Rows> ReadFigureAsync(SqlText sql, IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken) =>
        ReadAllAsync(figures, sql, values, cancellationToken);

    /// <summary>Reads a result as it comes, at the pace of whoever takes it.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">Its values.</param>
    /// <param name="read">Reads; calls its second argument when there is no hurry any more.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <exception cref="PageFault">The warehouse is away or too slow, or too much is asked for at once.</exception>
    public Task DownloadAsync(
        SqlText sql, IReadOnlyDictionary<string, object?> values, Func<DbDataReader, Action, CancellationToken, Task> read, CancellationToken cancellationToken) =>
        RunAsync(downloads, sql, values, read, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        places.Dispose();
        figures.Dispose();
        downloads.Dispose();
    }

    private async Task<Rows> ReadAllAsync(SemaphoreSlim queue, SqlText sql, IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken)
    {
        Rows? rows = null;
        await RunAsync(queue, sql, values, async (reader, _, stop) => rows = await Rows.ReadAsync(reader, stop), cancellationToken);
        return rows!;
    }

    private async Task RunAsync(
        SemaphoreSlim queue, SqlText sql, IReadOnlyDictionary<string, object?> values, Func<DbDataReader, Action, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        if (!await queue.WaitAsync(LongestQueue, cancellationToken))
            throw new PageFault(503, "too much is asked for at once: try again in a moment");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Patience);
        try
        {
            // DuckDB works on the calling thread.
            await Task.Run(ReadAsync, stop.Token);
            if (Interlocked.Exchange(ref isAway, 0) == 1)
                logger.WarehouseBack();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Words(exception, stop.IsCancellationRequested) is not null)
        {
            var words = Words(exception, stop.IsCancellationRequested)!;
            if (!stop.IsCancellationRequested && !WarehouseFaults.IsDenied(exception) && Interlocked.Exchange(ref isAway, 1) == 0)
                logger.WarehouseAway(words);
            throw new PageFault(503, words, exception);
        }
        finally
        {
            queue.Release();
        }

        async Task ReadAsync()
        {
            await using var connection = await source.Warehouse.OpenReaderAsync(stop.Token);
            await using var command = sql.CreateCommand(connection, values);
            await using var cancelling = stop.Token.Register(command.Cancel);
            await using var reader = await command.ExecuteReaderAsync(stop.Token);
            await read(reader, () => stop.CancelAfter(Timeout.InfiniteTimeSpan), stop.Token);
        }
    }

    private string? Words(Exception exception, bool isLate) =>
        exception is PageFault ? null
        : isLate ? $"the warehouse took longer than {Patience.TotalSeconds:0} s: ask for fewer days, or for one app"
        : WarehouseFaults.Describe(source.Warehouse, exception);
}
