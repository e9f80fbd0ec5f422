using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.ServerTests.Load;

public abstract partial class WarehouseContract
{
    [Fact]
    public async Task Migrating_again_does_nothing()
    {
        Assert.Empty(await Warehouse.MigrateAsync(Token));
        await Warehouse.CheckAsync(Token);
    }

    [Fact]
    public async Task Several_may_migrate_an_empty_warehouse_at_once()
    {
        await Warehouse.DisposeAsync();
        var empty = await NewDatabaseAsync();
        var programs = Enumerable.Range(0, 4).Select(_ => WarehouseEngines.Create(empty, new ReportingOptions(), TestSchemas.Default, TimeProvider.System)).ToList();
        await Assert.ThrowsAsync<WarehouseUnfitException>(() => programs[0].CheckAsync(Token));
        var done = await Task.WhenAll(programs.Select(program => program.MigrateAsync(Token)));
        Assert.Single(done, lines => lines.Count > 0);
        await programs[3].CheckAsync(Token);
        foreach (var program in programs)
            await program.DisposeAsync();
        CleanUp(empty);
    }

    [Fact]
    public async Task A_new_field_is_a_new_column_and_stands_last_in_its_view()
    {
        Assert.Equal(
            ["transaction_key", "event_id", "app_id", "transaction_id", "event_time", "received_at", "slot_start_time", "extras", "issues"],
            await ColumnsAsync("customer_scheduled"));
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(2), new Delivery(1)));

        var field = TestSchemas.Column("select", ColumnType.Text);
        var more = TestSchemas.With(field);
        more = new SchemaSet(
            [more.Types[0] with { Columns = [field, .. more.Types[0].Columns] }, more.Types[1]], more.Columns, more.EnvelopeDocs, "dd");
        await using var program = Open(more);
        Assert.Contains("vkyc migrate", (await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.CheckAsync(Token))).Message, StringComparison.Ordinal);
        await program.MigrateAsync(Token);
        await program.CheckAsync(Token);

        Assert.Equal("select", (await ColumnsAsync("events"))[^1]);
        Assert.Equal("select", (await ColumnsAsync("customer_scheduled"))[^1]);
        Assert.Equal("trn:vkyc:2", await ScalarAsync<string>("SELECT event_id FROM vkyc.customer_scheduled WHERE \"select\" IS NULL"));
        Assert.Empty(await program.MigrateAsync(Token));
        // A program with the older schemas goes on: columns are never taken away.
        await Warehouse.CheckAsync(Token);
        await LoadAsync(topic, topic.Batch(new Delivery(4)));
    }

    [Fact]
    public async Task A_column_never_changes_its_type()
    {
        await using var program = Open(TestSchemas.With());
        var changed = new SchemaSet(
            [], [.. TestSchemas.Columns.Select(column => column.Name == "tries" ? column with { Type = ColumnType.Text } : column)], new Dictionary<string, string>(StringComparer.Ordinal), "ee");
        await using var other = Open(changed);
        var fault = await Assert.ThrowsAsync<WarehouseUnfitException>(() => other.MigrateAsync(Token));
        Assert.Contains("tries", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WarehouseUnfitException>(() => other.CheckAsync(Token));
    }

    [Fact]
    public async Task Tables_views_and_columns_carry_comments()
    {
        var sql = Warehouse.Engine == "postgres"
            ? "SELECT concat_ws('|', c.relname, a.attname, col_description(c.oid, a.attnum)) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'vkyc'::regnamespace AND a.attnum > 0 AND c.relkind IN ('r', 'v')"
            : "SELECT concat_ws('|', table_name, column_name, comment) FROM duckdb_columns() WHERE schema_name = 'vkyc'";
        var comments = await QueryAsync<string>(sql);
        Assert.All(comments, comment => Assert.Equal(2, comment.Count(c => c == '|')));
        Assert.Contains("events|event_id|Unique id of the webhook event", comments, StringComparer.Ordinal);
        Assert.Contains("call_completed|agent_id|What agent_id says, it's this", comments, StringComparer.Ordinal);
    }

    [Fact]
    public async Task An_edited_script_is_refused_by_name()
    {
        using var scripts = new ScriptFolder(Warehouse.Engine);
        File.AppendAllText(scripts.First, "\n-- edited");
        await using var program = Open(scripts: scripts.Root);
        Assert.Contains("0001_events_and_ledger.sql", (await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.MigrateAsync(Token))).Message, StringComparison.Ordinal);
        Assert.Contains("edited", (await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.CheckAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind_and_runs_once_mended()
    {
        using var scripts = new ScriptFolder(Warehouse.Engine);
        var before = await ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.migrations");
        var second = Path.Combine(Path.GetDirectoryName(scripts.First)!, "9999_more.sql");
        File.WriteAllText(second, "CREATE TABLE vkyc_etl.half (x integer);\nSELECT * FROM vkyc_etl.nowhere;\n");
        await using (var program = Open(scripts: scripts.Root))
            Assert.Contains("9999_more.sql", (await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.MigrateAsync(Token))).Message, StringComparison.Ordinal);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM information_schema.tables WHERE table_name = 'half'"));

        File.WriteAllText(second, "CREATE TABLE vkyc_etl.half (x integer);\n");
        await using var mended = Open(scripts: scripts.Root);
        Assert.Contains("9999_more.sql", (await Assert.ThrowsAsync<WarehouseUnfitException>(() => mended.CheckAsync(Token))).Message, StringComparison.Ordinal);
        Assert.Equal(["applied 9999_more.sql"], await mended.MigrateAsync(Token));
        Assert.Equal(before + 1, await ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.migrations"));
    }

    [Fact]
    public async Task A_program_with_other_reporting_settings_is_refused()
    {
        await using var other = Open(reporting: new ReportingOptions { StaleAfter = TimeSpan.FromHours(5) });
        var fault = await Assert.ThrowsAsync<WarehouseUnfitException>(() => other.CheckAsync(Token));
        Assert.Contains("reporting.stale_after_seconds is 14400 in the warehouse and 18000 here", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["set reporting.stale_after_seconds to 18000"], await other.MigrateAsync(Token));
        await other.CheckAsync(Token);
    }

    [Theory]
    [InlineData("INSERT INTO vkyc_etl.settings VALUES ('a', 'b', now())")]
    [InlineData("DELETE FROM vkyc_etl.settings")]
    [InlineData("CREATE TABLE vkyc.other (x integer)")]
    [InlineData("DROP TABLE vkyc.events")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM vkyc_etl.settings")]
    [InlineData("SELECT 1; DELETE FROM vkyc_etl.settings")]
    public async Task A_reader_refuses_to_write(string sql)
    {
        await using var reader = await Warehouse.OpenReaderAsync(Token);
        await AssertRefusedAsync(reader, sql);
        Assert.Equal(5, await ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.settings"));
    }

    private Task<List<string>> ColumnsAsync(string relation) => QueryAsync<string>(
        $"SELECT column_name FROM information_schema.columns WHERE table_schema = 'vkyc' AND table_name = '{relation}' ORDER BY ordinal_position");

    /// <summary>A copy of an engine's scripts, to be changed.</summary>
    private sealed class ScriptFolder : IDisposable
    {
        public ScriptFolder(string engine)
        {
            Root = Directory.CreateTempSubdirectory("vkyc-scripts-").FullName;
            var folder = Directory.CreateDirectory(Path.Combine(Root, engine)).FullName;
            foreach (var script in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sql", engine)))
                File.Copy(script, Path.Combine(folder, Path.GetFileName(script)));
            First = Directory.GetFiles(folder).Order(StringComparer.Ordinal).First();
        }

        public string Root { get; }

        public string First { get; }

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
