using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.Postgres;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Load;

/// <summary>What only PostgreSQL has: several loaders at once, backends that end, roles, locks.</summary>
public sealed class PostgresLoaderTests(PostgresServer postgres) : IAsyncLifetime
{
    private WarehouseOptions options = new();
    private PostgresWarehouse warehouse = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        options = new WarehouseOptions
        {
            Engine = "postgres",
            ConnectionString = await postgres.CreateDatabaseAsync(Token),
            IdleInTransactionTimeout = TimeSpan.FromSeconds(10),
        };
        warehouse = Open();
        await warehouse.MigrateAsync(Token);
    }

    public async ValueTask DisposeAsync() => await warehouse.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_loaders_that_load_the_same_offsets_one_wins(bool hasProgress)
    {
        var topic = new TestTopic();
        if (hasProgress)
        {
            var before = topic.BatchOf([.. Enumerable.Range(0, 3).Select(partition => topic.Row(new Delivery(1000 + partition), partition))]);
            Assert.True((await warehouse.LoadAsync(before, Token)).IsCommitted);
            topic.Loaded(before);
        }

        var batch = topic.BatchOf([.. Enumerable.Range(0, 300).Select(n => topic.Row(new Delivery(n), n % 3))]);
        var loaders = Enumerable.Range(0, 4).Select(_ => Open()).ToList();
        // Other events for each: nothing but progress stands between them.
        var outcomes = await Task.WhenAll(loaders.Select(loader => loader.LoadAsync(
            batch with { LoadId = Guid.CreateVersion7(), Rows = [.. batch.Rows.Select(row => row with { EventKey = Guid.NewGuid() })] }, Token)));
        Assert.Single(outcomes, outcome => outcome.IsCommitted);
        Assert.Equal(hasProgress ? 303 : 300, (await QueryAsync<long>("SELECT count(*) FROM vkyc.events")).Single());
        await AssertAuditIsCleanAsync();
        foreach (var loader in loaders)
            await loader.DisposeAsync();
    }

    [Fact]
    public async Task Loaders_with_the_same_events_in_opposite_orders_do_not_deadlock()
    {
        var forward = new TestTopic("forward", "app");
        var backward = new TestTopic("backward", "app");
        await using var other = Open();
        for (var round = 0; round < 10; round++)
        {
            // A content that differs every other round, so that rows are settled and marked as well.
            var deliveries = Enumerable.Range(0, 200).Select(n => new Delivery(round * 150 + n, n % 7 == 0 ? 1 : 0)).ToArray();
            var one = forward.Batch(deliveries);
            var two = backward.Batch([.. deliveries.Reverse().Select(delivery => delivery with { Content = 0 })]);
            var outcomes = await Task.WhenAll(warehouse.LoadAsync(one, Token), other.LoadAsync(two, Token));
            Assert.All(outcomes, outcome => Assert.True(outcome.IsCommitted));
            forward.Loaded(one);
            backward.Loaded(two);
        }

        Assert.Equal(10 * 150 + 50, (await QueryAsync<long>("SELECT count(*) FROM vkyc.events")).Single());
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_loader_waits_for_the_progress_of_its_partitions_before_it_holds_any_key()
    {
        var topic = new TestTopic();
        var before = topic.Batch(new Delivery(100));
        Assert.True((await warehouse.LoadAsync(before, Token)).IsCommitted);
        topic.Loaded(before);
        var batch = topic.Batch([.. Enumerable.Range(0, 50).Select(n => new Delivery(n))]);

        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync(Token);
        await using var session = await PostgresSession.BeginAsync(connection, new EventArrays(TestSchemas.Default), Token);
        await connection.ExecuteAsync("SELECT FROM vkyc_etl.partition_progress FOR UPDATE");
        var second = warehouse.LoadAsync(batch with { LoadId = Guid.CreateVersion7() }, Token);
        await UntilAsync(async () => (await QueryAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'vkyc loader'")).Single() == 1);

        // Had the second inserted before it waits, each would now wait for what the other holds.
        Assert.Equal(50, (await session.InsertAsync(batch, BatchCopies.Settle(batch.Rows).Candidates, DateTime.UnixEpoch, Token)).Inserted);
        await session.Ledger.RecordAsync(batch, [new RangeCounts(0, 50, 0, 0)], DateTime.UnixEpoch, Token);
        await session.CommitAsync();
        Assert.Equal([0], (await second).Moved);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_loader_whose_backend_ends_in_mid_load_loads_again()
    {
        var topic = new TestTopic();
        var batch = topic.Batch(new Delivery(1), new Delivery(2));
        await using var blocker = new NpgsqlConnection(options.ConnectionString);
        await blocker.OpenAsync(Token);
        var blocking = await blocker.BeginTransactionAsync(Token);
        await blocker.ExecuteAsync("LOCK TABLE vkyc.events IN EXCLUSIVE MODE");

        var faults = new List<Exception>();
        var loader = new BatchLoader(warehouse, 0.1, TimeProvider.System, NullLogger<BatchLoader>.Instance, (_, fault) => faults.Add(fault));
        var loading = loader.LoadAsync(batch, Token);
        await UntilAsync(async () => await TerminateAsync("wait_event_type = 'Lock' AND application_name = 'vkyc loader'") == 1);
        await UntilAsync(() => Task.FromResult(faults.Count > 0));
        await blocking.RollbackAsync(Token);

        Assert.True((await loading).IsCommitted);
        Assert.Equal("57P01", Assert.IsType<PostgresException>(faults[0]).SqlState);
        Assert.Equal(2, (await QueryAsync<long>("SELECT count(*) FROM vkyc.events")).Single());
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_commit_without_an_answer_is_unknown_and_not_tried_again()
    {
        await ExecuteAsync("""
            CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER stall AFTER INSERT ON vkyc_etl.loads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stall();
            """);
        var topic = new TestTopic();
        var batch = topic.Batch(new Delivery(1));
        var loader = new BatchLoader(warehouse, 0.1, TimeProvider.System, NullLogger<BatchLoader>.Instance);
        var loading = loader.LoadAsync(batch, Token);
        await UntilAsync(async () => await TerminateAsync("wait_event = 'PgSleep'") == 1);
        var result = await loading.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.True(result.IsUnknown);
        Assert.False(result.IsCommitted);

        await ExecuteAsync("DROP TRIGGER stall ON vkyc_etl.loads");
        Assert.True((await loader.LoadAsync(batch, Token)).IsCommitted);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_commit_that_the_server_refuses_is_known_to_have_failed()
    {
        await ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE SQLSTATE ''40001''; END';
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON vkyc_etl.loads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
            """);
        var batch = new TestTopic().Batch(new Delivery(1));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => warehouse.LoadAsync(batch, Token));
        Assert.Equal(FaultKind.Transient, warehouse.Classify(refused));
    }

    [Fact]
    public async Task A_loader_that_stopped_in_mid_transaction_loses_its_locks()
    {
        var topic = new TestTopic();
        var batch = topic.Batch(new Delivery(1));
        var impatient = new WarehouseOptions { IdleInTransactionTimeout = TimeSpan.FromSeconds(1) };
        await using var stopped = new NpgsqlConnection(PostgresConnections.ForLoader(options.ConnectionString, impatient));
        await stopped.OpenAsync(Token);
        await using var session = await PostgresSession.BeginAsync(stopped, new EventArrays(TestSchemas.Default), Token);
        var insertion = await session.InsertAsync(batch, BatchCopies.Settle(batch.Rows).Candidates, DateTime.UnixEpoch, Token);
        Assert.Equal(1, insertion.Inserted);

        Assert.True((await warehouse.LoadAsync(batch, Token)).IsCommitted);
        await Assert.ThrowsAnyAsync<Exception>(() => session.Ledger.RecordAsync(batch, [new RangeCounts(0, 1, 0, 0)], DateTime.UnixEpoch, Token));
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task The_backend_that_loaded_stands_in_the_progress()
    {
        await warehouse.LoadAsync(new TestTopic().Batch(new Delivery(1)), Token);
        Assert.Equal("vkyc loader", (await QueryAsync<string>("""
            SELECT application_name FROM vkyc_etl.partition_progress JOIN pg_stat_activity ON pid = backend_pid
            """)).Single());
    }

    [Fact]
    public async Task Limits_hold_in_the_loaders_sessions()
    {
        await using var connection = await warehouse.OpenWriterAsync(Token);
        var limits = await connection.QuerySingleAsync<string>("""
            SELECT concat_ws(' ', current_setting('lock_timeout'), current_setting('statement_timeout'),
                             current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_isolation'), current_setting('TimeZone'))
            """);
        Assert.Equal("30s 5min 10s read committed UTC", limits);
    }

    [Fact]
    public async Task A_migration_that_waits_for_a_long_query_locks_no_reader_out()
    {
        await using var analyst = new NpgsqlConnection(options.ConnectionString);
        await analyst.OpenAsync(Token);
        var query = await analyst.BeginTransactionAsync(Token);
        await analyst.ExecuteAsync("SELECT * FROM vkyc.customer_scheduled");

        await using var program = Open(TestSchemas.With(TestSchemas.Column("more", ColumnType.Text)));
        var migrating = program.MigrateAsync(Token);
        await UntilAsync(async () => (await QueryAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'vkyc migrate'")).Single() > 0);
        var clock = Stopwatch.StartNew();
        await QueryAsync<string>("SELECT event_id FROM vkyc.events");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.False(migrating.IsCompleted);

        await query.RollbackAsync(Token);
        Assert.Contains("added column vkyc.events.more (text)", await migrating, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Text_is_ordered_by_bytes_and_nothing_but_the_key_and_two_brins_is_indexed()
    {
        Assert.Empty(await QueryAsync<string>("""
            SELECT a.attname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
            WHERE a.attrelid = 'vkyc.events'::regclass AND c.collname <> 'C'
            """));
        Assert.Equal(
            ["events_event_time_brin", "events_load_id_brin", "events_pkey"],
            await QueryAsync<string>("SELECT indexname FROM pg_indexes WHERE schemaname = 'vkyc' AND tablename = 'events' ORDER BY 1"));
    }

    [Fact]
    public async Task A_server_that_crashes_in_mid_load_is_waited_for()
    {
        await using var server = await PrivatePostgres.StartNewAsync(Token);
        var there = new WarehouseOptions { Engine = "postgres", ConnectionString = await server.CreateDatabaseAsync(Token) };
        await using var crashing = new PostgresWarehouse(there, new ReportingOptions(), TestSchemas.Default, TimeProvider.System);
        await crashing.MigrateAsync(Token);
        var topic = new TestTopic();
        var retries = 0;
        var loader = new BatchLoader(crashing, 0.1, TimeProvider.System, NullLogger<BatchLoader>.Instance, (_, _) => Interlocked.Increment(ref retries));
        var first = topic.Batch(new Delivery(1));
        Assert.True((await loader.LoadAsync(first, Token)).IsCommitted);
        topic.Loaded(first);

        await server.StopAsync();
        var loading = loader.LoadAsync(topic.Batch(new Delivery(2)), Token);
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref retries) >= 2));
        await server.StartAsync(Token);
        Assert.True((await loading).IsCommitted);
        Assert.Empty((await new LedgerAudit(crashing, TimeProvider.System).RunAsync(Token)).Findings);
    }

    private PostgresWarehouse Open(SchemaSet? schemas = null) => new(options, new ReportingOptions(), schemas ?? TestSchemas.Default, TimeProvider.System);

    private async Task<int> TerminateAsync(string condition) =>
        (await QueryAsync<bool>($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND {condition}")).Count;

    private async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync(Token);
        return [.. await connection.QueryAsync<T>(sql)];
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    private async Task AssertAuditIsCleanAsync() =>
        Assert.Empty((await new LedgerAudit(warehouse, TimeProvider.System).RunAsync(Token)).Findings);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
            await Task.Delay(20, Token);
        }
    }
}
