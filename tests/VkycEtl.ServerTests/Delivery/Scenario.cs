using System.Globalization;
using System.Text;
using Dapper;
using Npgsql;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>
/// One delivery test's world: a topic on a real Kafka, a database on a real PostgreSQL, what was sent, and the questions asked afterwards:
/// are the tables what was sent, and is every offset accounted for?
/// </summary>
internal sealed class Scenario(KafkaCluster kafka, string topic, string database, int partitions)
{
    private const long HoldKey = 4711;

    private readonly Dictionary<string, string> sent = new(StringComparer.Ordinal);
    private readonly List<byte[]> bodies = [];

    public KafkaCluster Kafka { get; } = kafka;

    public string Topic { get; } = topic;

    public string Database { get; } = database;

    public int Partitions { get; } = partitions;

    /// <summary>Settings of a worker in this world, by <c>Section:Key</c>. Time-outs are short, so that faults are noticed soon.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal)
    {
        ["Kafka:BootstrapServers"] = kafka.BootstrapServers,
        ["Kafka:RawTopic"] = topic,
        ["Kafka:ConsumerGroup"] = $"group-{topic}",
        ["Kafka:Consumer:session.timeout.ms"] = "6000",
        ["Kafka:Consumer:heartbeat.interval.ms"] = "500",
        ["Warehouse:Engine"] = "postgres",
        ["Warehouse:ConnectionString"] = database,
        ["Warehouse:MigrateAtStart"] = "true",
        ["Worker:BatchRows"] = "200",
        ["Worker:BatchWait"] = "00:00:00.100",
        ["Worker:VerifyEvery"] = "00:00:01",
    };

    /// <summary>Makes a topic of its own; the database is given.</summary>
    public static async Task<Scenario> CreateAsync(KafkaCluster kafka, string database, int partitions = 3) =>
        new(kafka, await kafka.CreateTopicAsync($"raw-{Guid.NewGuid():n}", partitions), database, partitions);

