using System.Text.Json;
using VkycEtl.Cli;
using VkycEtl.Tests.Schemas;

namespace VkycEtl.Tests.Cli;

/// <summary><c>vkyc schema</c> at the prompt, on a DuckDB file of the test's own.</summary>
public sealed class SchemaVerbTests : IDisposable
{
    private const string Right = """{"name":"bay","type":["null","long"],"default":null,"path":"eventDetails.bay","unit":"m"}""";

    private readonly TemporaryFolder folder = new();
    private readonly SchemaDirectory schemas = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose()
    {
        folder.Dispose();
        schemas.Dispose();
    }

    [Fact]
    public async Task Check_names_file_field_rule_and_cure_of_every_fault_and_exits_1_and_then_0()
    {
        schemas.Write("call_parked.avsc", SchemaSetTests.Record("Order", Right.Replace("\"default\":null", "\"default\":1", StringComparison.Ordinal), "VCIP_CALL_PARKED"));
        var file = Path.Combine(schemas.Path, "call_parked.avsc");

        var (code, output, _) = await Verb.RunAsync(["schema", "check", schemas.Path, "--files-only"]);
        Assert.Equal(ExitCode.Found, code);
        Assert.Equal(
            $"""
            {file}, field bay: the default is not null
                cure: write "default": null
            {file}: order cannot be a view: order is a reserved word of SQL
                cure: write another record name
            2 faults in 1 file.

            """.ReplaceLineEndings("\n"),
            output);
        var (jsonCode, json, _) = await Verb.RunAsync(["schema", "check", schemas.Path, "--files-only", "--format", "json"]);
        Assert.Equal(ExitCode.Found, jsonCode);
        var first = JsonDocument.Parse(json).RootElement[0];
        Assert.Equal((file, "bay"), (first.GetProperty("file").GetString(), first.GetProperty("field").GetString()));

        schemas.Write("call_parked.avsc", SchemaSetTests.Record("CallParked", Right, "VCIP_CALL_PARKED"));
        var (mended, said, _) = await Verb.RunAsync(["schema", "check", schemas.Path, "--files-only"]);
        Assert.Equal((ExitCode.Done, "8 files, 7 event types, 6 columns: they hold, each alone and together (not held against a warehouse).\n"), (mended, said));
    }

    [Fact]
    public async Task Check_holds_files_against_what_is_deployed_and_migrate_refuses_the_same()
    {
        schemas.Write("call_parked.avsc", SchemaSetTests.Record("CallParked", Right, "VCIP_CALL_PARKED"));
        var settings = folder.Write("settings.json", JsonSerializer.Serialize(new { Schemas = new { Directory = schemas.Path } }));
        string[] options = ["--data", Data, "--settings", settings];
        Assert.Contains("nothing is deployed yet", (await Verb.RunAsync(["schema", "check", .. options])).Output, StringComparison.Ordinal);
        Assert.Contains("CREATE TABLE vkyc.events", (await Verb.RunAsync(["schema", "ddl", .. options])).Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["migrate", .. options])).Code);
        Assert.Equal("-- The warehouse is up to date: migrate would do nothing.\n", (await Verb.RunAsync(["schema", "ddl", .. options])).Output);
        Assert.Contains("against what is deployed", (await Verb.RunAsync(["schema", "check", .. options])).Output, StringComparison.Ordinal);

        schemas.Write("call_parked.avsc", SchemaSetTests.Record("CallParked", Right.Replace("\"m\"", "\"km\"", StringComparison.Ordinal), "VCIP_CALL_PARKED"));
        const string Rule = "field bay: the unit is deployed as m, and here it is km";
        var (code, output, _) = await Verb.RunAsync(["schema", "check", .. options]);
        Assert.Equal(ExitCode.Found, code);
        Assert.Contains(Rule, output, StringComparison.Ordinal);
        foreach (var verb in (string[][])[["migrate"], ["schema", "ddl"]])
        {
            var (refused, _, error) = await Verb.RunAsync([.. verb, .. options]);
            Assert.Equal(ExitCode.Fatal, refused);
            Assert.Contains(Rule, error, StringComparison.Ordinal);
        }

        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["schema", "check", "--files-only", .. options])).Code);
    }

    [Theory]
    [InlineData("duckdb", "\"bay\" BIGINT")]
    [InlineData("postgres", "\"bay\" bigint")]
    public async Task Ddl_of_everything_needs_no_warehouse(string engine, string column)
    {
        schemas.Write("call_parked.avsc", SchemaSetTests.Record("CallParked", Right, "VCIP_CALL_PARKED"));
        var (code, output, _) = await Verb.RunAsync(["schema", "ddl", schemas.Path, "--all", "--engine", engine, "--data", Data]);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains(column, output, StringComparison.Ordinal);
        Assert.Contains("CREATE OR REPLACE VIEW vkyc.\"call_parked\"", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task List_shows_which_key_fills_which_column()
    {
        schemas.Write("call_parked.avsc", SchemaSetTests.Record("CallParked", Right, "VCIP_CALL_PARKED"));
        var (code, output, _) = await Verb.RunAsync(["schema", "list", schemas.Path, "--format", "csv"]);
        Assert.Equal(ExitCode.Done, code);
        Assert.Matches("(?m)^VCIP_CALL_PARKED,vkyc.call_parked,eventDetails.bay,bay,long,m,none,call_parked.avsc,[0-9a-f]{64}$", output);
        Assert.Matches("(?m)^VCIP_CUSTOMER_ASSIGNED,vkyc.customer_assigned,,,,,,customer_assigned.avsc,[0-9a-f]{64}$", output);
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_a_fault_of_usage_and_a_warehouse_that_is_not_there_exits_3()
    {
        var (code, _, error) = await Verb.RunAsync(["schema", "check", Path.Combine(schemas.Path, "gone"), "--files-only"]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("there is no such directory", error, StringComparison.Ordinal);

        var settings = folder.Write("settings.json", """{"Warehouse":{"Engine":"postgres","ConnectionString":"Host=127.0.0.1;Port=1;Username=nobody"}}""");
        Assert.Equal(ExitCode.Unreachable, (await Verb.RunAsync(["schema", "check", "--settings", settings])).Code);
    }
}
