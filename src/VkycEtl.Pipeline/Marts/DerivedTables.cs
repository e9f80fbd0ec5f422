using System.Data;
using System.Data.Common;
using Dapper;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Pipeline.Marts;

/// <summary>What one refresh did.</summary>
/// <param name="Loads">Loads applied; 0 where none waited, or another program is at it.</param>
/// <param name="Behind">Loads that still wait.</param>
/// <param name="FirstReceivedAt">When the oldest event of the loads was received, UTC; null where they brought no row.</param>
public readonly record struct Refreshed(int Loads, long Behind, DateTime? FirstReceivedAt);

/// <summary>What a rebuild found.</summary>
/// <param name="Differing">Rows of <c>vkyc.call_attempts</c> and <c>vkyc.transactions</c> that were not as they had to be, beyond those that waiting loads had yet to change.</param>
/// <param name="Waiting">Loads that waited, and are applied now.</param>
public sealed record Rebuilt(long Differing, long Waiting);

/// <summary>
/// Keeps <c>vkyc.call_attempts</c>, <c>vkyc.transactions</c> and the counts behind the views to what the events say. The loads whose marts are not
/// applied are the queue; each is applied once, in the transaction that marks it. One refresh or rebuild runs at a time, in whatever program.
/// </summary>
public sealed class DerivedTables : IDisposable
{
    private const string CountQueue = "SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL";
    private const string FirstReceived = "SELECT min(received_at) FROM marts_rows WHERE is_current";
    private const string AllEvents = $"(SELECT {DerivedRows.EventColumns} FROM vkyc.events)";

    private readonly Func<CancellationToken, Task<DbConnection>> open;
    private readonly MartsDialect dialect;
    private readonly MartsStatements statements;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim alone = new(1, 1);

    internal DerivedTables(Func<CancellationToken, Task<DbConnection>> open, MartsDialect dialect, TimeProvider clock)
    {
        this.open = open;
        this.dialect = dialect;
        this.clock = clock;
        statements = new MartsStatements(dialect);
    }

