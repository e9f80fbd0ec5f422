using System.Data.Common;
using CsCheck;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Marts;

namespace VkycEtl.ServerTests.Marts;

public abstract partial class MartsContract
{
    [Fact]
    public Task Workers_and_refreshers_at_once_give_the_same() => Gen.Int[0, int.MaxValue].SampleAsync(
        async seed =>
        {
            var (by, traffic) = (new Random(seed), new HostileTraffic(seed, Now()));
            await using var database = await NewAsync();
            // One loader a process, and a DuckDB file has one process.
            var programs = database.Warehouse.Engine == "duckdb" ? [database.Warehouse] : new[] { database.Another(), database.Another() };
            var shares = programs.Select(_ => new List<Delivered>()).ToList();
            foreach (var delivery in traffic.Shuffled(by))
                shares[by.Next(shares.Count)].Add(delivery);
            var cuts = shares.Select(share => TrafficLoad.Cut(share, by).ToList()).ToList();

            using var loading = new CancellationTokenSource();
            var refreshers = Enumerable.Range(0, 2).Select(_ => RefreshUntilAsync(database.Another(), loading.Token)).ToList();
            await Task.WhenAll(programs.Select((program, i) => Task.Run(() => LoadAllAsync(program, $"vkyc.raw{i}", cuts[i]))));
            await loading.CancelAsync();
            var refreshed = (await Task.WhenAll(refreshers)).Sum();

            var read = await database.RefreshAndReadAsync();
            read.AssertPlain($"{traffic}, by {programs.Length} workers");
            Assert.True(refreshed > 0, "Nothing was refreshed while the workers loaded");
            (await database.RebuildAndReadAsync()).AssertSame(read, $"{traffic}, rebuilt", ClockColumns);
        },
        iter: 3,
        threads: 1);

    [Fact]
    public async Task A_rebuild_counts_what_was_wrong_and_not_what_only_waited()
    {
        var traffic = new HostileTraffic(20260302, Now());
        await using var database = await NewAsync();
        using var worker = new TrafficLoad("vkyc.raw");
        await worker.LoadAsync(database.Warehouse, traffic.Deliveries.Take(150), Token);
        await database.RefreshAndReadAsync();
        await worker.LoadAsync(database.Warehouse, traffic.Deliveries.Skip(150), Token);
        var waiting = await database.ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL");
        Assert.InRange(waiting, 1, long.MaxValue);

        Assert.Equal(new Rebuilt(0, waiting), await database.Warehouse.Marts.RebuildAsync(progress: null, Token));
        Assert.Equal(new Rebuilt(0, 0), await database.Warehouse.Marts.RebuildAsync(progress: null, Token));

        await database.ExecuteAsync("UPDATE vkyc.transactions SET events = events + 1 WHERE transaction_key = (SELECT transaction_key FROM vkyc.call_attempts ORDER BY 1 LIMIT 1)");
        await database.ExecuteAsync("DELETE FROM vkyc.call_attempts WHERE attempt_key = (SELECT attempt_key FROM vkyc.call_attempts ORDER BY 1 DESC LIMIT 1)");
        await database.ExecuteAsync("UPDATE vkyc.call_attempts SET attempt_no = 77 WHERE attempt_key = (SELECT attempt_key FROM vkyc.call_attempts ORDER BY 1 LIMIT 1)");
        Assert.Equal(new Rebuilt(4, 0), await database.Warehouse.Marts.RebuildAsync(progress: null, Token));
        (await database.ReadAsync()).AssertPlain("mended");
    }

