using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>What can happen to a log: made anew, cut off, with holes, not the one it was.</summary>
public sealed class LogFaultTests(SharedKafka kafka, PostgresServer postgres)
{
    [Theory]
    [InlineData(150)]
    [InlineData(100)]
    [InlineData(20)]
    public async Task A_topic_made_anew_is_read_from_its_start(int recordsOfTheNewTopic)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.SendAsync(100);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output);

        await scenario.Kafka.DeleteTopicAsync(scenario.Topic);
        await scenario.Kafka.CreateTopicAsync(scenario.Topic, partitions: 1);
        await scenario.SendAsync(recordsOfTheNewTopic);
        await scenario.AwaitRowsAsync(() => worker.Output);

        await scenario.AssertExactAsync();
        Assert.Equal(2, await scenario.CountAsync("SELECT count(DISTINCT topic_id) FROM vkyc_etl.load_ranges"));
        Assert.Equal(0, await scenario.SumAsync("lost"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_topic_made_anew_is_noticed_by_the_next_batch(bool somethingWasLoaded)
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        var url = $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}";
        await scenario.SendAsync(100);
        await using var worker = scenario.StartWorker(
            ("Worker:Url", url), ("Worker:VerifyEvery", "01:00:00"), ("Worker:BatchWait", somethingWasLoaded ? "00:00:01" : "00:00:20"));
        await Eventually.TrueAsync(async () => await worker.ReadLagAsync(url, scenario.Partitions) == 0, "everything is read", TimeSpan.FromSeconds(60), () => worker.Output);
        if (somethingWasLoaded)
            await scenario.AwaitRowsAsync(() => worker.Output);

        // A stopped worker sees nothing of it; awake, it goes on at offset 100 of another log.
        worker.Freeze();
        await scenario.Kafka.DeleteTopicAsync(scenario.Topic);
        await scenario.Kafka.CreateTopicAsync(scenario.Topic, partitions: 1);
        if (!somethingWasLoaded)
            scenario.Forget();
        await scenario.SendAsync(150);
        worker.Thaw();
        await scenario.AwaitRowsAsync(() => worker.Output, seconds: 90);

        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task Progress_set_under_a_running_worker_is_noticed_by_its_next_batch()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.SendAsync(50);
        await using var worker = scenario.StartWorker(("Worker:VerifyEvery", "01:00:00"));
        await scenario.AwaitRowsAsync(() => worker.Output);
        await scenario.ExecuteAsync(
            "UPDATE vkyc_etl.partition_progress SET pass = 2, next_offset = 0, anchor_offset = NULL, anchor_sha256 = NULL");

        await scenario.SendAsync(10);
        await scenario.AwaitRowsAsync(() => worker.Output);

        Assert.Equal(50, await scenario.SumAsync("duplicates"));
        await scenario.AssertEventsAsync();
    }

    [Fact]
    public async Task Records_deleted_under_a_worker_that_is_held_are_counted_as_lost()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.SendAsync(30);
        await using var worker = scenario.StartWorker(("Worker:BatchRows", "50"), ("Worker:BatchWait", "00:00:05"));
        await scenario.AwaitRowsAsync(() => worker.Output);
        await using (await scenario.HoldLoadsAsync())
        {
            await scenario.SendAsync(500);
            await scenario.AwaitHeldLoadAsync(() => worker.Output);
            await Eventually.TrueAsync(
                () => Task.FromResult(worker.Output.Contains("fetching held", StringComparison.Ordinal)), "fetching is held", details: () => worker.Output);
            await scenario.Kafka.DeleteRecordsAsync(scenario.Topic, partition: 0, beforeOffset: 430);
        }

        // 30 loaded, 50 in the database, 50 in memory; then the log begins at 430 and ends at 530.
        await scenario.AwaitRowsAsync(() => worker.Output, atLeast: 230);
        Assert.Equal(300, await scenario.SumAsync("lost"));
        Assert.Equal(0, await scenario.SumAsync("gaps"));
        Assert.Equal(230, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
    }

    [Fact]
    public async Task A_topic_made_anew_while_no_worker_runs_is_read_from_its_start()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(100);

        await scenario.Kafka.DeleteTopicAsync(scenario.Topic);
        await scenario.Kafka.CreateTopicAsync(scenario.Topic, partitions: 1);
        await scenario.SendAsync(150);
        await using var after = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => after.Output);

        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task A_log_cut_off_at_the_front_is_counted_as_lost()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(30);

        await scenario.SendAsync(70);
        await scenario.Kafka.DeleteRecordsAsync(scenario.Topic, partition: 0, beforeOffset: 60);
        await using var after = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => after.Output, atLeast: 70);

        Assert.Equal(30, await scenario.SumAsync("lost"));
        Assert.Equal(70, await scenario.SumAsync("loaded"));
        Assert.Equal(0, await scenario.SumAsync("gaps"));
        Assert.Equal(70, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
    }

    [Fact]
    public async Task A_log_cut_off_whole_is_counted_as_lost_before_anything_comes()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(30);

        await scenario.SendAsync(10);
        await scenario.Kafka.DeleteRecordsAsync(scenario.Topic, partition: 0, beforeOffset: 40);
        await using var after = scenario.StartWorker();

        await Eventually.TrueAsync(
            async () => await scenario.SumAsync("lost") == 10, "ten lost offsets", TimeSpan.FromSeconds(60), () => after.Output);
    }

    [Fact]
    public async Task Aborted_and_committed_transactions_leave_gaps_and_no_rows_of_the_aborted()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.SendAsync(10);
        await scenario.Kafka.ProduceAbortedAsync(scenario.Topic, partition: 0, count: 5);
        await scenario.SendAsync(10);
        await scenario.Kafka.ProduceAbortedAsync(scenario.Topic, partition: 0, count: 3);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => worker.Output);

        // Five and three aborted records with a marker each; the last four stand at the log's end.
        await Eventually.TrueAsync(async () => await scenario.SumAsync("gaps") == 10, "ten gaps", details: () => worker.Output);
        await scenario.AssertExactAsync();
        Assert.Equal(30, await scenario.CountAsync("SELECT max(next_offset) FROM vkyc_etl.partition_progress"));
        Assert.Equal(0, await scenario.SumAsync("lost"));
    }

    [Fact]
    public async Task A_log_that_holds_another_record_at_the_anchor_stops_that_partition_alone()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 2);
        await scenario.LoadThenStopAsync(40);

        // What a broker restored from a backup looks like from here: the record loaded last is not the one in the log.
        await scenario.ExecuteAsync(
            "UPDATE vkyc_etl.partition_progress SET anchor_sha256 = encode(sha256('another record'), 'hex') WHERE partition = 0");
        await scenario.SendAsync(20);
        await using var after = scenario.StartWorker();

        await scenario.AwaitRowsAsync(() => after.Output, atLeast: 50);
        await Eventually.TrueAsync(
            () => Task.FromResult(after.Output.Contains("log_diverged", StringComparison.Ordinal)), "log_diverged is said", details: () => after.Output);
        Assert.Equal(50, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
        Assert.Equal(20, await scenario.CountAsync("SELECT next_offset FROM vkyc_etl.partition_progress WHERE partition = 0"));
        Assert.Equal(30, await scenario.CountAsync("SELECT next_offset FROM vkyc_etl.partition_progress WHERE partition = 1"));
    }

    [Fact]
    public async Task A_log_that_ends_before_what_was_loaded_stops_that_partition()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(40);

        await scenario.ExecuteAsync("UPDATE vkyc_etl.partition_progress SET next_offset = 90, anchor_offset = 89");
        await scenario.SendAsync(20);
        await using var after = scenario.StartWorker();

        await Eventually.TrueAsync(
            () => Task.FromResult(after.Output.Contains("log_diverged", StringComparison.Ordinal)), "log_diverged is said", details: () => after.Output);
        Assert.Equal(40, await scenario.CountAsync("SELECT count(*) FROM vkyc.events"));
    }

    [Fact]
    public async Task The_brokers_committed_offset_decides_nothing()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres, partitions: 1);
        await scenario.LoadThenStopAsync(100);

        // The warehouse is restored from a backup that is older than the broker's committed offset.
        await scenario.ExecuteAsync("""
            TRUNCATE vkyc.events, vkyc_etl.load_ranges, vkyc_etl.partition_progress
            """);
        await using var after = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => after.Output);

        await scenario.AssertExactAsync();
    }
}
