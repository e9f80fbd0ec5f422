using Dapper;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>One load's transaction on DuckDB: the appender fills temporary tables, statements do the rest. There is one writer, so nothing is locked.</summary>
internal sealed class DuckDbSession : ILoadSession
{
    private readonly DuckDBConnection connection;
    private readonly DuckDBTransaction transaction;
    private readonly DuckDbStatements statements;
    private bool isFinished;

    public DuckDbSession(DuckDBConnection connection, DuckDbStatements statements)
    {
        this.connection = connection;
        this.statements = statements;
        transaction = connection.BeginTransaction();
        Ledger = new Ledger(connection, transaction, '$', null);
    }

    public Ledger Ledger { get; }

    public Task QuarantineAsync(IReadOnlyList<QuarantineRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
            DuckDbAppend.Quarantine(connection, rows, loadId, loadedAt);
        return Task.CompletedTask;
    }

    public async Task<Insertion> InsertAsync(
        LoadBatch batch, IReadOnlyList<Candidate> candidates, DateTime loadedAt, CancellationToken cancellationToken)
    {
        if (await Ledger.BeginPartitionsAsync(batch, loadedAt, cancellationToken) is { Count: > 0 } begun)
            return new Insertion(begun, 0);
        if (Ledger.FindMoved(batch, await Ledger.ReadProgressAsync(batch.ClusterId, batch.TopicId, cancellationToken)) is { Count: > 0 } moved)
            return new Insertion(moved, 0);
        if (candidates.Count == 0)
            return new Insertion([], 0);
        await StageAsync(candidates.Select(candidate => candidate.Row), batch.LoadId, loadedAt, cancellationToken);
        return new Insertion([], await ExecuteAsync(statements.Insert, null, cancellationToken));
    }

    public async Task<IReadOnlyList<StoredCopy>> FindStoredAsync(
        IReadOnlyList<Candidate> candidates, Guid loadId, CancellationToken cancellationToken)
    {
        // The candidates are what InsertAsync has staged.
        await using var reader = await connection.ExecuteReaderAsync(Command(DuckDbStatements.FindStored, new { load = loadId }, cancellationToken));
        var stored = new List<StoredCopy>();
        while (await reader.ReadAsync(cancellationToken))
            stored.Add(new StoredCopy(new EventKeys(reader.GetGuid(0), reader.GetGuid(1)), reader.GetGuid(2), reader.GetBoolean(3)));
        return stored;
    }

    public async Task<IReadOnlyList<StoredRow>> LockStoredAsync(IReadOnlyList<Candidate> candidates, CancellationToken cancellationToken)
    {
        await StageKeysAsync(candidates.Select(candidate => EventKeys.Of(candidate.Row)), cancellationToken);
        await using var reader = await connection.ExecuteReaderAsync(Command(DuckDbStatements.ReadStored, null, cancellationToken));
        return await StoredRowReader.ReadAsync(reader, cancellationToken);
    }

    public async Task<long> ReplaceAsync(IReadOnlyList<EventRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await StageAsync(rows, loadId, loadedAt, cancellationToken);
        await ExecuteAsync(DuckDbStatements.Supersede("temp.batch"), new { load = loadId }, cancellationToken);
        var columns = await connection.QueryAsync<string>(Command(DuckDbStatements.TableColumns, null, cancellationToken));
        return await ExecuteAsync(statements.Replace(columns), null, cancellationToken);
    }

    public async Task<long> MarkAsync(IReadOnlyList<EventKeys> keys, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await StageKeysAsync(keys, cancellationToken);
        await ExecuteAsync(DuckDbStatements.Supersede("temp.keys"), new { load = loadId }, cancellationToken);
        return await ExecuteAsync(DuckDbStatements.Mark, new { load_id = loadId, loaded_at = loadedAt }, cancellationToken);
    }

    /// <summary>Inserts rows as a load would, and leaves the transaction to be rolled back.</summary>
    public async Task ProbeAsync(IReadOnlyList<EventRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await StageAsync(rows, loadId, loadedAt, cancellationToken);
        await ExecuteAsync(statements.Insert, null, cancellationToken);
    }

    public Task CommitAsync()
    {
        try
        {
            transaction.Commit();
        }
        catch (DuckDBException refused) when (refused.ErrorType is DuckDBErrorType.Transaction or DuckDBErrorType.Constraint)
        {
            // A conflict with another connection: rolled back, which is known.
            throw;
        }
        catch (DuckDBException unanswered)
        {
            throw new CommitUnknownException("COMMIT of a load failed.", unanswered);
        }

        isFinished = true;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (!isFinished)
            Rollback();
        transaction.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Rollback()
    {
        try
        {
            transaction.Rollback();
        }
        catch (Exception ended) when (ended is DuckDBException or InvalidOperationException)
        {
            // A fault may have ended the transaction already; the fault itself is on its way to the caller.
            isFinished = true;
        }
    }

    private async Task StageAsync(IEnumerable<EventRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await ExecuteAsync(statements.CreateBatch, null, cancellationToken);
        DuckDbAppend.Events(connection, statements.Schemas, rows, loadId, loadedAt);
    }

    private async Task StageKeysAsync(IEnumerable<EventKeys> keys, CancellationToken cancellationToken)
    {
        await ExecuteAsync(DuckDbStatements.CreateKeys, null, cancellationToken);
        DuckDbAppend.Keys(connection, keys);
    }

    private Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(sql, parameters, cancellationToken));

    private CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        Ledger.Command(sql, parameters, cancellationToken);
}
