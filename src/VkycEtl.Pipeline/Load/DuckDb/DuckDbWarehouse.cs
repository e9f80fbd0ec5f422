using System.Data;
using System.Data.Common;
using DuckDB.NET.Data;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Marts;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>
/// The warehouse in a DuckDB file, which this process owns while it runs. The driver works on the calling thread, so every load is handed to the
/// thread pool.
/// </summary>
public sealed class DuckDbWarehouse : IWarehouse
{
    private readonly string connectionString;
    private readonly SchemaSet schemas;
    private DuckDbStatements statements;
    private readonly TimeProvider clock;
    private DuckDBConnection? loader;

    /// <summary>A warehouse; opens its file when first used, and keeps it until disposed.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="reporting">What its views count by.</param>
    /// <param name="schemas">What its columns and views are made from.</param>
    /// <param name="clock">Tells when loads are committed.</param>
    public DuckDbWarehouse(WarehouseOptions options, ReportingOptions reporting, SchemaSet schemas, TimeProvider clock)
    {
        this.schemas = schemas;
        this.clock = clock;
        connectionString = DuckDbConnections.From(options.ReadConnectionString());
        statements = new DuckDbStatements(schemas);
        Marts = new DerivedTables(OpenWriterAsync, MartsDialect.DuckDb, clock);
        Migration = WarehouseEngines.CreateMigration(Engine, options, reporting, clock);
    }

    /// <inheritdoc/>
    public string Engine => "duckdb";

    /// <inheritdoc/>
    public Migration Migration { get; }

    /// <inheritdoc/>
    public DerivedTables Marts { get; }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        // Held open, so that the file stays this process's between the migration's connections.
        Loader();
        return Migration.RunAsync(schemas, cancellationToken);
    }

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        Loader();
        return Migration.CheckAsync(schemas, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PartitionProgress>> ReadProgressAsync(string clusterId, string topicId, CancellationToken cancellationToken) =>
        WithLoaderAsync(
            connection => new Ledger(connection, null, '$', null).ReadProgressAsync(clusterId, topicId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<LoadOutcome> LoadAsync(LoadBatch batch, CancellationToken cancellationToken) => WithLoaderAsync(
        async connection =>
        {
            await using var session = new DuckDbSession(connection, StatementsOf(batch.Schemas));
            return await LoadUnit.RunAsync(session, batch, clock.UtcMicroseconds(), cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<Exception?> RefuseAsync(IReadOnlyList<EventRow> rows, SchemaSet rowSchemas, CancellationToken cancellationToken)
    {
        try
        {
            await WithLoaderAsync(
                async connection =>
                {
                    await using var session = new DuckDbSession(connection, StatementsOf(rowSchemas));
                    await session.ProbeAsync(rows, Guid.Empty, clock.UtcMicroseconds(), cancellationToken);
                    return true;
                },
                cancellationToken);
            return null;
        }
        catch (Exception refusal) when (Classify(refusal) == FaultKind.Poison)
        {
            return new RowRefusedException(DuckDbFaults.Describe(refusal), refusal);
        }
    }

    /// <inheritdoc/>
    public FaultKind Classify(Exception exception) => DuckDbFaults.Classify(exception);

    /// <inheritdoc/>
    /// <remarks>The connection takes SELECT and EXPLAIN only, by what DuckDB's own parser says a statement is.</remarks>
    public Task<DbConnection> OpenReaderAsync(CancellationToken cancellationToken) =>
        Task.FromResult<DbConnection>(new ReadOnlyConnection(connectionString));

    /// <inheritdoc/>
    public Task<DbConnection> OpenWriterAsync(CancellationToken cancellationToken) =>
        Task.FromResult<DbConnection>(DuckDbConnections.Open(connectionString));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        DropLoader();
        Marts.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The statements for these schemas; batches change theirs when others are deployed.</summary>
    private DuckDbStatements StatementsOf(SchemaSet batchSchemas) => statements.Schemas == batchSchemas ? statements : statements = new DuckDbStatements(batchSchemas);

    private DuckDBConnection Loader()
    {
        if (loader is not { State: ConnectionState.Open })
        {
            DropLoader();
            loader = DuckDbConnections.Open(connectionString);
        }

        return loader;
    }

    private Task<T> WithLoaderAsync<T>(Func<DuckDBConnection, Task<T>> work, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            try
            {
                return await work(Loader());
            }
            catch (Exception fault) when (Classify(fault) != FaultKind.Poison)
            {
                DropLoader();
                throw;
            }
        },
        cancellationToken);

    private void DropLoader()
    {
        loader?.Dispose();
        loader = null;
    }
}