    /// <summary>Opens a connection that refreshes may share; the caller disposes of it, and of one that a refresh has failed on.</summary>
    internal Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);

    /// <summary>Applies all loads that wait.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RefreshAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await open(cancellationToken);
        var all = 0;
        while ((await RefreshAsync(connection, cancellationToken)).Loads is > 0 and var some)
            all += some;
        return all;
    }

    /// <summary>Applies some loads, the oldest first, on a connection that refreshes may share.</summary>
    internal async Task<Refreshed> RefreshAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await alone.WaitAsync(cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var run = new Run(this, connection, transaction, cancellationToken);
            var waiting = await run.AskAsync<long>(CountQueue);
            if (waiting == 0 || (dialect.TryLock is { } tryLock && !await run.AskAsync<bool>(tryLock)))
                return new Refreshed(0, waiting, null);
            await run.AllAsync(statements.Prepare);
            var loads = await run.OneAsync(statements.TakeLoads);
            await run.OneAsync(statements.Touch);
            await run.OneAsync(statements.Gather);
            await run.AllAsync(dialect.ForAll);
            await run.AllAsync(MartsStatements.Derive("marts_events"));
            await run.AllAsync(dialect.ForFew);
            await run.OneAsync(MartsStatements.Count(-1));
            await run.WriteAsync(MartsStatements.Write(isAll: false));
            await run.OneAsync(MartsStatements.Count(1));
            await run.AllAsync(MartsStatements.AddCohorts);
            await run.OneAsync(statements.GatherRows);
            await run.AllAsync(MartsStatements.AddEventTypes);
            await run.AllAsync(MartsStatements.AddReceived);
            if (await run.OneAsync(MartsStatements.FindStale) > 0)
                await run.OneAsync(MartsStatements.RenewStale);
            await run.AllAsync(MartsStatements.Mark);
            var refreshed = new Refreshed(loads, await run.AskAsync<long>(CountQueue), await run.AskAsync<DateTime?>(FirstReceived));

            // Whether an unanswered COMMIT was carried out, the queue tells.
            await transaction.CommitAsync(CancellationToken.None);
            return refreshed;
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>
    /// Derives everything from all events, of one state of the warehouse. Readers see what was there until it is done; loading goes on. A row that
    /// does not change keeps its last_changed_at.
    /// </summary>
    /// <param name="progress">Told what is begun, or null.</param>
    /// <param name="cancellationToken">Ends it; nothing is changed then.</param>
    public async Task<Rebuilt> RebuildAsync(Action<string>? progress, CancellationToken cancellationToken)
    {
        await using var connection = await open(cancellationToken);
        progress?.Invoke("waiting for the worker's refresh to end");
        await alone.WaitAsync(cancellationToken);
        try
        {
            // Before the transaction, whose first statement fixes the state that it sees; it ends with the connection.
            if (dialect.LockSession is { } lockSession)
                await connection.ExecuteAsync(new CommandDefinition(lockSession, commandTimeout: 0, commandType: CommandType.Text, cancellationToken: cancellationToken));
            await using var transaction = await connection.BeginTransactionAsync(dialect.OneState, cancellationToken);
            var rebuilt = await RebuildAsync(new Run(this, connection, transaction, cancellationToken), progress);
            await transaction.CommitAsync(CancellationToken.None);
            return rebuilt;
        }
        finally
        {
            alone.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => alone.Dispose();

    private async Task<Rebuilt> RebuildAsync(Run run, Action<string>? progress)
    {
        await run.AllAsync(statements.Prepare);
        await run.AllAsync(dialect.ForAll);
        var waiting = await run.OneAsync(MartsStatements.TakeAllLoads);
        await run.OneAsync(statements.Touch);
        progress?.Invoke("deriving attempts and transactions from all events");
        await run.AllAsync(MartsStatements.Derive(AllEvents));
        progress?.Invoke("writing the rows that differ");
        var differing = await run.WriteAsync(MartsStatements.Write(isAll: true));
        progress?.Invoke("counting cohorts, event types and issues");
        await run.AllAsync(MartsStatements.ClearCounts);
        await run.AllAsync(MartsStatements.TouchAll);
        await run.OneAsync(MartsStatements.Count(1));
        await run.AllAsync(MartsStatements.AddCohorts);
        await run.OneAsync(MartsStatements.GatherAllRows);
        await run.AllAsync(MartsStatements.AddEventTypes);
        await run.AllAsync(MartsStatements.AddReceived);
        await run.AllAsync(MartsStatements.Mark);
        await run.AllAsync(MartsStatements.NoteRebuilt);
        return new Rebuilt(differing, waiting);
    }

    /// <summary>Statements in one transaction.</summary>
    private sealed class Run(DerivedTables marts, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        private readonly DateTime now = marts.clock.UtcMicroseconds();

        public async Task<int> OneAsync(string sql) => await connection.ExecuteAsync(Command(sql));

        public async Task AllAsync(IEnumerable<string> statements)
        {
            foreach (var sql in statements)
                await OneAsync(sql);
        }

        /// <returns>How many rows of transactions that no taken load touched were not as they had to be.</returns>
        public async Task<long> WriteAsync(IEnumerable<Rewrite> tables)
        {
            var differing = 0L;
            foreach (var table in tables)
            {
                await OneAsync(table.DropVanished);
                if (table.DropUntouched is { } drop)
                    differing += await OneAsync(drop);
                await OneAsync(table.FindChanged);
                if (table.CountUntouched is { } count)
                    differing += await AskAsync<long>(count);
                await OneAsync(table.DropChanged);
                await OneAsync(table.PutChanged);
            }

            return differing;
        }

        public Task<T?> AskAsync<T>(string sql) => connection.ExecuteScalarAsync<T>(Command(sql));

        private CommandDefinition Command(string sql) => new(
            sql.Replace('@', marts.dialect.ParameterMark),
            sql.Contains("@now", StringComparison.Ordinal) ? new { now } : null,
            transaction,
            commandTimeout: 0,
            commandType: CommandType.Text,
            cancellationToken: cancellationToken);
    }
}