    [Fact]
    public async Task A_refresh_or_rebuild_cancelled_at_any_moment_has_done_nothing()
    {
        var traffic = new HostileTraffic(20260301, Now());
        await using var database = await NewAsync();
        using var worker = new TrafficLoad("vkyc.raw");
        await worker.LoadAsync(database.Warehouse, traffic.Deliveries.Take(100), Token);
        var before = await database.RefreshAndReadAsync();
        await worker.LoadAsync(database.Warehouse, traffic.Deliveries.Skip(100), Token);
        before = await database.ReadAsync();

        Assert.InRange(await CancelAsync(RefreshOnceAsync), 3, int.MaxValue);
        var refreshed = await database.ReadAsync();
        refreshed.AssertPlain("refreshed at last");
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL"));

        before = refreshed;
        await CancelAsync(token => database.Warehouse.Marts.RebuildAsync(progress: null, token));
        (await database.ReadAsync()).AssertSame(refreshed, "rebuilt at last", ClockColumns);

        // One transaction: of several the first would be there when the second is cancelled.
        async Task RefreshOnceAsync(CancellationToken token)
        {
            await using var connection = await database.Warehouse.Marts.OpenAsync(token);
            await database.Warehouse.Marts.RefreshAsync(connection, token);
        }

        // Gives it a little more time in every round, and looks at what each left behind.
        async Task<int> CancelAsync(Func<CancellationToken, Task> work)
        {
            var rounds = 0;
            for (var time = TimeSpan.FromMilliseconds(1); ; time *= 1.25)
            {
                using var cancellation = new CancellationTokenSource();
                // On a thread of its own: a timer's callback waits for one of the pool, and the work may be done before.
                var cancelled = Task.Factory.StartNew(
                    () =>
                    {
                        Thread.Sleep(time);
                        cancellation.Cancel();
                    },
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
                try
                {
                    // DuckDB works on the calling thread.
                    await Task.Run(() => work(cancellation.Token), Token);
                    return rounds;
                }
                catch (Exception fault) when (cancellation.IsCancellationRequested && fault is OperationCanceledException or DbException)
                {
                    rounds++;
                    (await database.ReadAsync()).AssertSame(before, $"cancelled after {time.TotalMilliseconds:N0} ms", ClockColumns);
                }
                finally
                {
                    await cancelled;
                }
            }
        }
    }

    [Fact]
    public async Task What_changes_nothing_moves_no_last_changed_at()
    {
        var traffic = new HostileTraffic(7, Now());
        await using var database = await NewAsync();
        using var worker = new TrafficLoad("vkyc.raw");
        await worker.LoadAsync(database.Warehouse, traffic.Deliveries, Token);
        var before = await database.RefreshAndReadAsync();

        await worker.LoadAsync(database.Warehouse, traffic.Deliveries.Reverse(), Token);
        Assert.Equal(1, await database.Warehouse.Marts.RefreshAllAsync(Token));
        (await database.RefreshAndReadAsync()).AssertSame(before, "loaded again", ClockColumns);

        // An event more in one transaction: it alone changes, and of its attempts none does.
        await worker.LoadAsync(database.Warehouse, [HostileTraffic.One("bank", "t0", "one-more", "VCIP_NEW", Now().AddDays(-2))], Token);
        var after = await database.RefreshAndReadAsync();
        after.AssertPlain("one more");
        after.AssertChangedSince(before, "one more");
        var (old, young) = (before["transactions"].ByKey("transaction_key"), after["transactions"].ByKey("transaction_key"));
        Assert.Single(young, row => old[row.Key] != row.Value);
        Cells.AssertEqual([(before["call_attempts"], after["call_attempts"])], "one more");
    }

    private static async Task LoadAllAsync(IWarehouse warehouse, string topic, IEnumerable<Delivered[]> batches)
    {
        using var worker = new TrafficLoad(topic);
        foreach (var batch in batches)
            await worker.LoadAsync(warehouse, batch, Token);
    }

    /// <summary>Refreshes over and over, as a worker's loop does.</summary>
    /// <returns>How many loads it applied.</returns>
    private static Task<int> RefreshUntilAsync(IWarehouse warehouse, CancellationToken end) => Task.Run(async () =>
    {
        var applied = 0;
        while (!end.IsCancellationRequested)
        {
            applied += await warehouse.Marts.RefreshAllAsync(Token);
            await Task.Yield();
        }

        return applied;
    });
}
