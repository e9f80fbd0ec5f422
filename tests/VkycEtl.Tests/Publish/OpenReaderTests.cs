using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;
using VkycEtl.Tests.Cli;

namespace VkycEtl.Tests.Publish;

/// <summary>A BI tool that has <c>published/vkyc.duckdb</c> open while <c>vkyc up</c> loads: never refused, never shown less than before, in the end shown everything.</summary>
public sealed class OpenReaderTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder folder = new();

    private string Reader => Path.Combine(folder.Path, "data", "published", "vkyc.duckdb");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_reader_that_stays_open_asks_during_a_load()
    {
        const int transactions = 800;
        var settings = folder.Write("settings.json", """{ "Warehouse": { "PublishEvery": "00:00:00.05" }, "Worker": { "BatchRows": 100 } }""");
        using var stop = new CancellationTokenSource();
        using var errors = new TextSink();
        using var console = new VerbConsole(Stream.Null, Stream.Null, errors, Width: null, HasInput: false);
        var up = VkycCommand.RunAsync(
            new VerbContext(console, TimeProvider.System),
            ["up", "--port", "0", "--data", Path.Combine(folder.Path, "data"), "--settings", settings, "--simulate", $"{transactions}", "--seed", "3"],
            stop.Token);
        await UntilAsync(() => File.Exists(Reader), up, errors);
        await using var reader = new DuckDBConnection($"Data Source={Reader};access_mode=READ_ONLY");
        await reader.OpenAsync(TestContext.Current.CancellationToken);

        var (seen, generations) = ((Events: 0L, Transactions: 0L, Entered: 0L), new HashSet<long>());
        await UntilAsync(
            () =>
            {
                var now = (
                    Events: reader.ExecuteScalar<long>("SELECT count(*) FROM vkyc.events"),
                    Transactions: reader.ExecuteScalar<long>("SELECT count(*) FROM vkyc.transactions"),
                    Entered: reader.ExecuteScalar<long>("SELECT coalesce(sum(entered), 0) FROM vkyc.funnel_daily WHERE cohort = 'any' AND stage_no = 0"));
                Assert.True(now.Events >= seen.Events && now.Transactions >= seen.Transactions && now.Entered >= seen.Entered, $"{now} after {seen}");
                generations.Add(now.Events);
                seen = now;
                return seen.Transactions == transactions && seen.Entered == transactions;
            },
            up,
            errors);
        Assert.True(generations.Count > 2, $"only {generations.Count} generations were seen");

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await up.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, reader.ExecuteScalar<long>("SELECT marts_behind_loads FROM vkyc.freshness"));
        Assert.Equal(
            reader.ExecuteScalar<long>("SELECT count(*) FROM vkyc.events WHERE event_time IS NOT NULL"), reader.ExecuteScalar<long>("SELECT sum(events) FROM vkyc.transactions"));
    }

    private static async Task UntilAsync(Func<bool> condition, Task<int> up, TextSink errors)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.False(up.IsCompleted, errors.Text);
            Assert.True(DateTime.UtcNow < deadline, $"not within {Patience}: {errors.Text}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
