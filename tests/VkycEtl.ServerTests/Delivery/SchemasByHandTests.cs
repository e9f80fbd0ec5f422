using System.Diagnostics;
using System.Globalization;
using System.Text;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>A new type and a new field come while a worker loads and readers query: a file each, <c>vkyc migrate</c>, and the next events fill them.</summary>
public sealed class SchemasByHandTests(SharedKafka kafka, PostgresServer postgres)
{
    private const string NewType = """
        {"type":"record","name":"CallParked","namespace":"vkyc","doc":"A call waits.","eventType":"VCIP_CALL_PARKED","fields":[
          {"name":"bay","type":["null","long"],"default":null,"doc":"Where it waits.","path":"eventDetails.bay"}]}
        """;

    private const string NewField = """
        {"type":"record","name":"CallStarted","namespace":"vkyc","eventType":"VCIP_CALL_STARTED","fields":[
          {"name":"room","type":["null","long"],"default":null,"doc":"Room of the call.","path":"eventDetails.room"}]}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("vkyc-by-hand-");

    [Theory]
    [InlineData("postgres")]
    [InlineData("duckdb")]
    public async Task New_files_and_migrate_are_all_that_it_takes(string engine)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        var schemas = folder.CreateSubdirectory("schemas").FullName;
        scenario.Settings["Schemas:Directory"] = schemas;
        string[] data = [];
        if (engine == "duckdb")
        {
            scenario.Settings["Warehouse:Engine"] = "duckdb";
            scenario.Settings.Remove("Warehouse:ConnectionString");
            data = ["--data", Path.Combine(folder.FullName, "data")];
        }

        await using var worker = VkycProcess.Start(scenario.Settings, ["worker", .. data]);
        await scenario.AwaitAssignmentsAsync(worker, 1);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = LoadAsync(scenario, end.Token);
        var reads = engine == "postgres" ? ReadAsync(scenario, end.Token) : Task.FromResult((0, TimeSpan.Zero));
        try
        {
            await ProduceAsync(scenario, "before", "VCIP_CALL_PARKED", "\"bay\":1");

            await File.WriteAllTextAsync(Path.Combine(schemas, "call_parked.avsc"), NewType, end.Token);
            await MigrateAsync(scenario, data, "made view vkyc.call_parked");
            await ProduceAsync(scenario, "type", "VCIP_CALL_PARKED", "\"bay\":7");
            await AwaitAsync(scenario, data, "SELECT bay FROM vkyc.call_parked WHERE event_id = 'type'", "7", worker);

            await File.WriteAllTextAsync(Path.Combine(schemas, "call_started_more.avsc"), NewField, end.Token);
            await MigrateAsync(scenario, data, "added column vkyc.events.room");
            await ProduceAsync(scenario, "field", "VCIP_CALL_STARTED", "\"agentId\":\"a\",\"room\":3");
            await AwaitAsync(scenario, data, "SELECT room || agent_id FROM vkyc.call_started WHERE event_id = 'field'", "3a", worker);

            await end.CancelAsync();
            var sent = await load;
            await AwaitAsync(scenario, data, "SELECT count(*) FROM vkyc.events", (sent + 3).ToString(CultureInfo.InvariantCulture), worker);
            await AwaitAsync(scenario, data, "SELECT count(*) FROM vkyc.events WHERE event_id = 'before' AND bay IS NULL AND extras = '{\"eventDetails\":{\"bay\":1}}'", "1", worker);
            await AwaitAsync(
                scenario, data, "SELECT count(*) FROM vkyc.events AS e WHERE NOT EXISTS (SELECT 1 FROM vkyc_etl.schemas AS s WHERE s.version = e.schema_version)", "0", worker);
            var (audited, findings) = await scenario.RunVerbAsync(["audit", .. data]);
            Assert.True(audited == 0, findings);
            Assert.False(worker.HasExited, worker.Output);
            Assert.Equal(0, await worker.TerminateAsync());
            Assert.True(sent > 0, "there was load");
            var (answers, slowest) = await reads;
            // A busy machine is slow; behind a migration that waited as the loader does, it would be 30 s.
            if (engine == "postgres")
                Assert.True(answers > 0 && slowest < TimeSpan.FromSeconds(25), $"{answers} answers, the slowest after {slowest}");
        }
        finally
        {
            // Where it failed, too, nothing runs on beside the tests that follow.
            await end.CancelAsync();
            await Task.WhenAll(load, reads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        folder.Delete(recursive: true);
    }

    /// <summary>Events of a type that stays as it is, until the end.</summary>
    private static async Task<int> LoadAsync(Scenario scenario, CancellationToken end)
    {
        var sent = 0;
        while (!end.IsCancellationRequested)
        {
            await scenario.SendAsync(50);
            sent += 50;
            // No faster than the slowest machine loads.
            await Task.Delay(20, CancellationToken.None);
        }

        return sent;
    }

    /// <summary>Queries views in a loop; a query that fails fails the test.</summary>
    private static async Task<(int Answers, TimeSpan Slowest)> ReadAsync(Scenario scenario, CancellationToken end)
    {
        var (answers, slowest) = (0, TimeSpan.Zero);
        while (!end.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            Assert.NotEqual(-1, await scenario.CountAsync("SELECT count(*) FROM vkyc.call_started AS s JOIN vkyc.events AS e USING (transaction_key, event_id)"));
            answers++;
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
            await Task.Delay(20, CancellationToken.None);
        }

        return (answers, slowest);
    }

    private static async Task MigrateAsync(Scenario scenario, string[] data, string done)
    {
        var (held, report) = await scenario.RunVerbAsync(["schema", "check", .. data]);
        Assert.True(held == 0, report);
        Assert.Contains(done.Split(' ')[^1], (await scenario.RunVerbAsync(["schema", "ddl", .. data])).Output.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var (code, output) = await scenario.RunVerbAsync(["migrate", .. data]);
        Assert.True(code == 0, output);
        Assert.Contains(done, output, StringComparison.Ordinal);
        Assert.StartsWith("-- The warehouse is up to date", (await scenario.RunVerbAsync(["schema", "ddl", .. data])).Output, StringComparison.Ordinal);
    }

    private static Task<long> ProduceAsync(Scenario scenario, string id, string type, string details) => scenario.Kafka.ProduceAsync(
        scenario.Topic, 0,
        [
            Encoding.UTF8.GetBytes(
                $$"""{"appId":"bank","transactionId":"by-hand","eventDetails":{{{details}}},"eventVersion":"1.0.0","eventType":"{{type}}","eventTime":"2026-11-25T09:00:00Z","eventId":"{{id}}"}"""),
        ]);

    private static Task AwaitAsync(Scenario scenario, string[] data, string sql, string value, VkycProcess worker)
    {
        var last = "";
        return Eventually.TrueAsync(
            async () =>
            {
                last = (await scenario.RunVerbAsync(["query", "--format", "csv", sql, .. data])).Output;
                return last.Split('\n')[^1] == value;
            },
            $"{sql} gives {value}",
            TimeSpan.FromSeconds(90),
            () => $"{last}\n{worker.Output}");
    }
}
