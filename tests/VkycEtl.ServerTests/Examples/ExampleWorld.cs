using System.Data.Common;
using Dapper;
using DuckDB.NET.Data;
using Npgsql;
using VkycEtl.Cli.Simulate;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Publish;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.ServerTests.Load;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Examples;

/// <summary>
/// Simulated traffic of two weeks on both engines, and the road by which analysts read it: a login that is a member of the read-only role, and what is
/// published.
/// </summary>
public sealed class ExampleWorld(PostgresServer postgres) : IAsyncDisposable
{
    private const string Password = "only-here";

    private readonly string folder = Directory.CreateTempSubdirectory("vkyc-examples-").FullName;
    private readonly string role = $"vkyc_readers_{Guid.NewGuid():n}";
    private readonly string login = $"metabase_{Guid.NewGuid():n}";
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<string, (Func<DbConnection> Road, DateTime LoadedAt)> roads = new(StringComparer.Ordinal);
    private readonly SchemaSet schemas = SchemaSet.Load(Path.Combine(AppContext.BaseDirectory, "avro"));
    private string? database;

    private static readonly List<VkycEtl.Cli.Simulate.Delivery> Deliveries = [.. Traffic.Make(new SimulateOptions
    {
        Transactions = 600,
        Seed = 20261125,
        End = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
        Duplicates = 0.1,
        Unknown = 0.03,
    })];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What was told, by now, and is loaded.</summary>
    internal async Task<Told> ToldAsync(string engine)
    {
        var (_, loadedAt) = await LoadAsync(engine);
        var rows = Deliveries.Select(delivery => ((ExpectedEvent)delivery.Expected).Row).DistinctBy(row => row.EventId, StringComparer.Ordinal).ToList();
        return new Told(rows, Journey.Of(rows), DateTime.UtcNow, loadedAt);
    }

    /// <summary>Opens an analyst's connection.</summary>
    internal async Task<DbConnection> OpenAsync(string engine)
    {
        var connection = (await LoadAsync(engine)).Road();
        await connection.OpenAsync(Token);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        turn.Dispose();
        Directory.Delete(folder, recursive: true);
        if (database is null)
            return;
        await using var owner = new NpgsqlConnection(database);
        foreach (var name in (string[])[login, role])
            await owner.ExecuteAsync($"DROP OWNED BY {name}; DROP ROLE {name}");
    }

    /// <summary>Loads an engine when it is first asked.</summary>
    private async Task<(Func<DbConnection> Road, DateTime LoadedAt)> LoadAsync(string engine)
    {
        await turn.WaitAsync(Token);
        try
        {
            if (!roads.TryGetValue(engine, out var road))
                roads[engine] = road = engine == "postgres" ? await LoadPostgresAsync() : await LoadDuckDbAsync();
            return road;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<(Func<DbConnection> Road, DateTime LoadedAt)> LoadPostgresAsync()
    {
        database = await postgres.CreateDatabaseAsync(Token);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Warehouse:Engine"] = "postgres",
            ["Warehouse:ConnectionString"] = database,
            ["Warehouse:ReadOnlyRole"] = role,
        };
        var loadedAt = await LoadAsync(new WarehouseOptions { Engine = "postgres", ConnectionString = database, ReadOnlyRole = role }, settings);
        await using var owner = new NpgsqlConnection(database);
        await owner.ExecuteAsync($"CREATE ROLE {login} LOGIN PASSWORD '{Password}'; GRANT {role} TO {login}; ALTER ROLE {login} SET default_transaction_read_only = on");
        var member = new NpgsqlConnectionStringBuilder(database) { Username = login, Password = Password, Pooling = false }.ConnectionString;
        return (() => new NpgsqlConnection(member), loadedAt);
    }

    private async Task<(Func<DbConnection> Road, DateTime LoadedAt)> LoadDuckDbAsync()
    {
        var file = Path.Combine(folder, "warehouse.duckdb");
        var loadedAt = await LoadAsync(new WarehouseOptions { Engine = "duckdb", ConnectionString = file }, new Dictionary<string, string>(StringComparer.Ordinal));
        var published = new PublishedDirectory(Path.Combine(folder, "published"));
        await using (var owner = DuckDbConnections.Open($"Data Source={file}"))
            await new Publication(published, published.Path, TimeProvider.System).RunAsync(owner, Token);
        return (() => new DuckDBConnection($"Data Source={published.ReaderDatabase};access_mode=READ_ONLY"), loadedAt);
    }

    /// <summary>Loads all of it as a worker does, in batches, and has the derived tables made.</summary>
    /// <returns>When they were made.</returns>
    private async Task<DateTime> LoadAsync(WarehouseOptions options, Dictionary<string, string> settings)
    {
        await using (var warehouse = WarehouseEngines.Create(options, new ReportingOptions { TimeZone = Examples.Told.Zone }, schemas, TimeProvider.System))
        {
            await warehouse.MigrateAsync(Token);
            using var flattener = new Flattener(schemas, new FlattenOptions());
            var topic = new TestTopic();
            foreach (var part in Deliveries.Chunk(700))
            {
                var rows = part.Select(delivery => flattener.Flatten(topic.Append(0, System.Text.Encoding.UTF8.GetString(delivery.Body))).Row!).ToList();
                var batch = topic.BatchOf(rows) with { Schemas = schemas };
                Assert.True((await warehouse.LoadAsync(batch, Token)).IsCommitted);
                topic.Loaded(batch);
            }
        }

        settings["Reporting:TimeZone"] = Examples.Told.Zone;
        var madeAt = DateTime.UtcNow;
        await using var rebuild = VkycProcess.Start(settings, "marts", "rebuild", "--data", folder);
        Assert.True(await rebuild.WaitForExitAsync() == 0, rebuild.Output);
        return madeAt;
    }
}
