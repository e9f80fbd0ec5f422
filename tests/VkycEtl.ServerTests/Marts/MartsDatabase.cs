using Dapper;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Marts;

/// <summary>A migrated database of its own, with programs on it.</summary>
internal sealed class MartsDatabase : IAsyncDisposable
{
    private readonly WarehouseOptions options;
    private readonly List<IWarehouse> programs = [];
    private ReportingOptions reporting;

    private MartsDatabase(WarehouseOptions options, ReportingOptions reporting) => (this.options, this.reporting) = (options, reporting);

    /// <summary>The last program that was opened on it.</summary>
    public IWarehouse Warehouse => programs[^1];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<MartsDatabase> CreateAsync(WarehouseOptions options, ReportingOptions reporting)
    {
        var database = new MartsDatabase(options, reporting);
        await database.Open().MigrateAsync(Token);
        return database;
    }

    /// <summary>Another program on it. DuckDB's file has one only.</summary>
    public IWarehouse Another() => options.Engine == "duckdb" ? Warehouse : Open();

    /// <summary>Brings it to other settings, as <c>vkyc migrate</c> does.</summary>
    public async Task ChangeAsync(ReportingOptions other)
    {
        reporting = other;
        await Open().MigrateAsync(Token);
    }

    public Task<MartsRead> ReadAsync() => MartsRead.ReadAsync(Warehouse, reporting, Token);

    /// <summary>Refreshes until nothing waits, and reads.</summary>
    public async Task<MartsRead> RefreshAndReadAsync()
    {
        await Warehouse.Marts.RefreshAllAsync(Token);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL"));
        return await ReadAsync();
    }

    /// <summary>Derives everything again, and reads.</summary>
    public async Task<MartsRead> RebuildAndReadAsync()
    {
        await Warehouse.Marts.RebuildAsync(progress: null, Token);
        return await ReadAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await Warehouse.OpenReaderAsync(Token);
        return (await connection.QueryAsync<T>(sql)).Single();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Warehouse.OpenWriterAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in programs)
            await program.DisposeAsync();
        if (options.Engine == "duckdb")
            Directory.Delete(Path.GetDirectoryName(options.ConnectionString)!, recursive: true);
    }

    private IWarehouse Open()
    {
        programs.Add(WarehouseEngines.Create(options, reporting, TrafficLoad.Schemas, TimeProvider.System));
        return programs[^1];
    }
}
