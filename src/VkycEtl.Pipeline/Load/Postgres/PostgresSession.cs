using Dapper;
using Npgsql;
using NpgsqlTypes;
using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>One load's transaction on PostgreSQL: rows travel as parameters, short statements follow.</summary>
internal sealed class PostgresSession : ILoadSession
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly EventArrays arrays;

    private PostgresSession(NpgsqlConnection connection, NpgsqlTransaction transaction, EventArrays arrays)
    {
        this.connection = connection;
        this.transaction = transaction;
        this.arrays = arrays;
        Ledger = new Ledger(connection, transaction, '@', connection.ProcessID);
    }

    public Ledger Ledger { get; }

    public static async Task<PostgresSession> BeginAsync(NpgsqlConnection connection, EventArrays arrays, CancellationToken cancellationToken) =>
        new(connection, await connection.BeginTransactionAsync(cancellationToken), arrays);

    public async Task QuarantineAsync(IReadOnlyList<QuarantineRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return;
        ArrayParameter Column<T>(Func<QuarantineRow, T> value, NpgsqlDbType type) => new(rows.Select(value).ToArray(), type);
        await ExecuteAsync(PostgresStatements.Quarantine, new
        {
            topics = Column(row => row.Topic, NpgsqlDbType.Text),
            partitions = Column(row => row.Partition, NpgsqlDbType.Integer),
            offsets = Column(row => row.Offset, NpgsqlDbType.Bigint),
            passes = Column(row => row.Pass, NpgsqlDbType.Integer),
            codes = Column(row => row.ReasonCode, NpgsqlDbType.Text),
            texts = Column(row => row.ReasonText, NpgsqlDbType.Text),
            keys = Column(row => row.RecordKey, NpgsqlDbType.Bytea),
            headers = Column(row => row.Headers, NpgsqlDbType.Text),
            bodies = Column(row => row.Body, NpgsqlDbType.Bytea),
            received = Column(row => row.ReceivedAt, NpgsqlDbType.TimestampTz),
            clusters = Column(row => row.ClusterId, NpgsqlDbType.Text),
            topic_ids = Column(row => row.TopicId, NpgsqlDbType.Text),
            load_id = loadId,
            loaded_at = loadedAt,
        }, cancellationToken);
    }

    public async Task<Insertion> InsertAsync(
        LoadBatch batch, IReadOnlyList<Candidate> candidates, DateTime loadedAt, CancellationToken cancellationToken)
    {
        if (await Ledger.BeginPartitionsAsync(batch, loadedAt, cancellationToken) is { Count: > 0 } begun)
            return new Insertion(begun, 0);

        var parameters = arrays.Parameters([.. candidates.Select(candidate => candidate.Row)], batch.LoadId, loadedAt);
        parameters.Add("cluster", batch.ClusterId);
        parameters.Add("topic", batch.TopicId);
        parameters.Add("partitions", new ArrayParameter(batch.Ranges.Select(range => range.Partition).ToArray(), NpgsqlDbType.Integer));
        parameters.Add("passes", new ArrayParameter(batch.Ranges.Select(range => range.Pass).ToArray(), NpgsqlDbType.Integer));
        parameters.Add("firsts", new ArrayParameter(batch.Ranges.Select(range => range.FirstOffset).ToArray(), NpgsqlDbType.Bigint));
        var inserted = 0L;
        if (candidates.Count > 0)
            inserted = await ExecuteAsync(arrays.Insert, parameters, cancellationToken);
        else
            await ExecuteAsync(PostgresStatements.LockProgress, parameters, cancellationToken);

        var progress = await Ledger.ReadProgressAsync(batch.ClusterId, batch.TopicId, cancellationToken);
        return new Insertion(Ledger.FindMoved(batch, progress), inserted);
    }

    public async Task<IReadOnlyList<StoredCopy>> FindStoredAsync(
        IReadOnlyList<Candidate> candidates, Guid loadId, CancellationToken cancellationToken)
    {
        var parameters = Keys(candidates.Select(candidate => EventKeys.Of(candidate.Row)));
        parameters.Add("load", loadId);
        await using var reader = await connection.ExecuteReaderAsync(Command(PostgresStatements.FindStored, parameters, cancellationToken));
        var stored = new List<StoredCopy>();
        while (await reader.ReadAsync(cancellationToken))
            stored.Add(new StoredCopy(new EventKeys(reader.GetGuid(0), reader.GetGuid(1)), reader.GetGuid(2), reader.GetBoolean(3)));
        return stored;
    }

    public async Task<IReadOnlyList<StoredRow>> LockStoredAsync(IReadOnlyList<Candidate> candidates, CancellationToken cancellationToken)
    {
        var parameters = Keys(candidates.Select(candidate => EventKeys.Of(candidate.Row)));
        await using var reader = await connection.ExecuteReaderAsync(Command(PostgresStatements.LockStored, parameters, cancellationToken));
        return await StoredRowReader.ReadAsync(reader, cancellationToken);
    }

    public async Task<long> ReplaceAsync(IReadOnlyList<EventRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await SupersedeAsync(rows.Select(EventKeys.Of), loadId, cancellationToken);
        var columns = await connection.QueryAsync<string>(Ledger.Command(PostgresStatements.TableColumns, null, cancellationToken));
        return await ExecuteAsync(arrays.Replace(columns), arrays.Parameters(rows, loadId, loadedAt), cancellationToken);
    }

    public async Task<long> MarkAsync(IReadOnlyList<EventKeys> keys, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await SupersedeAsync(keys, loadId, cancellationToken);
        var parameters = Keys(keys);
        parameters.Add("load_id", loadId);
        parameters.Add("loaded_at", loadedAt);
        return await ExecuteAsync(PostgresStatements.Mark, parameters, cancellationToken);
    }

    /// <summary>Inserts rows as a load would, checks what is deferred, and leaves the transaction to be rolled back.</summary>
    public async Task ProbeAsync(IReadOnlyList<EventRow> rows, Guid loadId, DateTime loadedAt, CancellationToken cancellationToken)
    {
        await ExecuteAsync(arrays.Probe, arrays.Parameters(rows, loadId, loadedAt), cancellationToken);
        await ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", null, cancellationToken);
    }

    public async Task CommitAsync()
    {
        try
        {
            // Not to be cancelled: a COMMIT that was sent has an outcome.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (PostgresException refused) when (refused.InvariantSeverity == "ERROR")
        {
            // The server answered, and not with its end: it has rolled back.
            throw;
        }
        catch (Exception unanswered)
        {
            throw new CommitUnknownException("COMMIT of a load got no answer.", unanswered);
        }
    }

    public ValueTask DisposeAsync() => transaction.DisposeAsync();

    private Task<int> SupersedeAsync(IEnumerable<EventKeys> keys, Guid loadId, CancellationToken cancellationToken)
    {
        var parameters = Keys(keys);
        parameters.Add("load", loadId);
        return ExecuteAsync(PostgresStatements.Supersede, parameters, cancellationToken);
    }

    private static DynamicParameters Keys(IEnumerable<EventKeys> keys)
    {
        // In order of the keys, so that rows are locked in it whichever plan is taken.
        EventKeys[] ordered = [.. keys.OrderBy(key => key.TransactionKey).ThenBy(key => key.EventKey)];
        var parameters = new DynamicParameters();
        parameters.Add("transactions", new ArrayParameter(ordered.Select(key => key.TransactionKey).ToArray(), NpgsqlDbType.Uuid));
        parameters.Add("events", new ArrayParameter(ordered.Select(key => key.EventKey).ToArray(), NpgsqlDbType.Uuid));
        return parameters;
    }

    private Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(sql, parameters, cancellationToken));

    private CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        Ledger.Command(sql, parameters, cancellationToken);
}
