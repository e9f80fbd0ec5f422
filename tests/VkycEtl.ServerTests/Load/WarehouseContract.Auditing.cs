using CsCheck;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Load;

public abstract partial class WarehouseContract
{
    [Theory]
    [InlineData("DELETE FROM vkyc_etl.load_ranges WHERE first_offset = 2", "hole 2-3")]
    [InlineData("UPDATE vkyc_etl.load_ranges SET first_offset = 1, loaded = 3 WHERE first_offset = 2", "overlap 1-1")]
    [InlineData("UPDATE vkyc_etl.partition_progress SET next_offset = 5", "progress 5-6")]
    [InlineData("DELETE FROM vkyc_etl.partition_progress", "progress 0-6")]
    [InlineData("DELETE FROM vkyc.events WHERE source_offset = 3", "events 0-5")]
    [InlineData("DELETE FROM vkyc_etl.quarantine WHERE source_offset = 4", "quarantine 4-5")]
    [InlineData("DELETE FROM vkyc_etl.quarantine WHERE source_offset = 0", "events 0-5")]
    [InlineData("UPDATE vkyc_etl.loads SET rows = 7 WHERE rows = 0", "load 4-5")]
    public async Task What_does_not_add_up_is_a_finding_with_its_offsets(string damage, string expected)
    {
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(1, 1), new Delivery(3)));
        await LoadAsync(topic, topic.Batch(new Delivery(1, 0), new Delivery(5)));
        var garbage = new QuarantinedEvent(topic.Append(0), QuarantineReason.MissingEventType, "no type");
        await LoadAsync(topic, topic.BatchOf([topic.Row(new Delivery(5))], garbage));
        await AssertAuditIsCleanAsync();

        await ExecuteAsync(damage);
        var report = await new LedgerAudit(Warehouse, TimeProvider.System).RunAsync(Token);
        Assert.Contains(expected, report.Findings.Select(finding => $"{finding.Code} {finding.FirstOffset}-{finding.LastOffset}"), StringComparer.Ordinal);
        Assert.All(report.Findings, finding => Assert.Equal("vkyc.raw", finding.Topic));
    }

    [Fact]
    public async Task Lost_offsets_are_a_finding_until_somebody_acknowledges_them()
    {
        var topic = new TestTopic();
        for (var i = 0; i < 3; i++)
            topic.Append(0);
        var batch = topic.BatchOf([topic.Row(new Delivery(1))]);
        await LoadAsync(topic, batch with { Ranges = [batch.Ranges[0] with { Lost = 2, Gaps = 1 }] });

        var audit = new LedgerAudit(Warehouse, TimeProvider.System);
        var report = await audit.RunAsync(Token);
        Assert.Equal(("lost", 0L, 3L), (report.Findings.Single().Code, report.Findings[0].FirstOffset, report.Findings[0].LastOffset));
        Assert.Equal((2L, 1L, 1L), (report.Partitions[0].Lost, report.Partitions[0].Gaps, report.Partitions[0].Loaded));

        Assert.Equal(report.Findings, await audit.AcknowledgeLostAsync("ops@example.org", Token));
        await AssertAuditIsCleanAsync();
        Assert.Equal("ops@example.org", await ScalarAsync<string>("SELECT acknowledged_by FROM vkyc_etl.lost_acknowledgements WHERE acknowledged_at IS NOT NULL"));
        Assert.Empty(await audit.AcknowledgeLostAsync("again", Token));
    }

    [Fact]
    public async Task A_rewind_is_a_new_pass_in_which_everything_is_a_duplicate()
    {
        var topic = new TestTopic();
        EventRow[] rows = [topic.Row(new Delivery(1)), topic.Row(new Delivery(2))];
        var first = topic.BatchOf(rows);
        await LoadAsync(topic, first);
        await ExecuteAsync("UPDATE vkyc_etl.partition_progress SET pass = 2, next_offset = 0");
        await AssertAuditIsCleanAsync();
        var again = first with { LoadId = Guid.CreateVersion7(), Ranges = [first.Ranges[0] with { HasProgress = true, Pass = 2 }] };
        Assert.Equal([new RangeCounts(0, 0, 2, 0)], (await LoadAsync(topic, again)).Counts);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task Any_order_duplication_and_batching_gives_the_same_rows()
    {
        var deliveries = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], (n, content) => new Delivery(n, content)).Array[1, 14];
        var runs = Gen.Select(deliveries, Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]);
        await runs.SampleAsync(
            async run =>
            {
                var (given, one, other) = run;
                // The second run has every delivery again, in any order and in other batches.
                Assert.Equal(await RowsAfterAsync(given, one), await RowsAfterAsync([.. given, .. given], other));
            },
            iter: 25,
            threads: 1);
        await AssertAuditIsCleanAsync();
    }

    private async Task<string> RowsAfterAsync(Delivery[] deliveries, int seed)
    {
        var random = new Random(seed);
        deliveries = [.. deliveries];
        random.Shuffle(deliveries);
        var topic = new TestTopic($"topic-{Guid.NewGuid():n}");
        for (var start = 0; start < deliveries.Length;)
        {
            var size = random.Next(1, deliveries.Length + 1);
            var rows = deliveries.Skip(start).Take(size).Select(delivery => topic.Row(delivery, random.Next(3))).ToList();
            await LoadAsync(topic, topic.BatchOf(rows));
            start += size;
        }

        var lines = await QueryAsync<string>($"""
            SELECT concat_ws('|', event_id, event_type, transaction_id, coalesce(CAST(event_time AS text), 'none'), coalesce(extras, 'none'), CAST(issues AS text),
                             schema_version, content_digest, coalesce(CAST(slot_start_time AS text), 'none'), coalesce(agent_id, 'none'), reason)
            FROM vkyc.events WHERE app_id = '{topic.App}' ORDER BY event_id
            """);
        return string.Join('\n', lines);
    }
}
