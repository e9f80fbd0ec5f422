using Npgsql;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>Workers that come, go, freeze and die, on three brokers: whatever happens, the tables are what was sent.</summary>
public sealed class WorkerFaultTests(SharedKafka kafka, PostgresServer postgres)
{
    [Fact]
    public async Task Two_workers_share_the_partitions_and_load_each_event_once()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 4);
        await scenario.SendAsync(1_000);
        await using var first = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => first.Output);
        await using var second = scenario.StartWorker();
        await Eventually.TrueAsync(
            () => Task.FromResult(second.Output.Contains("reading from offset", StringComparison.Ordinal)), "the second worker reads", details: () => second.Output);

        await scenario.SendAsync(4_000);
        await scenario.AwaitRowsAsync(() => first.Output + second.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(2, await scenario.CountAsync("SELECT count(DISTINCT worker) FROM vkyc_etl.loads"));
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
    }

    [Theory]
    [InlineData("vkyc.events")]
    [InlineData("vkyc_etl.loads")]
    [InlineData("vkyc_etl.load_ranges")]
    public async Task A_worker_killed_in_mid_load_leaves_nothing_half_done(string heldBeforeTable)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await scenario.SendAsync(600);
        await using var killed = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => killed.Output);
        await using (await scenario.HoldLoadsAsync(heldBeforeTable))
        {
            await scenario.SendAsync(900);
            await scenario.AwaitHeldLoadAsync(() => killed.Output);
            await killed.KillAsync();
        }

        Assert.Equal(600, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        await using var successor = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => successor.Output);

        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task Killed_at_any_moment_again_and_again_it_ends_with_every_event_once()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await scenario.SendAsync(6_000);
        var rows = 0L;
        for (var i = 0; i < 4; i++)
        {
            await using var worker = scenario.StartWorker(("Worker:BatchRows", "37"));
            var before = rows;
            await scenario.AwaitAsync($"(SELECT count(*) FROM vkyc.events) > {before}", "some rows more", () => worker.Output);
            await worker.KillAsync();
            rows = await scenario.CountAsync("SELECT count(*) FROM vkyc.events");
        }

        await using var last = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => last.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
    }

    [Fact]
    public async Task A_partition_taken_away_during_a_load_is_loaded_once()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 4);
        await scenario.SendAsync(400);
        await using var owner = scenario.StartWorker(
            ("Worker:HandOverWait", "00:00:02"), ("Worker:BatchWait", "00:00:01"), ("Worker:BatchRows", "10000"));
        await scenario.AwaitRowsAsync(() => owner.Output);
        await using var hold = await scenario.HoldLoadsAsync();
        await scenario.SendAsync(2_000);
        await scenario.AwaitHeldLoadAsync(() => owner.Output);

        // The second worker gets half of the partitions while the first one's load is stuck for longer than the hand-over waits.
        await using var taker = scenario.StartWorker();
        await Eventually.TrueAsync(
            () => Task.FromResult(taker.Output.Contains("reading from offset", StringComparison.Ordinal)),
            "the second worker reads",
            details: () => owner.Output + taker.Output);
        Assert.Contains("took longer than", owner.Output, StringComparison.Ordinal);
        await hold.DisposeAsync();
        await scenario.SendAsync(1_000);
        await scenario.AwaitRowsAsync(() => owner.Output + taker.Output);

        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task A_stopped_worker_that_wakes_after_its_successor_has_loaded_changes_nothing()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await scenario.SendAsync(300);
        await using var frozen = scenario.StartWorker(("Warehouse:IdleInTransactionTimeout", "00:00:05"));
        await scenario.AwaitRowsAsync(() => frozen.Output);
        await using (await scenario.HoldLoadsAsync())
        {
            await scenario.SendAsync(600);
            await scenario.AwaitHeldLoadAsync(() => frozen.Output);
            frozen.Freeze();
        }

        await using var successor = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => successor.Output, seconds: 120);
        frozen.Thaw();
        await scenario.SendAsync(300);
        await scenario.AwaitRowsAsync(() => frozen.Output + successor.Output);
        await Eventually.TrueAsync(
            () => Task.FromResult(frozen.Output.Contains("reads stored progress again", StringComparison.Ordinal)
                || frozen.Output.Contains("lost", StringComparison.Ordinal)),
            "the woken worker notices",
            details: () => frozen.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
    }

    [Fact]
    public async Task A_clean_stop_hands_over_everything_that_was_read()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await scenario.SendAsync(50);
        var url = $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}";
        await using var worker = scenario.StartWorker(
            ("Worker:BatchWait", "00:30:00"), ("Worker:BatchRows", "100000"), ("Worker:Url", url));
        await Eventually.TrueAsync(
            () => Task.FromResult(worker.Output.Contains("reading from offset", StringComparison.Ordinal)), "the worker reads", details: () => worker.Output);
        // It has read all there is, and loaded none of it.
        await Eventually.TrueAsync(
            async () => await worker.ReadWaitingAsync(url) == 50, "everything is read", details: () => worker.Output);
        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));

        Assert.Equal(0, await worker.TerminateAsync());

        Assert.Equal(50, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task A_worker_stopped_before_its_load_changes_nothing_when_it_wakes()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await using var proxy = new PostgresProxy(new NpgsqlConnectionStringBuilder(scenario.Database).Port);
        var throughProxy = new NpgsqlConnectionStringBuilder(scenario.Database) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString;
        await using var frozen = scenario.StartWorker(("Warehouse:ConnectionString", throughProxy));
        await scenario.SendAsync(300);
        await scenario.AwaitRowsAsync(() => frozen.Output);

        // It has two batches in memory and no database, and stops.
        proxy.Sever();
        await scenario.SendAsync(1_200);
        await Eventually.TrueAsync(
            () => Task.FromResult(frozen.Output.Contains("fetching held", StringComparison.Ordinal)), "batches wait", details: () => frozen.Output);
        frozen.Freeze();
        await using var successor = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => successor.Output, seconds: 120);

        proxy.Restore();
        frozen.Thaw();
        await Eventually.TrueAsync(
            () => Task.FromResult(frozen.Output.Contains("moved; they are dropped", StringComparison.Ordinal)),
            "the woken worker's batch does not fit",
            TimeSpan.FromSeconds(60),
            () => frozen.Output);
        await scenario.SendAsync(300);
        await scenario.AwaitRowsAsync(() => frozen.Output + successor.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
    }

    [Fact]
    public async Task A_rolling_restart_under_traffic_loads_each_event_once()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 4);
        await scenario.SendAsync(200);
        var workers = new[] { scenario.StartWorker(), scenario.StartWorker() };
        using var enough = new CancellationTokenSource();
        var traffic = Task.CompletedTask;
        try
        {
            await scenario.AwaitRowsAsync(() => workers[0].Output + workers[1].Output);
            traffic = Task.Run(async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    await scenario.SendAsync(40);
                    // No faster than the slowest machine loads.
                    await Task.Delay(20);
                }
            });

            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(0, await workers[i % 2].TerminateAsync());
                await workers[i % 2].DisposeAsync();
                var next = workers[i % 2] = scenario.StartWorker();
                await Eventually.TrueAsync(
                    () => Task.FromResult(next.Output.Contains("reading from offset", StringComparison.Ordinal)), "the next one reads", details: () => next.Output);
            }

            await enough.CancelAsync();
            await traffic;
            await scenario.AwaitRowsAsync(() => workers[0].Output + workers[1].Output);

            await scenario.AssertExactAsync();
            Assert.Equal(0, await scenario.SumAsync("duplicates"));
        }
        finally
        {
            // Where it failed, too, nothing runs on beside the tests that follow.
            await enough.CancelAsync();
            await traffic.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            foreach (var worker in workers)
                await worker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_partition_taken_away_and_given_back_is_loaded_once()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 4);
        await scenario.SendAsync(200);
        var url = $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}";
        await using var owner = scenario.StartWorker(("Worker:BatchWait", "00:30:00"), ("Worker:BatchRows", "100000"), ("Worker:Url", url));
        await Eventually.TrueAsync(async () => await owner.ReadWaitingAsync(url) == 200, "everything is read", TimeSpan.FromSeconds(60), () => owner.Output);

        // The taker loads what the owner has in memory of two partitions, and gives them back.
        await using (var taker = scenario.StartWorker())
        {
            await scenario.AwaitRowsAsync(() => owner.Output + taker.Output, atLeast: 100);
            Assert.Equal(0, await taker.TerminateAsync());
        }

        await scenario.AwaitAssignmentsAsync(owner, 2);
        await scenario.SendAsync(80);
        await Eventually.TrueAsync(async () => await owner.ReadWaitingAsync(url) == 180, "everything is read", TimeSpan.FromSeconds(60), () => owner.Output);
        Assert.Equal(0, await owner.TerminateAsync());

        Assert.Equal(280, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
    }

    [Fact]
    public async Task Copies_that_two_workers_load_from_other_partitions_count_once()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 4);
        await using var first = scenario.StartWorker();
        await using var second = scenario.StartWorker();
        // The first to have partitions would load all of it before the other has any.
        await Eventually.TrueAsync(
            () => Task.FromResult(new[] { first, second }.All(worker => worker.Output.Contains("reading from offset", StringComparison.Ordinal))),
            "both workers read",
            TimeSpan.FromSeconds(60),
            () => first.Output + second.Output);
        await scenario.SendAsync(1_000);
        var differing = await scenario.SendAgainAsync();
        await scenario.SendAgainAsync();

        await scenario.AwaitAsync(
            "(SELECT sum(last_offset - first_offset + 1) FROM vkyc_etl.load_ranges) = 3000", "all offsets", () => first.Output + second.Output);
        await scenario.AssertEventsAsync();
        Assert.Equal(differing, await scenario.CountAsync("SELECT count(*) FROM vkyc.events WHERE event_time < '2026-11-25T09:00:00Z'"));
        Assert.Equal(differing, await scenario.CountAsync("SELECT count(*) FROM vkyc.events WHERE 'conflicting_copies' = ANY (issues)"));
        Assert.Equal(2, await scenario.CountAsync("SELECT count(DISTINCT worker) FROM vkyc_etl.loads"));
    }
}
