using Dapper;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.ServerTests.Load;

/// <summary>What is deployed, and which schemas it allows after that.</summary>
public abstract partial class WarehouseContract
{
    private const string Deployed = """
        {"type":"record","name":"CallParked","namespace":"vkyc","doc":"A call waits.","eventType":"VCIP_CALL_PARKED","fields":[
          {"name":"queue","type":["null","string"],"default":null,"path":"eventDetails.queue"},
          {"name":"waited","type":["null","long"],"default":null,"path":"eventDetails.waited","column":"waited","unit":"seconds","privacy":"none"},
          {"name":"fee","type":["null",{"type":"bytes","logicalType":"decimal","precision":8,"scale":2}],"default":null,"path":"eventDetails.fee"}]}
        """;

    /// <summary>What is written in place of what, the field that is at fault, the rule and the cure.</summary>
    public static TheoryData<string, string, string?, string, string> Changes() => new()
    {
        { "\"long\"", "\"string\"", "waited", "the type is deployed as \"long\", and here it is \"string\"", "another field with another column" },
        { "\"long\"", "\"int\"", "waited", "the type is deployed as \"long\", and here it is \"int\"", "another field with another column" },
        { "\"scale\":2", "\"scale\":3", "fee", "the type is deployed as", "another field with another column" },
        { "\"unit\":\"seconds\"", "\"unit\":\"minutes\"", "waited", "the unit is deployed as seconds, and here it is minutes", "another field with another column" },
        { ",\"unit\":\"seconds\"", "", "waited", "the unit is deployed as seconds, and here it is none", "another field with another column" },
        { "\"privacy\":\"none\"", "\"privacy\":\"personal\"", "waited", "the privacy is deployed as none, and here it is personal", "another field with another column" },
        { "\"path\":\"eventDetails.queue\"", "\"path\":\"eventDetails.line\"", "queue", "the path is deployed as eventDetails.queue", "another field with another column" },
        { "\"column\":\"waited\"", "\"column\":\"waited_seconds\"", "waited", "the column is deployed as waited", "write \"column\": \"waited\" again" },
        { "{\"name\":\"waited\"", "{\"name\":\"wait\"", "waited", "the field is deployed, and is called wait here", "call it waited again" },
        { "{\"name\":\"queue\",\"type\":[\"null\",\"string\"],\"default\":null,\"path\":\"eventDetails.queue\"},", "", "queue", "is gone from event type VCIP_CALL_PARKED", "put it back" },
        { "\"name\":\"CallParked\"", "\"name\":\"CallHeld\"", null, "the record's name is deployed as CallParked", "write \"name\": \"CallParked\" again" },
        { "\"namespace\":\"vkyc\"", "\"namespace\":\"bank\"", null, "the record's namespace is deployed as vkyc", "write \"namespace\": \"vkyc\" again" },
        { "\"eventType\":\"VCIP_CALL_PARKED\"", "\"eventType\":\"VCIP_CALL_HELD\"", null, "is deployed for event type VCIP_CALL_PARKED", "write \"eventType\": \"VCIP_CALL_PARKED\" again" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_is_deployed_is_never_changed(string right, string wrong, string? field, string rule, string cure)
    {
        using var files = new SchemaFolder();
        await using var program = Open(files.Load(Deployed));
        await program.MigrateAsync(Token);
        var before = await CatalogAsync();
        Assert.Contains(right, Deployed, StringComparison.Ordinal);

        var changed = files.Load(Deployed.Replace(right, wrong, StringComparison.Ordinal));
        var (faults, isMigrated) = await program.Migration.CompareAsync(changed, Token);
        var refusal = await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.Migration.RunAsync(changed, Token));
        var stopped = await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.Migration.CheckAsync(changed, Token));

        Assert.True(isMigrated);
        var fault = Assert.Single(faults);
        Assert.Equal(field, fault.Field);
        Assert.Contains(rule, fault.Rule, StringComparison.Ordinal);
        Assert.Contains(cure, fault.Cure, StringComparison.Ordinal);
        Assert.EndsWith("call_parked.avsc", fault.File, StringComparison.Ordinal);
        Assert.Contains(fault.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(fault.ToString(), stopped.Message, StringComparison.Ordinal);
        Assert.Equal(before, await CatalogAsync());
        Assert.Empty((await program.Migration.CompareAsync(files.Load(Deployed), Token)).Faults);
    }

    [Fact]
    public async Task A_file_that_is_gone_a_column_of_the_warehouse_and_a_relation_of_it_are_refused_all_at_once()
    {
        using var files = new SchemaFolder();
        await using var program = Open(files.Load(Deployed));
        await program.MigrateAsync(Token);
        await ExecuteAsync("ALTER TABLE vkyc.events ADD COLUMN \"by_hand\" integer; ALTER TABLE vkyc.events ADD COLUMN \"Folded\" text; CREATE VIEW vkyc.call_moved AS SELECT 1 AS one");
        files.Remove();

        var changed = files.Load("""
            {"type":"record","name":"CallMoved","eventType":"VCIP_CALL_MOVED","fields":[
              {"name":"byHand","column":"by_hand","type":["null","string"],"default":null,"path":"eventDetails.a"},
              {"name":"folded","type":["null","string"],"default":null,"path":"eventDetails.b"}]}
            """, "call_moved.avsc");
        var (faults, _) = await program.Migration.CompareAsync(changed, Token);

        Assert.Equal(4, faults.Count);
        Assert.Contains(faults, fault => fault is { File: "call_parked.avsc", Field: null } && fault.Rule.Contains("no file describes it any more", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Field == "byHand" && fault.Rule.Contains("no column ever changes its type", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Field == "folded" && fault.Rule.Contains("would be folded onto it", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Field is null && fault.Rule.Contains("another relation of the warehouse has that name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Docs_and_values_may_change_fields_and_types_may_come_and_every_version_is_kept()
    {
        using var files = new SchemaFolder();
        var first = files.Load(Deployed);
        await using var program = Open(first);
        await program.MigrateAsync(Token);
        var second = files.Load(Deployed.Replace("A call waits.", "A call waits in a queue.", StringComparison.Ordinal)
            .Replace("\"path\":\"eventDetails.queue\"}", "\"path\":\"eventDetails.queue\",\"values\":[\"A\"]},{\"name\":\"bay\",\"type\":[\"null\",\"int\"],\"default\":null,\"path\":\"eventDetails.bay\"}", StringComparison.Ordinal));

        Assert.Equal(
            [$"added column vkyc.events.bay ({(Warehouse.Engine == "duckdb" ? "BIGINT" : "bigint")})", "extended view vkyc.call_parked", "recorded the schema of event type VCIP_CALL_PARKED"],
            (await program.Migration.RunAsync(second, Token)).Where(line => !line.StartsWith("wrote", StringComparison.Ordinal)),
            StringComparer.Ordinal);

        Assert.Equal(
            new[] { first, second }.Select(set => set.Types.Single(type => type.EventType == "VCIP_CALL_PARKED").Version),
            await QueryAsync<string>("SELECT version FROM vkyc_etl.schemas WHERE name = 'VCIP_CALL_PARKED' ORDER BY first_deployed_at"),
            StringComparer.Ordinal);
        Assert.Equal(second.Sources.ToDictionary(source => (source.Kind, source.Name), source => source.Version), await program.Migration.ReadDeployedAsync(Token));

        // A worker that was not started again since goes on with what was deployed before; what was never deployed does not load.
        await program.CheckAsync(Token);
        var third = files.Load(Deployed.Replace("A call waits.", "Nothing else.", StringComparison.Ordinal));
        Assert.Contains("the field is deployed", (await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.Migration.CheckAsync(third, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ddl_prints_is_what_migrate_runs()
    {
        await Warehouse.DisposeAsync();
        using var files = new SchemaFolder();
        var first = files.Load(Deployed);
        var empty = await NewDatabaseAsync();
        await using var program = WarehouseEngines.Create(empty, new ReportingOptions(), first, TimeProvider.System);
        var sql = await program.Migration.PrintAsync(first, Token);
        Assert.False((await program.Migration.CompareAsync(first, Token)).IsMigrated);
        await RunAsync(program, sql);
        await program.CheckAsync(Token);
        Assert.Empty(await program.MigrateAsync(Token));
        Assert.Empty(await program.Migration.PrintAsync(first, Token));

        var second = files.Load(Deployed.Replace("]}", ",{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"It's new; really.\",\"path\":\"eventDetails.note\"}]}", StringComparison.Ordinal));
        await RunAsync(program, await program.Migration.PrintAsync(second, Token));
        Assert.Empty(await program.Migration.RunAsync(second, Token));
        Assert.Empty(await program.Migration.PrintAsync(second, Token));
        await program.DisposeAsync();
        CleanUp(empty);
    }

    [Fact]
    public async Task Every_word_that_the_engine_reserves_is_refused_as_a_name()
    {
        var words = await QueryAsync<string>(Warehouse.Engine == "postgres"
            ? "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"
            : "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'");
        Assert.True(words.Count > 50, $"{words.Count} words");
        Assert.All(words, word => Assert.NotNull(Identifiers.Fault(word)));
    }

    private static async Task RunAsync(IWarehouse program, string sql)
    {
        await using var connection = await program.OpenWriterAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    private async Task<string> CatalogAsync() => string.Join(
        '\n',
        await QueryAsync<string>("SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'vkyc' ORDER BY 1"));

    /// <summary>The program's own schemas, and a file more.</summary>
    private sealed class SchemaFolder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("vkyc-schemas-");

        public SchemaSet Load(string avsc, string file = "call_parked.avsc")
        {
            File.WriteAllText(Path.Combine(folder.FullName, file), avsc);
            return SchemaSet.Load(Path.Combine(AppContext.BaseDirectory, "avro"), folder.FullName);
        }

        public void Remove() => File.Delete(Path.Combine(folder.FullName, "call_parked.avsc"));

        public void Dispose() => folder.Delete(recursive: true);
    }
}
