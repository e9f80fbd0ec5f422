using System.Text.Json;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Up;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary>Verbs from arguments to exit code, on a DuckDB file of the test's own.</summary>
public sealed class VerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("nope")]
    [InlineData("query", "--format", "xml", "SELECT 1")]
    [InlineData("query", "--format", "1", "SELECT 1")]
    [InlineData("query", "SELECT 1", "--file", "x.sql")]
    [InlineData("query")]
    [InlineData("query", "SELECT 1")]
    [InlineData("quarantine", "show", "topic", "one", "2")]
    [InlineData("simulate", "--to", "nowhere")]
    [InlineData("simulate", "--to", "http://127.0.0.1:1", "--transactions", "0")]
    [InlineData("simulate", "--to", "http://127.0.0.1:1", "--duplicates", "2")]
    [InlineData("up", "--port", "70000")]
    [InlineData("up", "--simulate", "0")]
    [InlineData("receiver")]
    [InlineData("worker")]
    public async Task A_fault_of_usage_is_told_in_a_line_and_exits_2(params string[] arguments)
    {
        var isVerbWithData = arguments[0] is "query" or "worker" or "quarantine" or "up";
        var (code, output, error) = await Verb.RunAsync(isVerbWithData ? [.. arguments, "--data", Data] : arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.StartsWith("vkyc: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_reads_argument_file_and_standard_input()
    {
        await MigrateAsync();
        var file = folder.Write("query.sql", "SELECT $n::int AS n -- from a file");
        Assert.Equal("[\n{\"n\":1}\n]\n", (await QueryAsync("--param", "n=1", "--file", file)).Output);
        Assert.Equal("[\n{\"n\":2}\n]\n", (await QueryAsync("SELECT 2 AS n")).Output);
        Assert.Equal("[\n{\"n\":3}\n]\n", (await Verb.RunAsync(["query", "--data", Data, "--format", "json"], "SELECT 3 AS n")).Output);
    }

    [Fact]
    public async Task A_fault_in_sql_shows_the_database_s_message_and_its_place()
    {
        await MigrateAsync();
        var (code, _, error) = await QueryAsync("SELECT nothing FROM vkyc.events");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("nothing", error, StringComparison.Ordinal);
        Assert.Contains("LINE 1", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM vkyc.events")]
    [InlineData("CREATE TABLE t (i int)")]
    [InlineData("COPY (SELECT 1) TO 'x.csv'")]
    public async Task Query_does_not_write(string sql)
    {
        await MigrateAsync();
        Assert.Equal(ExitCode.Usage, (await QueryAsync(sql)).Code);
    }

    [Fact]
    public async Task Migrate_says_what_it_did_and_then_that_nothing_is_left()
    {
        Assert.Contains("vkyc.events", (await MigrateAsync()).Output, StringComparison.Ordinal);
        Assert.Equal("The warehouse is up to date.\n", (await MigrateAsync()).Output);
    }

    [Fact]
    public async Task The_funnel_of_up_runs_on_an_empty_warehouse()
    {
        await MigrateAsync();
        var (code, output, _) = await QueryAsync(SimulatedStart.Funnel);
        Assert.Equal((ExitCode.Done, "[]\n"), (code, output));
    }

    [Fact]
    public async Task While_another_process_owns_the_warehouse_a_verb_runs_over_there()
    {
        await MigrateAsync();
        var directory = new DataDirectory(Data);
        using var console = new VerbConsole(Stream.Null, Stream.Null, Stream.Null, Width: null, HasInput: false);
        var context = new VerbContext(console, TimeProvider.System);
        await using var owner = await OwnedWarehouse.OpenAsync(
            context, VkycSettings.Load(file: null, directory), directory, "up", TestContext.Current.CancellationToken);

        var (code, output, _) = await QueryAsync("SELECT count(*) AS n, $text AS text FROM vkyc.events", "--param", "text=ü|x");
        Assert.Equal((ExitCode.Done, "[\n{\"n\":0,\"text\":\"ü|x\"}\n]\n"), (code, output));
        Assert.Equal(ExitCode.Usage, (await QueryAsync("SELEC")).Code);
        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["audit", "--data", Data])).Code);
        Assert.Equal(ExitCode.Found, (await Verb.RunAsync(["quarantine", "show", "t", "0", "1", "--data", Data])).Code);
        Assert.Equal("The warehouse is up to date.\n", (await MigrateAsync()).Output);

        var (upCode, _, upError) = await Verb.RunAsync(["up", "--data", Data, "--port", "0"]);
        Assert.Equal(ExitCode.Usage, upCode);
        Assert.Contains($"'vkyc up' (process {Environment.ProcessId})", upError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_queries_at_once_all_get_their_answer()
    {
        await MigrateAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => QueryAsync($"SELECT {i} AS i")));
        Assert.All(answers, answer => Assert.Equal(ExitCode.Done, answer.Code));
        Assert.Equal(Enumerable.Range(0, 12), answers.Select(answer => JsonDocument.Parse(answer.Output).RootElement[0].GetProperty("i").GetInt32()));
    }

    [Fact]
    public async Task A_quarantined_event_is_listed_and_shown_with_its_bytes()
    {
        await MigrateAsync();
        var directory = new DataDirectory(Data);
        await using (var opened = Warehouses.Open(VkycSettings.Load(file: null, directory), TimeProvider.System))
        await using (var connection = await opened.Warehouse.OpenWriterAsync(TestContext.Current.CancellationToken))
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = """
                INSERT INTO vkyc_etl.quarantine (source_topic, source_partition, source_offset, pass, reason_code, reason_text, record_key, headers, body,
                    received_at, load_id, quarantined_at, cluster_id, topic_id)
                VALUES ('vkyc.raw', 2, 7, 1, 'not_a_json_object', 'not JSON', NULL, '[]', '\xFF\x00ab'::blob, now(), uuid(), now(), 'c', 't'),
                       ('vkyc.raw', 2, 8, 1, 'too_deep', 'deep', 'k'::blob, '[]', '{"é":1}'::text::blob, now(), uuid(), now(), 'c', 't')
                """.Replace("'{\"é\":1}'::text::blob", "encode('{\"é\":1}')", StringComparison.Ordinal);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var list = JsonDocument.Parse((await Verb.RunAsync(["quarantine", "list", "--data", Data, "--format", "json", "--reason", "too_deep"])).Output).RootElement;
        Assert.Equal(8, Assert.Single(list.EnumerateArray()).GetProperty("source_offset").GetInt64());
        Assert.Equal(8, list[0].GetProperty("bytes").GetInt64());

        Assert.Contains("{\"é\":1}", (await Verb.RunAsync(["quarantine", "show", "vkyc.raw", "2", "8", "--data", Data])).Output, StringComparison.Ordinal);
        Assert.Contains(@"\xff006162", (await Verb.RunAsync(["quarantine", "show", "vkyc.raw", "2", "7", "--data", Data])).Output, StringComparison.Ordinal);
        Assert.Equal("{\"é\":1}", (await Verb.RunAsync(["quarantine", "show", "vkyc.raw", "2", "8", "--raw", "--data", Data])).Output);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://192.0.2.1:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("ftp://127.0.0.1")]
    public async Task Up_listens_on_this_machine_only(string url)
    {
        var settings = folder.Write("settings.json", JsonSerializer.Serialize(new { Receiver = new { Url = url } }));
        var (code, _, error) = await Verb.RunAsync(["up", "--data", Data, "--settings", settings]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"Receiver:Url = {url}", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public void The_settings_that_come_with_the_program_are_right() =>
        Assert.True(VkycSettings.Load(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), new DataDirectory(Data)).IsDuckDb);

    private Task<(int Code, string Output, string Error)> MigrateAsync() => Verb.RunAsync(["migrate", "--data", Data]);

    private Task<(int Code, string Output, string Error)> QueryAsync(params string[] arguments) =>
        Verb.RunAsync(["query", "--data", Data, "--format", "json", .. arguments]);
}
