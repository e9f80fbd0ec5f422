using Npgsql;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>A PostgreSQL that restarts, stays away, does not answer, or refuses a row.</summary>
public sealed class DatabaseFaultTests(SharedKafka kafka, PostgresServer postgres)
{
    [Fact]
    public async Task Restarts_in_mid_load_lose_and_double_nothing()
    {
        await using var server = await PrivatePostgres.StartNewAsync(TestContext.Current.CancellationToken);
        var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var scenario = await Scenario.CreateAsync(await kafka.GetAsync(TestContext.Current.CancellationToken), database);
        await using var worker = scenario.StartWorker(("Worker:BatchRows", "50"));
        await scenario.SendAsync(500);
        await scenario.AwaitRowsAsync(() => worker.Output);
        for (var i = 0; i < 3; i++)
        {
            await scenario.SendAsync(2_000);
            await server.RestartAsync(immediate: true, TestContext.Current.CancellationToken);
        }

        await scenario.AwaitRowsAsync(() => worker.Output, seconds: 120);

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.quarantine"));
    }

    [Fact]
    public async Task An_outage_longer_than_the_session_keeps_the_membership_and_quarantines_nothing()
    {
        await using var server = await PrivatePostgres.StartNewAsync(TestContext.Current.CancellationToken);
        var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var scenario = await Scenario.CreateAsync(await kafka.GetAsync(TestContext.Current.CancellationToken), database);
        await using var worker = scenario.StartWorker(("Kafka:Consumer:max.poll.interval.ms", "6000"));
        await scenario.SendAsync(300);
        await scenario.AwaitRowsAsync(() => worker.Output);

        await server.StopAsync();
        await scenario.SendAsync(5_000);
        await Eventually.TrueAsync(
            () => Task.FromResult(worker.Output.Contains("fetching held", StringComparison.Ordinal)), "fetching is held", details: () => worker.Output);
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await server.StartAsync(TestContext.Current.CancellationToken);
        await scenario.AwaitRowsAsync(() => worker.Output, seconds: 120);

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.quarantine"));
        Assert.Single(worker.Output.Split('\n'), line => line.Contains("assigned partitions", StringComparison.Ordinal));
        Assert.DoesNotContain("partitions 0 1 2 lost", worker.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_to_commit_lost_is_settled_by_stored_progress(bool commitArrives)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await using var proxy = new PostgresProxy(new NpgsqlConnectionStringBuilder(scenario.Database).Port);
        var throughProxy = new NpgsqlConnectionStringBuilder(scenario.Database) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString;
        await using var worker = scenario.StartWorker(("Warehouse:ConnectionString", throughProxy));
        await scenario.SendAsync(300);
        await scenario.AwaitRowsAsync(() => worker.Output);

        for (var i = 1; i <= 3; i++)
        {
            proxy.LoseNextCommit(commitArrives);
            await scenario.SendAsync(500);
            await Eventually.TrueAsync(() => Task.FromResult(proxy.Lost == i), "an answer to COMMIT is lost", details: () => worker.Output);
            await scenario.AwaitRowsAsync(() => worker.Output);
        }

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
        Assert.Contains("the outcome of COMMIT is unknown", worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_the_database_refuses_is_quarantined_alone()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await using var worker = scenario.StartWorker();
        await scenario.SendAsync(10);
        await scenario.AwaitRowsAsync(() => worker.Output);
        await scenario.ExecuteAsync("ALTER TABLE vkyc.events ADD CONSTRAINT no_agent_3 CHECK (transaction_id <> 'poison')");

        await scenario.SendJunkAsync(0, """{"appId":"bank","transactionId":"poison","eventType":"VCIP_CALL_STARTED","eventId":"p"}""");
        await scenario.SendAsync(150);
        await scenario.AwaitRowsAsync(() => worker.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(1, await scenario.CountAsync(
            "SELECT count(*) FROM vkyc_etl.quarantine WHERE reason_code = 'refused_by_database' AND convert_from(body, 'UTF8') LIKE '%poison%'"));
        Assert.Equal(1, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.quarantine"));
    }

    [Fact]
    public async Task Too_much_poison_is_the_schemas_fault_and_stops_the_worker_with_code_4()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await using var worker = scenario.StartWorker();
        await scenario.SendAsync(10);
        await scenario.AwaitRowsAsync(() => worker.Output);
        await scenario.ExecuteAsync("ALTER TABLE vkyc.events ADD CONSTRAINT nothing CHECK (agent_id IS NULL) NOT VALID");

        await scenario.SendAsync(500);

        Assert.Equal(4, await worker.WaitForExitAsync());
        Assert.Equal(10, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        Assert.Equal(0, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.quarantine"));
    }
}
