using Dapper;
using DuckDB.NET.Data;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Publish;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Cli;

namespace VkycEtl.Tests.Publish;

/// <summary>What a DuckDB warehouse shows to other processes: one state of it, whole, in files of which only the changed ones are written.</summary>
public sealed class PublicationTests : IDisposable
{
    private static readonly string Avro = Path.Combine(AppContext.BaseDirectory, "avro");

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 15, 10, 0, 0, TimeSpan.Zero));
    private readonly PublishedDirectory published;
    private readonly List<DuckDBConnection> connections = [];
    private SchemaSet schemas = SchemaSet.Load(Avro);

    public PublicationTests() => published = new PublishedDirectory(Path.Combine(folder.Path, "published"));

    public void Dispose()
    {
        foreach (var connection in connections)
            connection.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_reader_sees_what_the_warehouse_holds_by_the_same_names()
    {
        var warehouse = await WarehouseAsync();
        Insert(warehouse, "e1", "2026-02-28 23:59:59.999999+00", "VCIP_CALL_STARTED");
        Insert(warehouse, "e2", "2026-03-01 00:00:00+00", "VCIP_CUSTOMER_ASSIGNED");
        Insert(warehouse, "e3", null, "VCIP_CALL_STARTED");
        Insert(warehouse, "e4", "0001-01-01 00:00:00+00", "it's new");
        await PublishAsync(warehouse);

        var reader = Reader();
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(reader, "vkyc.events"));
        Assert.Equal(Rows(warehouse, "vkyc.call_started"), Rows(reader, "vkyc.call_started"));
        Assert.Equal(
            "0.parquet 2026-02.parquet 2026-03.parquet other.parquet undated.parquet",
            string.Join(' ', Directory.GetFiles(Path.Combine(published.Current, "events")).Select(Path.GetFileName).Order(StringComparer.Ordinal)));

        // Every relation, with its columns and comments, and nothing of the machine's.
        const string Described = """
            SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(comment, '-') FROM duckdb_columns()
            WHERE NOT internal AND schema_name = $schema ORDER BY 1
            """;
        Assert.Equal(
            warehouse.Query<string>(Described, new { schema = "vkyc" }).ToList(), reader.Query<string>(Described, new { schema = "main" }).ToList());
        Assert.Empty(reader.Query<string>("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main' AND database_name = 'vkyc'"));
    }

    [Fact]
    public async Task An_empty_warehouse_has_its_columns()
    {
        await PublishAsync(await WarehouseAsync());
        Assert.Equal(0, Reader().ExecuteScalar<long>("SELECT count(*) FROM vkyc.events WHERE agent_id IS NULL"));
    }

    [Fact]
    public async Task A_reader_that_is_open_sees_the_next_generation()
    {
        var warehouse = await WarehouseAsync();
        await PublishAsync(warehouse);
        var reader = Reader();
        for (var i = 1; i <= 7; i++)
        {
            Insert(warehouse, $"e{i}", "2026-03-01 00:00:00+00", "VCIP_CALL_STARTED");
            await PublishAsync(warehouse);
            Assert.Equal(i, reader.ExecuteScalar<long>("SELECT count(*) FROM vkyc.events"));
        }

        Assert.Equal(5, Directory.GetDirectories(Path.Combine(published.Path, "generations")).Length);
    }

    // A view may ask the clock: each is written with every generation. A table has a stamp of its own.
    private const int DerivedViews = 12;
    private const int DerivedTables = 2;

    [Fact]
    public async Task A_file_that_a_question_has_begun_with_keeps_its_bytes_while_four_generations_come()
    {
        var warehouse = await WarehouseAsync();
        Insert(warehouse, "e1", "2026-03-01 00:00:00+00", "VCIP_CALL_STARTED");
        await PublishAsync(warehouse);
        var reader = Reader();

        // As a view finds its file when a question begins; DuckDB opens it by this name again and again until it is answered.
        string Begin() => reader.QuerySingle<string>("SELECT file FROM glob($pattern)", new { pattern = PublishedDirectory.PatternOf(published.Path, "events/2026-03.parquet") });
        var (begun, rows) = (Begin(), "SELECT count(*) FROM read_parquet($file)");
        for (var generation = 2; generation <= 5; generation++)
        {
            Insert(warehouse, $"e{generation}", "2026-03-02 00:00:00+00", "VCIP_CALL_STARTED");
            await PublishAsync(warehouse);
            Assert.Equal(1, reader.ExecuteScalar<long>(rows, new { file = begun }));
        }

        Assert.Equal(5, reader.ExecuteScalar<long>(rows, new { file = Begin() }));
        Assert.Equal(5, reader.ExecuteScalar<long>("SELECT count(*) FROM vkyc.events"));
        Assert.Equal(5, reader.ExecuteScalar<long>(rows, new { file = Path.Combine(published.Current, "events", "2026-03.parquet") }));
    }

    [Fact]
    public async Task Only_months_whose_rows_changed_are_written()
    {
        var warehouse = await WarehouseAsync();
        foreach (var (id, time) in new[] { ("e1", "2026-01-05 00:00:00+00"), ("e2", "2026-02-05 00:00:00+00"), ("e3", "2026-03-05 00:00:00+00") })
            Insert(warehouse, id, time, "VCIP_CALL_STARTED");
        await PublishAsync(warehouse);
        Assert.Null(await PublishAsync(warehouse));

        // A lesser copy moves an event from one month to another: both are other than before, the third is not.
        var (january, march) = (Stamp("2026-01"), Stamp("2026-03"));
        clock.Advance(TimeSpan.FromSeconds(30));
        warehouse.Execute("UPDATE vkyc.events SET event_time = '2026-01-04 00:00:00+00', loaded_at = $now WHERE event_id = 'e2'", new { now = clock.GetUtcNow().UtcDateTime });
        var changed = await PublishAsync(warehouse);
        Assert.Equal((1 + DerivedViews, 2 + DerivedTables), (changed!.Value.Written, changed.Value.Kept));
        Assert.NotEqual(january, Stamp("2026-01"), StringComparer.Ordinal);
        Assert.Equal(march, Stamp("2026-03"), StringComparer.Ordinal);
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(Reader(), "vkyc.events"));

        // So is a month in which a row has other content, though it has as many.
        clock.Advance(TimeSpan.FromSeconds(30));
        warehouse.Execute("UPDATE vkyc.events SET agent_id = 'a', loaded_at = $now WHERE event_id = 'e3'", new { now = clock.GetUtcNow().UtcDateTime });
        await PublishAsync(warehouse);
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(Reader(), "vkyc.events"));

        // Or is changed by hand, with its times kept: a rebuild follows, and all is written again.
        warehouse.Execute("UPDATE vkyc.events SET agent_id = 'b' WHERE event_id = 'e3'");
        Assert.Null(await PublishAsync(warehouse));
        warehouse.Execute("INSERT INTO vkyc_etl.settings (name, value, set_at) VALUES ('marts.rebuilt_at', 'now', now())");
        await PublishAsync(warehouse);
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(Reader(), "vkyc.events"));

        // A row that is gone is gone from its file.
        warehouse.Execute("DELETE FROM vkyc.events WHERE event_id = 'e3'");
        await PublishAsync(warehouse);
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(Reader(), "vkyc.events"));
    }

    [Fact]
    public async Task What_asks_the_clock_is_written_again_though_nothing_was_loaded()
    {
        var warehouse = await WarehouseAsync();
        await PublishAsync(warehouse);
        clock.Advance(Publication.ClockEvery - TimeSpan.FromSeconds(1));
        Assert.Null(await PublishAsync(warehouse));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await PublishAsync(warehouse));
        Assert.Equal(clock.GetUtcNow().UtcDateTime, warehouse.ExecuteScalar<DateTime>("SELECT published_at FROM vkyc_etl.publication"));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_cleared_away()
    {
        var warehouse = await WarehouseAsync();
        Insert(warehouse, "e1", "2026-03-01 00:00:00+00", "VCIP_CALL_STARTED");
        await PublishAsync(warehouse);
        Directory.CreateDirectory(published.FileOf(2, "events"));
        await File.WriteAllTextAsync(published.FileOf(2, "events/2026-03.parquet"), "half a file", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(published.FileOf(2, "events/2027-01.parquet"), "half a file", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(published.Current + ".next", "nowhere");

        Insert(warehouse, "e2", "2026-03-02 00:00:00+00", "VCIP_CALL_STARTED");
        await PublishAsync(warehouse);
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(Reader(), "vkyc.events"));

        // Without a manifest nothing of what is there is trusted.
        File.Delete(Path.Combine(published.Current, "manifest.json"));
        Insert(warehouse, "e3", "2026-03-03 00:00:00+00", "VCIP_CALL_STARTED");
        await PublishAsync(warehouse);
        Assert.Equal(Rows(warehouse, "vkyc.events"), Rows(Reader(), "vkyc.events"));
    }

    [Fact]
    public async Task A_new_column_reaches_new_readers_and_leaves_open_ones_alone()
    {
        var warehouse = await WarehouseAsync();
        Insert(warehouse, "e1", "2026-03-01 00:00:00+00", "VCIP_CALL_STARTED");
        await PublishAsync(warehouse);
        var open = Reader();
        Assert.Equal(1, open.ExecuteScalar<long>("SELECT count(*) FROM vkyc.call_started"));

        folder.Write("room.avsc", """
            { "type": "record", "name": "CallStarted", "namespace": "vkyc", "eventType": "VCIP_CALL_STARTED", "fields": [
              { "name": "room", "doc": "Room of the call.", "type": ["null", "long"], "default": null, "path": "eventDetails.room" } ] }
            """);
        schemas = SchemaSet.Load(Avro, folder.Path);
        warehouse = await WarehouseAsync();
        warehouse.Execute("UPDATE vkyc.events SET room = 7");
        await PublishAsync(warehouse);
        Assert.Equal(1, open.ExecuteScalar<long>("SELECT count(*) FROM vkyc.events"));

        // DuckDB gives a process one database a path for as long as it has a connection to it.
        await open.DisposeAsync();
        Assert.Equal(7, Reader().ExecuteScalar<long>("SELECT room FROM vkyc.call_started"));
    }

    [Fact]
    public async Task A_readers_database_that_could_not_be_written_is_written_next_time()
    {
        var warehouse = await WarehouseAsync();
        Directory.CreateDirectory(published.ReaderDatabase);
        await Assert.ThrowsAsync<IOException>(() => PublishAsync(warehouse));
        Directory.Delete(published.ReaderDatabase);
        await File.WriteAllTextAsync(published.ReaderDatabase, "an old one", TestContext.Current.CancellationToken);
        await PublishAsync(warehouse);
        Assert.Equal(0, Reader().ExecuteScalar<long>("SELECT count(*) FROM vkyc.events"));
        Assert.Null(await PublishAsync(warehouse));
    }

    [Fact]
    public async Task Readers_may_find_the_directory_elsewhere()
    {
        var elsewhere = Path.Combine(folder.Path, "it's elsewhere");
        File.CreateSymbolicLink(elsewhere, published.Path);
        var warehouse = await WarehouseAsync();
        Insert(warehouse, "e1", "2026-03-01 00:00:00+00", "VCIP_CALL_STARTED");
        await PublishAsync(warehouse, elsewhere);
        var reader = Reader();
        Assert.Equal(1, reader.ExecuteScalar<long>("SELECT count(*) FROM vkyc.events"));
        Assert.Contains("elsewhere/current", reader.ExecuteScalar<string>("SELECT sql FROM duckdb_views() WHERE view_name = 'events'"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, 30, 29.5)]
    [InlineData(3, 30, 27)]
    [InlineData(4, 30, 36)]
    [InlineData(60, 30, 540)]
    public void Publishing_never_takes_more_than_a_tenth_of_the_time(double took, double every, double rest) =>
        Assert.Equal(TimeSpan.FromSeconds(rest), Publisher.Rest(TimeSpan.FromSeconds(took), TimeSpan.FromSeconds(every)));

    private static List<string> Rows(DuckDBConnection connection, string relation) =>
        [.. connection.Query<string>($"SELECT CAST(r AS VARCHAR) FROM {relation} AS r ORDER BY 1")];

    private static void Insert(DuckDBConnection warehouse, string id, string? time, string type) => warehouse.Execute(
        """
        INSERT INTO vkyc.events (transaction_key, event_key, event_id, event_type, app_id, transaction_id, event_time, issues, received_at, source_topic,
                                 source_partition, source_offset, schema_version, content_digest, load_id, loaded_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), $id, $type, 'app', 't', CAST($time AS TIMESTAMPTZ), ['wrong_type'], now(), 'raw', 0, 1, 'v',
                gen_random_uuid(), gen_random_uuid(), now())
        """,
        new { id, time, type });

    private string? Stamp(string month) => published.ReadCurrent()!.Stamps[$"events/{month}.parquet"];

    private async Task<DuckDBConnection> WarehouseAsync()
    {
        var options = new WarehouseOptions { ConnectionString = Path.Combine(folder.Path, "warehouse.duckdb") };
        await using (var warehouse = new DuckDbWarehouse(options, new ReportingOptions(), schemas, clock))
            await warehouse.MigrateAsync(TestContext.Current.CancellationToken);
        return Open(DuckDbConnections.Open($"Data Source={options.ConnectionString}"));
    }

    private DuckDBConnection Reader()
    {
        var connection = new DuckDBConnection($"Data Source={published.ReaderDatabase};access_mode=READ_ONLY");
        connection.Open();
        connection.Execute("SET TimeZone = 'UTC'");
        return Open(connection);
    }

    private DuckDBConnection Open(DuckDBConnection connection)
    {
        connections.Add(connection);
        return connection;
    }

    private async Task<(int Written, int Kept)?> PublishAsync(DuckDBConnection warehouse, string? seenAs = null)
    {
        var result = await new Publication(published, seenAs ?? published.Path, clock).RunAsync(warehouse, TestContext.Current.CancellationToken);
        return result is null ? null : (result.Written, result.Kept);
    }
}
