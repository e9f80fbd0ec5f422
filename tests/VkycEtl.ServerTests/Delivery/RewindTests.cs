using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>Progress set by hand, while the worker runs: a new pass, and the identity holds for each.</summary>
public sealed class RewindTests(SharedKafka kafka, PostgresServer postgres)
{
    [Fact]
    public async Task A_rewind_reads_again_in_a_new_pass_and_doubles_nothing()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.SendAsync(100);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output);

        var (dry, would) = await scenario.RunVerbAsync("progress", "set", "--partition", "0", "--offset", "30");
        Assert.True(dry == 0 && would.Contains("70 offsets are read again", StringComparison.Ordinal), would);
        Assert.Equal(1, await scenario.CountAsync("SELECT max(pass) FROM vkyc_etl.partition_progress"));

        var (code, said) = await scenario.RunVerbAsync("progress", "set", "--partition", "0", "--offset", "30", "--yes");
        Assert.True(code == 0, said);
        await scenario.AwaitAsync(
            "(SELECT sum(duplicates) FROM vkyc_etl.load_ranges WHERE pass = 2) = 70", "seventy duplicates in the second pass", () => worker.Output);
        await scenario.SendAsync(20);
        await scenario.AwaitRowsAsync(() => worker.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(120, await scenario.SumAsync("loaded"));
        var (audited, report) = await scenario.RunVerbAsync("audit");
        Assert.True(audited == 0, report);
    }

    [Fact]
    public async Task A_diverged_partition_goes_on_from_where_it_is_set()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 2);
        await scenario.LoadThenStopAsync(40);

        await scenario.ExecuteAsync(
            "UPDATE vkyc_etl.partition_progress SET anchor_sha256 = encode(sha256('another record'), 'hex') WHERE partition = 0");
        await scenario.SendAsync(20);
        await using var worker = scenario.StartWorker();
        await Eventually.TrueAsync(
            () => Task.FromResult(worker.Output.Contains("log_diverged", StringComparison.Ordinal)), "log_diverged is said", details: () => worker.Output);

        var (code, said) = await scenario.RunVerbAsync("progress", "set", "--partition", "0", "--offset", "0", "--yes");
        Assert.True(code == 0, said);
        await scenario.AwaitRowsAsync(() => worker.Output);

        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task Lost_offsets_fail_the_audit_until_they_are_acknowledged()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(10);

        await scenario.SendAsync(10);
        await scenario.Kafka.DeleteRecordsAsync(scenario.Topic, partition: 0, beforeOffset: 15);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output, atLeast: 15);

        var (broken, report) = await scenario.RunVerbAsync("audit");
        Assert.True(broken == 1 && report.Contains("lost", StringComparison.Ordinal), report);
        var (acknowledged, said) = await scenario.RunVerbAsync("audit", "--acknowledge-lost", "--by", "the test");
        Assert.True(acknowledged == 0, said);
        Assert.Equal(0, (await scenario.RunVerbAsync("audit")).ExitCode);
        Assert.Equal(1, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.lost_acknowledgements WHERE acknowledged_by = 'the test'"));
    }
}
