using System.Text.Json;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary>Each exit code, from a command that is really run.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(ExitCode.Done, "--help", "")]
    [InlineData(ExitCode.Done, "query|--format|csv|SELECT 1 AS one", "")]
    [InlineData(ExitCode.Done, "audit", "Every offset is accounted for")]
    [InlineData(ExitCode.Found, "quarantine|show|vkyc.raw|0|1", "nothing in quarantine")]
    [InlineData(ExitCode.Usage, "qurey", "did you mean query?")]
    [InlineData(ExitCode.Usage, "query|--fromat|csv|SELECT 1", "did you mean --format?")]
    [InlineData(ExitCode.Usage, "query|--rows|many|SELECT 1", "--rows many: must be a whole number")]
    [InlineData(ExitCode.Usage, "query|--format|xml|SELECT 1", "must be table, csv, json or jsonl")]
    [InlineData(ExitCode.Usage, "progress", "a verb is missing; there are list, set")]
    [InlineData(ExitCode.Usage, "query|SELECT nothing FROM vkyc.events", "LINE 1")]
    [InlineData(ExitCode.Usage, "query|SET threads = 1", "SELECT and EXPLAIN, not SET")]
    public async Task A_command_ends_with_the_code_and_the_line(int code, string words, string said)
    {
        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["migrate", "--data", Data])).Code);
        var arguments = words.Split('|');
        var (actual, output, error) = await Verb.RunAsync(arguments is ["--help"] or ["qurey"] or ["progress"] ? arguments : [.. arguments, "--data", Data]);
        Assert.True(code == actual, $"{actual}: {output}{error}");
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_at_fault_are_2()
    {
        var (code, _, error) = await RunWithAsync(new { Warehouse = new { Engine = "oracle" } }, "migrate");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("Warehouse:Engine = oracle: must be one of duckdb, postgres", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_3()
    {
        // A port that was free a moment ago: nobody listens.
        using var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        var port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var (code, _, error) = await RunWithAsync(new { Warehouse = new { Engine = "postgres", ConnectionString = $"Host=127.0.0.1;Port={port};Username=nobody;Password=hunter2" } }, "migrate");
        Assert.Equal(ExitCode.Unreachable, code);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_restart_will_not_mend_is_4()
    {
        var (code, _, error) = await RunWithAsync(new { Warehouse = new { ScriptsDirectory = Path.Combine(folder.Path, "none") } }, "migrate");
        Assert.Equal(ExitCode.Fatal, code);
        Assert.Contains("ScriptsDirectory", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_ours_is_5_and_shows_where_it_came_from()
    {
        using var error = new MemoryStream();
        using var console = new VerbConsole(Stream.Null, new FaultyStream(), error, Width: null, HasInput: false);
        var code = await VkycCommand.RunAsync(new VerbContext(console, TimeProvider.System), ["completion", "bash"], TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Ours, code);
        Assert.Contains("please report it", System.Text.Encoding.UTF8.GetString(error.ToArray()), StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Error)> RunWithAsync(object settings, params string[] arguments) =>
        Verb.RunAsync([.. arguments, "--data", Data, "--settings", folder.Write("settings.json", JsonSerializer.Serialize(settings))]);

    private sealed class FaultyStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidDataException("a bug");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new InvalidDataException("a bug");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidDataException("a bug");

        public override void Flush()
        {
        }
    }
}
