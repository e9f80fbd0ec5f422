using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Page.Query;

/// <summary>Runs the page's statements on connections that only read, each for a bounded time.</summary>
internal sealed class WarehouseReader(PageSource source, ILogger<WarehouseReader> logger) : IDisposable
{
    /// <summary>How long a statement may take until its first row.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // More at once would only wait for each other, and take connections from those who load.
    private const int MostAtOnce = 8;

    private readonly SemaphoreSlim places = new(MostAtOnce);
    private int isAway;

    /// <summary>The engine's name.</summary>
    public string Engine => source.Warehouse.Engine;

    /// <summary>Reads a whole result.</summary>
    /// <exception cref="PageFault">The warehouse is away or too slow.</exception>
    public Task<Rows> ReadAsync(SqlText sql, IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken) =>
        ReadAsync(sql, values, static (reader, _, stop) => Rows.ReadAsync(reader, stop), cancellationToken);

    /// <summary>Reads a result as it comes.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">Its values.</param>
    /// <param name="read">Reads; calls its second argument when there is no hurry any more.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <exception cref="PageFault">The warehouse is away or too slow.</exception>
    public async Task<T> ReadAsync<T>(
        SqlText sql, IReadOnlyDictionary<string, object?> values, Func<DbDataReader, Action, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Patience);
        try
        {
            // DuckDB works on the calling thread.
            var result = await Task.Run(RunAsync, stop.Token);
            if (Interlocked.Exchange(ref isAway, 0) == 1)
                logger.WarehouseBack();
            return result;
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
            places.Release();
        }

        async Task<T> RunAsync()
        {
            await using var connection = await source.Warehouse.OpenReaderAsync(stop.Token);
            await using var command = sql.CreateCommand(connection, values);
            await using var cancelling = stop.Token.Register(command.Cancel);
            await using var reader = await command.ExecuteReaderAsync(stop.Token);
            return await read(reader, () => stop.CancelAfter(Timeout.InfiniteTimeSpan), stop.Token);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => places.Dispose();

    private string? Words(Exception exception, bool isLate) =>
        exception is PageFault ? null
        : isLate ? $"the warehouse took longer than {Patience.TotalSeconds:0} s: ask for fewer days, or for one app"
        : WarehouseFaults.Describe(source.Warehouse, exception);
}
