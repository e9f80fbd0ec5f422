using Dapper;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>The loop that keeps the derived tables is held, killed and refused: loading goes on, and each load is applied once.</summary>
public sealed class MartsFaultTests(SharedKafka kafka, PostgresServer postgres)
{
    private const string Queue = "(SELECT count(*) FROM vkyc_etl.loads WHERE marts_applied_at IS NULL)";

    private const string Refreshers = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'vkyc marts')";

    [Theory]
    [InlineData("vkyc.call_attempts")]
    [InlineData("vkyc.transactions")]
    [InlineData("vkyc_etl.event_type_days")]
    public async Task Killed_in_mid_refresh_it_leaves_nothing_half_done_and_nothing_out(string heldBeforeTable)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        Assert.Equal(0, (await scenario.RunVerbAsync("migrate")).ExitCode);
        await using var killed = scenario.StartWorker();
        await using (await scenario.HoldLoadsAsync(heldBeforeTable))
        {
            await scenario.SendAsync(300);
            await scenario.AwaitHeldLoadAsync(() => killed.Output);

            // A refresh stands in the middle; loading does not wait for it.
            await scenario.SendAsync(900);
            await scenario.AwaitRowsAsync(() => killed.Output);
            await killed.KillAsync();
        }

        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc.transactions"));
        Assert.True(await scenario.CountAsync($"SELECT {Queue}") > 1);
        await using var successor = scenario.StartWorker();
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => successor.Output);

        await AssertDerivedAsync(scenario, events: 1_200);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_refresh_that_stands()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        Assert.Equal(0, (await scenario.RunVerbAsync("migrate")).ExitCode);
        // No time-out of the database's ends the wait in the stop's place.
        await using var stopped = scenario.StartWorker(("Warehouse:LockTimeout", "01:00:00"));
        await using (await scenario.HoldLoadsAsync("vkyc.transactions"))
        {
            await scenario.SendAsync(300);
            await scenario.AwaitHeldLoadAsync(() => stopped.Output);
            await scenario.SendAsync(300);
            await scenario.AwaitRowsAsync(() => stopped.Output);

            Assert.Equal(0, await stopped.TerminateAsync());
            await scenario.AwaitAsync($"{Refreshers} = 0", "nothing of it goes on in the database", () => stopped.Output);
        }

        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc.transactions"));
        await using var successor = scenario.StartWorker();
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => successor.Output);

        await AssertDerivedAsync(scenario, events: 600);
    }

    [Fact]
    public async Task Killed_at_any_moment_under_two_workers_it_ends_as_if_made_from_nothing()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 4);
        await scenario.SendAsync(3_000);
        await using var other = scenario.StartWorker(("Worker:BatchRows", "41"));
        for (var i = 1; i <= 3; i++)
        {
            await using var worker = scenario.StartWorker(("Worker:BatchRows", "37"));
            await scenario.AwaitAsync($"(SELECT coalesce(sum(events), 0) FROM vkyc.transactions) > {i * 300}", "some events more are derived", () => worker.Output);
            await worker.KillAsync();
        }

        await scenario.AwaitRowsAsync(() => other.Output);
        await scenario.SendAgainAsync();
        await scenario.AwaitAsync("(SELECT sum(loaded + duplicates + quarantined) FROM vkyc_etl.load_ranges) = 6000", "the copies are settled", () => other.Output);
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => other.Output);

        await AssertDerivedAsync(scenario, events: 3_000);
        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.superseded_rows"));
    }

    [Fact]
    public async Task While_one_worker_refreshes_no_other_does()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await using var first = scenario.StartWorker();
        await scenario.SendAsync(600);
        await scenario.AwaitRowsAsync(() => first.Output);
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => first.Output);
        await using var second = scenario.StartWorker();
        await scenario.AwaitAsync($"{Refreshers} = 2", "both have a refresher", () => second.Output);
        await using (await scenario.HoldLoadsAsync("vkyc_etl.event_type_days"))
        {
            // Copies change rows that are there already, which no key would refuse a second time.
            await scenario.SendAgainAsync();
            await scenario.AwaitHeldLoadAsync(() => first.Output + second.Output);
            await scenario.ExecuteAsync("CREATE TABLE public.held AS SELECT clock_timestamp() AS since");
            await scenario.AwaitAsync(
                "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'vkyc marts' AND state = 'idle' AND query_start > (SELECT since FROM public.held)) > 0"
                + " OR (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) > 1",
                "the other has tried too",
                () => first.Output + second.Output);
        }

        await scenario.AwaitAsync("(SELECT sum(loaded + duplicates + quarantined) FROM vkyc_etl.load_ranges) = 1200", "the copies are settled", () => first.Output + second.Output);
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => first.Output + second.Output);

        await AssertDerivedAsync(scenario, events: 600);
    }

    [Fact]
    public async Task A_load_that_commits_after_later_ones_were_applied_is_applied_too()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await using var worker = scenario.StartWorker();
        await scenario.SendAsync(300);
        await scenario.AwaitRowsAsync(() => worker.Output);
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => worker.Output);

        await scenario.ExecuteAsync("""
            WITH late AS (
                INSERT INTO vkyc_etl.loads (load_id, worker, begun_at, committed_at, schema_set, rows)
                VALUES ('00000000-0000-7000-8000-000000000001', 'slow', now() - interval '1 hour', now(), '', 1) RETURNING load_id
            )
            INSERT INTO vkyc.events (transaction_key, event_key, event_id, event_type, app_id, transaction_id, event_time, issues, received_at, source_topic, source_partition, source_offset,
                schema_version, content_digest, load_id, loaded_at)
            SELECT e.transaction_key, gen_random_uuid(), 'late', e.event_type, e.app_id, e.transaction_id, e.event_time, e.issues, e.received_at, e.source_topic, e.source_partition, e.source_offset,
                e.schema_version, gen_random_uuid(), late.load_id, now()
            FROM late CROSS JOIN (SELECT * FROM vkyc.events LIMIT 1) AS e
            """);
        await scenario.AwaitAsync($"{Queue} = 0", "the late load is applied", () => worker.Output);

        await AssertDerivedAsync(scenario, events: 301);
    }

    [Fact]
    public async Task What_refuses_a_refresh_stops_no_load_and_is_caught_up_with()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        Assert.Equal(0, (await scenario.RunVerbAsync("migrate")).ExitCode);
        await scenario.ExecuteAsync("ALTER TABLE vkyc.transactions ADD CONSTRAINT refused CHECK (false) NOT VALID");
        await using var worker = scenario.StartWorker();
        await scenario.SendAsync(500);
        await Eventually.TrueAsync(
            () => Task.FromResult(worker.Output.Contains("derived tables not refreshed, loading goes on", StringComparison.Ordinal)), "the loop says so", details: () => worker.Output);
        await scenario.SendAsync(500);
        await scenario.AwaitRowsAsync(() => worker.Output);
        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc.transactions"));

        await scenario.ExecuteAsync("ALTER TABLE vkyc.transactions DROP CONSTRAINT refused");
        await scenario.AwaitAsync($"{Queue} = 0", "every load is applied", () => worker.Output);

        await Eventually.TrueAsync(
            () => Task.FromResult(worker.Output.Contains("derived tables are refreshed again", StringComparison.Ordinal)), "the loop says so", details: () => worker.Output);
        await AssertDerivedAsync(scenario, events: 1_000);
    }

    [Fact]
    public async Task A_rebuild_waits_for_another_as_long_as_it_takes()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        Assert.Equal(0, (await scenario.RunVerbAsync("migrate")).ExitCode);
        scenario.Settings["Warehouse:LockTimeout"] = "00:00:01";
        await using var holder = await scenario.OpenAsync();
        await holder.ExecuteAsync("SELECT pg_advisory_lock(7813047, 17)");
        var rebuild = scenario.RunVerbAsync("marts", "rebuild");
        await scenario.AwaitAsync("EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND now() - query_start > interval '2 seconds')", "it has waited for longer than a lock may take", () => $"{rebuild.Status}");
        await holder.ExecuteAsync("SELECT pg_advisory_unlock(7813047, 17)");
        var (code, output) = await rebuild;
        Assert.True(code == 0, output);
    }

    /// <summary>Each event counts once, and a rebuild finds every row as it has to be.</summary>
    private static async Task AssertDerivedAsync(Scenario scenario, long events)
    {
        Assert.Equal(events, await scenario.CountAsync("SELECT sum(events)::bigint FROM vkyc.transactions"));
        Assert.Equal(events, await scenario.CountAsync("SELECT count(*) FROM vkyc.call_attempts"));
        Assert.Equal(events, await scenario.CountAsync("SELECT sum(events)::bigint FROM vkyc.observed_event_types"));
        Assert.Equal(events, await scenario.CountAsync("SELECT sum(events)::bigint FROM vkyc_etl.received_quarters WHERE issue = ''"));
        Assert.Equal(
            await scenario.CountAsync("SELECT count(*) FROM vkyc.events WHERE 'conflicting_copies' = ANY (issues)"),
            await scenario.CountAsync("SELECT coalesce(sum(events), 0)::bigint FROM vkyc.data_quality_daily WHERE issue = 'conflicting_copies'"));
        Assert.Equal(
            await scenario.CountAsync("SELECT count(*) FROM vkyc.transactions"),
            await scenario.CountAsync("SELECT sum(entered)::bigint FROM vkyc.funnel_daily WHERE cohort = 'any' AND stage_no = 4 AND reached = entered"));
        var (code, output) = await scenario.RunVerbAsync("marts", "rebuild");
        Assert.True(code == 0 && output.Contains("every row was as it had to be", StringComparison.Ordinal), output);
    }
}
