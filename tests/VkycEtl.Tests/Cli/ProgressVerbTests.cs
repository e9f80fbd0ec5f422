using System.Globalization;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary><c>vkyc progress</c> on DuckDB, carried to the process that loads meanwhile.</summary>
public sealed class ProgressVerbTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_rewind_beside_up_reads_all_again_doubles_nothing_and_the_audit_holds()
    {
        using var stop = new CancellationTokenSource();
        using var console = new VerbConsole(Stream.Null, Stream.Null, Stream.Null, Width: null, HasInput: false);
        var up = VkycCommand.RunAsync(
            new VerbContext(console, TimeProvider.System), ["up", "--port", "0", "--data", Data, "--simulate", "30", "--seed", "5"], stop.Token);
        await UntilAsync(async () => Directory.Exists(Data) && await AskAsync("SELECT count(DISTINCT transaction_id) FROM vkyc.events") == 30, up);
        var rows = await AskAsync("SELECT count(*) FROM vkyc.events");
        var offsets = await AskAsync("SELECT sum(loaded + duplicates) FROM vkyc_etl.load_ranges");

        var (dry, would, _) = await Verb.RunAsync(["progress", "set", "--all", "--to", "beginning", "--data", Data]);
        Assert.Equal(ExitCode.Done, dry);
        Assert.Contains("Nothing was changed. To do it, add --confirm vkyc.raw", would, StringComparison.Ordinal);
        Assert.Equal(1, await AskAsync("SELECT max(pass) FROM vkyc_etl.partition_progress"));

        var (code, _, error) = await Verb.RunAsync(["progress", "set", "--all", "--to", "beginning", "--confirm", "vkyc.raw", "--data", Data]);
        Assert.True(code == ExitCode.Done, error);
        await UntilAsync(async () => await AskAsync("SELECT coalesce(sum(duplicates), 0) FROM vkyc_etl.load_ranges WHERE pass = 2") == offsets, up);
        Assert.Equal(rows, await AskAsync("SELECT count(*) FROM vkyc.events"));

        var (listed, list, refusal) = await Verb.RunAsync(["progress", "list", "--format", "csv", "--data", Data]);
        Assert.True(listed == ExitCode.Done, refusal);
        Assert.DoesNotContain("behind", list, StringComparison.Ordinal);
        var (audited, report, findings) = await Verb.RunAsync(["audit", "--data", Data]);
        Assert.True(audited == ExitCode.Done, report + findings);
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await up.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    /// <summary>The one number that a query answers with; -1 while the warehouse is not there yet.</summary>
    private async Task<long> AskAsync(string sql)
    {
        var (code, output, _) = await Verb.RunAsync(["query", "--data", Data, "--format", "csv", sql]);
        return code == ExitCode.Done ? long.Parse(output.Split('\n')[1], CultureInfo.InvariantCulture) : -1;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Task<int> up)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.False(up.IsCompleted, "up has ended");
            Assert.True(DateTime.UtcNow < deadline, $"not within {Patience}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
