using System.Data.Common;
using Dapper;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.ServerTests.Load;

/// <summary>What every warehouse promises. The suite stands in several files, a subject each; one subclass an engine runs it all.</summary>
public abstract partial class WarehouseContract : IAsyncLifetime
{
    private WarehouseOptions options = new();

    internal IWarehouse Warehouse { get; private set; } = null!;

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        options = await NewDatabaseAsync();
        Warehouse = Open();
        await Warehouse.MigrateAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        CleanUp(options);
        GC.SuppressFinalize(this);
    }

    /// <summary>Where an empty database is.</summary>
    internal abstract Task<WarehouseOptions> NewDatabaseAsync();

    internal virtual void CleanUp(WarehouseOptions used)
    {
    }

    /// <summary>Another program on the same database.</summary>
    internal IWarehouse Open(SchemaSet? schemas = null, ReportingOptions? reporting = null, string? scripts = null) => WarehouseEngines.Create(
        new WarehouseOptions
        {
            Engine = options.Engine,
            ConnectionString = options.ConnectionString,
            ReadOnlyRole = options.ReadOnlyRole,
            ScriptsDirectory = scripts ?? options.ScriptsDirectory,
            LockTimeout = options.LockTimeout,
            IdleInTransactionTimeout = options.IdleInTransactionTimeout,
        },
        reporting ?? new ReportingOptions(),
        schemas ?? TestSchemas.Default,
        TimeProvider.System);

    internal async Task<LoadOutcome> LoadAsync(TestTopic topic, LoadBatch batch)
    {
        var outcome = await Warehouse.LoadAsync(batch, Token);
        Assert.Empty(outcome.Moved);
        topic.Loaded(batch);
        return outcome;
    }

    internal async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = await Warehouse.OpenReaderAsync(Token);
        return [.. await connection.QueryAsync<T>(sql)];
    }

    internal async Task<T> ScalarAsync<T>(string sql) => (await QueryAsync<T>(sql)).Single();

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = await Warehouse.OpenWriterAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    internal async Task AssertAuditIsCleanAsync()
    {
        var report = await new LedgerAudit(Warehouse, TimeProvider.System).RunAsync(Token);
        Assert.Empty(report.Findings);
        Assert.NotEmpty(report.Partitions);
        Assert.All(report.Partitions, row => Assert.Equal(
            row.LastOffset - row.FirstOffset + 1, row.Loaded + row.Duplicates + row.Quarantined + row.Gaps + row.Lost));
    }

    internal static async Task<Exception> AssertRefusedAsync(DbConnection connection, string sql)
    {
        var refusal = await Record.ExceptionAsync(() => connection.ExecuteAsync(sql));
        return Assert.IsAssignableFrom<DbException>(refusal);
    }
}
