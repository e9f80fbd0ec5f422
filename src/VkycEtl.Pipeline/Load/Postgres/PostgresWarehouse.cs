using System.Data;
using System.Data.Common;
using Npgsql;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Marts;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>The warehouse on PostgreSQL. The loader keeps one connection, whose backend's pid stands in the progress rows.</summary>
public sealed class PostgresWarehouse : IWarehouse
{
    private readonly NpgsqlDataSource loaders;
    private readonly NpgsqlDataSource readers;
    private readonly NpgsqlDataSource derivers;
    private readonly SchemaSet schemas;
    private EventArrays arrays;
    private readonly TimeProvider clock;
    private NpgsqlConnection? loader;

    static PostgresWarehouse() => AppContext.SetSwitch("Npgsql.DisableDateTimeInfinityConversions", true);

    /// <summary>A warehouse; connects when first used.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="reporting">What its views count by.</param>
    /// <param name="schemas">What its columns and views are made from.</param>
    /// <param name="clock">Tells when loads are committed.</param>
    public PostgresWarehouse(WarehouseOptions options, ReportingOptions reporting, SchemaSet schemas, TimeProvider clock)
    {
        this.clock = clock;
        this.schemas = schemas;
        arrays = new EventArrays(schemas);
        var given = options.ReadConnectionString();
        loaders = NpgsqlDataSource.Create(PostgresConnections.ForLoader(given, options));
        readers = NpgsqlDataSource.Create(PostgresConnections.ForReader(given));
        derivers = NpgsqlDataSource.Create(PostgresConnections.ForMarts(given, options));
        Marts = new DerivedTables(async cancellationToken => await derivers.OpenConnectionAsync(cancellationToken), MartsDialect.Postgres, clock);
        Migration = WarehouseEngines.CreateMigration(Engine, options, reporting, clock);
    }

    /// <inheritdoc/>
    public string Engine => "postgres";

    /// <inheritdoc/>
    public Migration Migration { get; }

    /// <inheritdoc/>
    public DerivedTables Marts { get; }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken) => Migration.RunAsync(schemas, cancellationToken);

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken) => Migration.CheckAsync(schemas, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PartitionProgress>> ReadProgressAsync(string clusterId, string topicId, CancellationToken cancellationToken) =>
        WithLoaderAsync(
            connection => new Ledger(connection, null, '@', null).ReadProgressAsync(clusterId, topicId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<LoadOutcome> LoadAsync(LoadBatch batch, CancellationToken cancellationToken) => WithLoaderAsync(
        async connection =>
        {
            await using var session = await PostgresSession.BeginAsync(connection, ArraysOf(batch.Schemas), cancellationToken);
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
                    await using var session = await PostgresSession.BeginAsync(connection, ArraysOf(rowSchemas), cancellationToken);
                    await session.ProbeAsync(rows, Guid.Empty, clock.UtcMicroseconds(), cancellationToken);
                    return true;
                },
                cancellationToken);
            return null;
        }
        catch (Exception refusal) when (Classify(refusal) == FaultKind.Poison)
        {
            return new RowRefusedException(PostgresFaults.Describe(refusal), refusal);
        }
    }

    /// <inheritdoc/>
    public FaultKind Classify(Exception exception) => PostgresFaults.Classify(exception);

    /// <inheritdoc/>
    public async Task<DbConnection> OpenReaderAsync(CancellationToken cancellationToken) => await readers.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<DbConnection> OpenWriterAsync(CancellationToken cancellationToken) => await loaders.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DropLoaderAsync();
        await loaders.DisposeAsync();
        await readers.DisposeAsync();
        await derivers.DisposeAsync();
        Marts.Dispose();
    }

    /// <summary>Works on the loader's connection. After any fault but a refused row the connection is given up: its state is not known.</summary>
    private async Task<T> WithLoaderAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        if (loader is not { State: ConnectionState.Open })
        {
            await DropLoaderAsync();
            loader = await loaders.OpenConnectionAsync(cancellationToken);
        }

        try
        {
            return await work(loader);
        }
        catch (Exception fault) when (Classify(fault) != FaultKind.Poison)
        {
            await DropLoaderAsync();
            throw;
        }
    }

    /// <summary>The statements for these schemas; batches change theirs when others are deployed.</summary>
    private EventArrays ArraysOf(SchemaSet batchSchemas) => arrays.Schemas == batchSchemas ? arrays : arrays = new EventArrays(batchSchemas);

    private async Task DropLoaderAsync()
    {
        if (loader is null)
            return;
        // Out of the pool: a connection that has failed once is not to be handed out again.
        NpgsqlConnection.ClearPool(loader);
        await loader.DisposeAsync();
        loader = null;
    }
}