    /// <summary>Makes a topic and a database of its own, on the servers all tests share.</summary>
    public static async Task<Scenario> CreateAsync(SharedKafka kafka, PostgresServer postgres, int partitions = 3) =>
        await CreateAsync(
            await kafka.GetAsync(TestContext.Current.CancellationToken),
            await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken),
            partitions);

    /// <summary>Workers join the group by the new protocol, where the broker has the time-outs.</summary>
    public void UseNewGroupProtocol()
    {
        Settings.Remove("Kafka:Consumer:session.timeout.ms");
        Settings.Remove("Kafka:Consumer:heartbeat.interval.ms");
        Settings["Kafka:Consumer:group.protocol"] = "consumer";
    }

    /// <summary>Starts a worker process.</summary>
    public VkycProcess StartWorker(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(Settings, StringComparer.Ordinal);
        foreach (var (key, value) in settings)
            all[key] = value;
        return VkycProcess.Start(all, "worker");
    }

    /// <summary>Runs a verb of the program to its end, with this world's settings.</summary>
    /// <returns>Its exit code and all that it printed.</returns>
    public async Task<(int ExitCode, string Output)> RunVerbAsync(params string[] arguments)
    {
        await using var verb = VkycProcess.Start(Settings, arguments);
        var code = await verb.WaitForExitAsync();
        return (code, verb.Output);
    }

    /// <summary>Sends new events to all partitions in turn.</summary>
    public async Task SendAsync(int count)
    {
        var values = new List<byte[]>[Partitions];
        for (var i = 0; i < Partitions; i++)
            values[i] = [];
        for (var i = 0; i < count; i++)
        {
            var eventId = $"trn:vkyc:{Guid.NewGuid():d}";
            var transactionId = $"t{sent.Count / 6}";
            sent[eventId] = transactionId;
            bodies.Add(Body(eventId, transactionId, sent.Count));
            values[sent.Count % Partitions].Add(bodies[^1]);
        }

        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => Kafka.ProduceAsync(Topic, partition, values[partition])));
    }

    /// <summary>Sends new events, loads them with a worker, and stops it cleanly.</summary>
    public async Task LoadThenStopAsync(int count)
    {
        await SendAsync(count);
        await using var worker = StartWorker();
        await AwaitRowsAsync(() => worker.Output);
        Assert.Equal(0, await worker.TerminateAsync());
    }

    /// <summary>Sends everything again, each event to another partition than before, and every tenth with an earlier time: that copy is the row.</summary>
    /// <returns>How many have two contents now.</returns>
    public async Task<int> SendAgainAsync()
    {
        var values = Enumerable.Range(0, Partitions).Select(_ => new List<byte[]>()).ToList();
        var differing = 0;
        for (var i = 0; i < bodies.Count; i++)
        {
            var body = bodies[i];
            if (i % 10 == 0)
            {
                body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("T09:00:00", "T08:00:00", StringComparison.Ordinal));
                differing++;
            }

            values[(i + 2) % Partitions].Add(body);
        }

        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => Kafka.ProduceAsync(Topic, partition, values[partition])));
        return differing;
    }

    /// <summary>What was sent so far went with its log, unread: it is not expected in the tables.</summary>
    public void Forget()
    {
        sent.Clear();
        bodies.Clear();
    }

    /// <summary>Sends one record that is no event.</summary>
    public Task SendJunkAsync(int partition, string text) => Kafka.ProduceAsync(Topic, partition, [Encoding.UTF8.GetBytes(text)]);

    /// <summary>Waits until as many rows are there as events were sent.</summary>
    public Task AwaitRowsAsync(Func<string>? details = null, int? atLeast = null, double seconds = 60) =>
        Eventually.TrueAsync(
            async () => await CountAsync("SELECT count(*) FROM vkyc.events") >= (atLeast ?? sent.Count),
            $"{atLeast ?? sent.Count} rows in vkyc.events",
            TimeSpan.FromSeconds(seconds),
            details);

    /// <summary>Waits until a worker was told so many times which partitions it has, and reads them.</summary>
    public Task AwaitAssignmentsAsync(VkycProcess worker, int times) => Eventually.TrueAsync(
        () => Task.FromResult(worker.Output.Split("assigned partitions").Length - 1 >= times
            && worker.Output.Split("assigned partitions")[^1].Contains("reading from offset", StringComparison.Ordinal)),
        $"{times} assignments",
        TimeSpan.FromSeconds(60),
        () => worker.Output);

    /// <summary>Waits until a query about the database holds.</summary>
    public Task AwaitAsync(string condition, string what, Func<string>? details = null, double seconds = 60) =>
        Eventually.TrueAsync(
            async () => await CountAsync($"SELECT CASE WHEN {condition} THEN 1 ELSE 0 END") == 1, what, TimeSpan.FromSeconds(seconds), details);

    /// <summary>The tables equal what was sent, and <c>offsets = loaded + duplicates + quarantined + gaps + lost</c> without a hole.</summary>
    public async Task AssertExactAsync()
    {
        await using var connection = await OpenAsync();
        await AssertEventsAsync(connection);
        await AssertIdentityAsync(connection);
    }

    /// <summary>Sum over the ledger of this topic's ranges.</summary>
    public Task<long> SumAsync(string column) =>
        CountAsync($"SELECT coalesce(sum({column}), 0)::bigint FROM vkyc_etl.load_ranges WHERE topic = '{Topic}'");

    public async Task<long> CountAsync(string sql)
    {
        try
        {
            await using var connection = await OpenAsync();
            return await connection.ExecuteScalarAsync<long>(sql);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Not migrated yet.
            return -1;
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    /// <summary>
    /// From now on a load stops in the middle, where it begins to insert into a table (its rows', if none is named), with nothing
    /// committed, until the returned hold is disposed of.
    /// </summary>
    public async Task<IAsyncDisposable> HoldLoadsAsync(string table = "vkyc.events")
    {
        await ExecuteAsync($"""
            CREATE OR REPLACE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({HoldKey}); RETURN NULL; END $$;
            CREATE OR REPLACE TRIGGER hold BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public.hold();
            """);
        var connection = await OpenAsync();
        await connection.ExecuteAsync($"SELECT pg_advisory_lock({HoldKey})");
        return connection;
    }

    /// <summary>Waits until a load is stopped by the hold.</summary>
    public Task AwaitHeldLoadAsync(Func<string>? details = null) => AwaitAsync(
        "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
        "a load is held in the middle",
        details);

    /// <summary>Every event sent has one row, and no other row is there.</summary>
    public async Task AssertEventsAsync()
    {
        await using var connection = await OpenAsync();
        await AssertEventsAsync(connection);
    }

    /// <summary>The same, of rows that were read elsewhere.</summary>
    public void AssertEvents(IReadOnlyList<(string EventId, string TransactionId)> rows)
    {
        Assert.Equal(rows.Count, rows.Select(row => row.EventId).Distinct(StringComparer.Ordinal).Count());
        Assert.All(rows, row => Assert.Equal(sent[row.EventId], row.TransactionId));
        var missing = sent.Keys.Except(rows.Select(row => row.EventId), StringComparer.Ordinal).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} of {sent.Count} events are missing");
    }

    private async Task AssertEventsAsync(NpgsqlConnection connection) => AssertEvents(
        (await connection.QueryAsync<(string, string)>("SELECT event_id, transaction_id FROM vkyc.events")).ToList());

    private async Task AssertIdentityAsync(NpgsqlConnection connection)
    {
        var ranges = (await connection.QueryAsync<Range>("""
            SELECT topic_id AS TopicId, partition AS Partition, pass AS Pass, first_offset AS First, last_offset AS Last,
                   loaded + duplicates + quarantined + gaps + lost AS Accounted, loaded AS Loaded
            FROM vkyc_etl.load_ranges ORDER BY topic_id, partition, pass, first_offset
            """)).ToList();
        foreach (var range in ranges)
            Assert.Equal(range.Last - range.First + 1, range.Accounted);
        foreach (var group in ranges.GroupBy(range => (range.TopicId, range.Partition, range.Pass)))
        {
            foreach (var (before, after) in group.Zip(group.Skip(1)))
                Assert.Equal(before.Last + 1, after.First);
            // A pass that was left for another has no progress any more.
            if (ranges.Any(range => range.TopicId == group.Key.TopicId && range.Partition == group.Key.Partition && range.Pass > group.Key.Pass))
                continue;
            var next = await connection.ExecuteScalarAsync<long?>(
                "SELECT next_offset FROM vkyc_etl.partition_progress WHERE topic_id = @TopicId AND partition = @Partition AND pass = @Pass",
                new { group.Key.TopicId, group.Key.Partition, group.Key.Pass });
            Assert.Equal(group.Last().Last + 1, next);
        }

        Assert.Equal(await CountAsync("SELECT count(*) FROM vkyc.events"), ranges.Sum(range => range.Loaded));
        Assert.Equal(
            await CountAsync("SELECT count(*) FROM vkyc_etl.quarantine"), await CountAsync("SELECT coalesce(sum(quarantined), 0) FROM vkyc_etl.load_ranges"));
    }

    internal async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static byte[] Body(string eventId, string transactionId, int i) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"appId":"bank","transactionId":"{{transactionId}}","eventDetails":{"agentId":"agent{{i % 7}}"},"eventVersion":"1.0.0","eventType":"VCIP_CALL_STARTED","eventTime":"2026-11-25T09:00:00.{{i % 1000:000}}Z","eventId":"{{eventId}}"}"""));

    private sealed record Range(string TopicId, int Partition, int Pass, long First, long Last, long Accounted, long Loaded);
}
