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
        Assert.Contains($"Nothing was changed. To do it, add --confirm {scenario.Topic}", would, StringComparison.Ordinal);
        Assert.Contains("made 100 rows, 0 duplicates and 0 quarantined", would, StringComparison.Ordinal);
        Assert.Equal(1, await scenario.CountAsync("SELECT max(pass) FROM vkyc_etl.partition_progress"));

        var (code, said) = await scenario.RunVerbAsync("progress", "set", "--partition", "0", "--offset", "30", "--confirm", scenario.Topic);
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

        var (code, said) = await scenario.RunVerbAsync("progress", "set", "--partition", "0", "--offset", "0", "--confirm", scenario.Topic);
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

    [Fact]
    public async Task What_is_skipped_by_hand_is_accounted_for_with_the_name_of_who_did_it()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(10);
        await scenario.SendAsync(10);

        var (refused, said) = await scenario.RunVerbAsync("progress", "set", "--partition", "0", "--offset", "15", "--confirm", scenario.Topic);
        Assert.True(refused == 2 && said.Contains("5 offsets would never be loaded", StringComparison.Ordinal), said);
        Assert.Contains("add --skip-unread", said, StringComparison.Ordinal);
        var (code, done) = await scenario.RunVerbAsync(
            "progress", "set", "--partition", "0", "--offset", "15", "--confirm", scenario.Topic, "--skip-unread", "--by", "the test");
        Assert.True(code == 0, done);

        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output, atLeast: 15);
        Assert.Equal(15, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        Assert.Equal(5, await scenario.SumAsync("lost"));
        Assert.Equal(1, await scenario.CountAsync("SELECT count(*) FROM vkyc_etl.lost_acknowledgements WHERE acknowledged_by = 'the test'"));
        var (audited, report) = await scenario.RunVerbAsync("audit");
        Assert.True(audited == 0, report);
    }

    [Fact]
    public async Task All_partitions_go_to_an_end_of_the_log_or_to_a_time()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 2);
        await scenario.LoadThenStopAsync(20);
        var between = DateTimeOffset.UtcNow;
        await Eventually.TrueAsync(() => Task.FromResult(DateTimeOffset.UtcNow > between.AddMilliseconds(50)), "the clock has moved on");
        await scenario.LoadThenStopAsync(10);

        var time = between.AddMilliseconds(20).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffK", System.Globalization.CultureInfo.InvariantCulture);
        var (code, said) = await scenario.RunVerbAsync("progress", "set", "--all", "--to", time);
        Assert.True(code == 0, said);
        Assert.Equal(2, said.Split("at offset 15 -> pass 2 at offset 10 (the log has 0 to 15)").Length - 1);
        (code, said) = await scenario.RunVerbAsync("progress", "set", "--all", "--to", "beginning", "--confirm", scenario.Topic);
        Assert.True(code == 0, said);
        var (listed, rows) = await scenario.RunVerbAsync("progress", "list", "--format", "csv");
        Assert.True(listed == 0, rows);
        Assert.Equal(2, rows.Split(",2,0,0,15,15,behind,").Length - 1);

        await using var worker = scenario.StartWorker();
        await scenario.AwaitAsync("(SELECT sum(duplicates) FROM vkyc_etl.load_ranges WHERE pass = 2) = 30", "all is read again", () => worker.Output);
        await scenario.AssertExactAsync();
    }

    [Theory]
    [InlineData("is not in the log, which has 0 to 10", "--partition", "0", "--offset", "11")]
    [InlineData("there is no progress of partition 7", "--partition", "7", "--offset", "1")]
    [InlineData("the topic is", "--partition", "0", "--offset", "1", "--confirm", "another")]
    [InlineData("there is progress under the topic ids", "--partition", "0", "--offset", "1", "--topic-id", "nowhere")]
    [InlineData("must be beginning, end, or a time with its zone", "--partition", "0", "--to", "2026-03-01T15:00:00")]
    [InlineData("give --offset N or --to", "--partition", "0")]
    [InlineData("give --partition P or --all", "--offset", "1")]
    public async Task What_cannot_be_meant_is_refused_with_what_could_be(string because, params string[] arguments)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(10);
        var (code, said) = await scenario.RunVerbAsync(["progress", "set", .. arguments]);
        Assert.True(code == 2 && said.Contains(because, StringComparison.Ordinal), said);
        Assert.Equal(1, await scenario.CountAsync("SELECT max(pass) FROM vkyc_etl.partition_progress"));
    }

    [Fact]
    public async Task Rows_that_were_deleted_by_hand_come_back_from_the_beginning()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(10);
        await scenario.ExecuteAsync("DELETE FROM vkyc.events WHERE source_offset IN (3, 4)");
        var (broken, report) = await scenario.RunVerbAsync("audit");
        Assert.True(broken == 1 && report.Contains("hold 8", StringComparison.Ordinal), report);

        var (code, said) = await scenario.RunVerbAsync("progress", "set", "--all", "--to", "beginning", "--confirm", scenario.Topic);
        Assert.True(code == 0, said);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output);
        await scenario.AwaitAsync("(SELECT next_offset FROM vkyc_etl.partition_progress) = 10", "all is read again", () => worker.Output);
        Assert.Equal(10, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        Assert.Equal(12, await scenario.SumAsync("loaded"));
    }
}
