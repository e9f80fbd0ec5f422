using System.Text.Json;
using Dapper;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Load;

public abstract partial class WarehouseContract
{
    [Fact]
    public async Task A_row_comes_back_as_it_was_loaded()
    {
        var topic = new TestTopic();
        var row = topic.Row(new Delivery(1)) with
        {
            EventId = "trn:vkyc:ünï 日本 \U0001F600 ' \" \\ \t",
            EventTime = new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            Issues = ["a_b", "c_d"],
            Values =
            [
                ColumnValue.From(new DateTime(9999, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9_999_990)),
                ColumnValue.From(""),
                ColumnValue.From("line\nline"),
                ColumnValue.From(Guid.Parse("00112233-4455-8677-8899-aabbccddeeff")),
                ColumnValue.From(long.MinValue),
                ColumnValue.From(-0.1),
                ColumnValue.From(true),
                ColumnValue.From(1234567.89m),
                ColumnValue.From(new DateOnly(2024, 2, 29)),
            ],
        };
        var nulls = topic.Row(new Delivery(2)) with { EventTime = null, EventVersion = null, Extras = null, Values = new ColumnValue[9] };
        await LoadAsync(topic, topic.BatchOf([row, nulls]));

        var text = await ScalarAsync<string>("""
            SELECT concat_ws('|', event_id, CAST(event_time AT TIME ZONE 'UTC' AS text), CAST(slot_start_time AT TIME ZONE 'UTC' AS text), agent_id, reason, case_ref,
                             tries, score, CASE WHEN is_recorded THEN 'yes' ELSE 'no' END, amount, due_on, issues[1], issues[2])
            FROM vkyc.events WHERE agent_id IS NOT NULL
            """);
        Assert.Equal(
            "trn:vkyc:ünï 日本 \U0001F600 ' \" \\ \t|0001-01-01 00:00:00|9999-12-31 23:59:59.999999||line\nline|00112233-4455-8677-8899-aabbccddeeff|"
            + "-9223372036854775808|-0.1|yes|1234567.89|2024-02-29|a_b|c_d",
            text);
        Assert.Equal(1, await ScalarAsync<long>("""
            SELECT count(*) FROM vkyc.events
            WHERE coalesce(event_version, extras, CAST(event_time AS text), agent_id, CAST(tries AS text), CAST(due_on AS text)) IS NULL
              AND issues = ARRAY[] AND issues IS NOT NULL
            """.Replace("ARRAY[]", Warehouse.Engine == "postgres" ? "'{}'" : "[]")));
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events AS e JOIN vkyc_etl.loads AS l ON l.load_id = e.load_id AND l.committed_at = e.loaded_at"));
    }

    [Fact]
    public async Task Progress_ranges_and_load_stand_beside_the_rows()
    {
        var topic = new TestTopic();
        var batch = topic.BatchOf([topic.Row(new Delivery(1), 3), topic.Row(new Delivery(2), 1), topic.Row(new Delivery(3), 3)]);
        await LoadAsync(topic, batch);

        var progress = await Warehouse.ReadProgressAsync(TestTopic.Cluster, topic.Id, Token);
        Assert.Equal([(1, 1L), (3, 2L)], progress.Select(row => (row.Partition, row.NextOffset)));
        Assert.All(progress, row => Assert.Equal(1, row.Pass));
        Assert.Equal(1, progress[1].Anchor!.Offset);
        Assert.Equal(batch.Ranges[1].Anchor!.Sha256, progress[1].Anchor!.Sha256);
        Assert.Equal(3, await ScalarAsync<long>("SELECT rows FROM vkyc_etl.loads WHERE marts_applied_at IS NULL"));
        Assert.Equal(Convert.ToHexStringLower(batch.Ranges[0].Digest), await ScalarAsync<string>("SELECT digest FROM vkyc_etl.load_ranges WHERE partition = 1"));
        Assert.Empty(await Warehouse.ReadProgressAsync("another", topic.Id, Token));

        // A range without records keeps the anchor: there is no later record to hold the log by.
        topic.Append(1);
        var gap = topic.BatchOf([]);
        gap = gap with { Ranges = [gap.Ranges[0] with { Gaps = 1, Anchor = null }] };
        await LoadAsync(topic, gap);
        progress = await Warehouse.ReadProgressAsync(TestTopic.Cluster, topic.Id, Token);
        Assert.Equal((2L, 0L), (progress[0].NextOffset, progress[0].Anchor!.Offset));
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task Copies_count_once_whichever_partition_and_batch_they_come_in()
    {
        var topic = new TestTopic();
        var first = await LoadAsync(topic, topic.BatchOf([
            topic.Row(new Delivery(1)), topic.Row(new Delivery(2), 1), topic.Row(new Delivery(1)), topic.Row(new Delivery(1), 1)]));
        Assert.Equal([new RangeCounts(0, 1, 1, 0), new RangeCounts(1, 1, 1, 0)], first.Counts);

        var second = await LoadAsync(topic, topic.BatchOf([topic.Row(new Delivery(3), 1), topic.Row(new Delivery(1)), topic.Row(new Delivery(2), 1)]));
        Assert.Equal([new RangeCounts(0, 0, 1, 0), new RangeCounts(1, 1, 1, 0)], second.Counts);
        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events"));
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task What_is_no_row_is_in_quarantine_with_its_bytes()
    {
        var topic = new TestTopic();
        var raw = topic.Append(0, "[1]");
        var outcome = await LoadAsync(topic, topic.BatchOf(
            [topic.Row(new Delivery(1))], new QuarantinedEvent(raw, QuarantineReason.NotAJsonObject, "an array")));
        Assert.Equal([new RangeCounts(0, 1, 0, 1)], outcome.Counts);
        Assert.Equal("vkyc.raw|0|0|1|not_a_json_object|an array|3", await ScalarAsync<string>("""
            SELECT concat_ws('|', source_topic, source_partition, source_offset, pass, reason_code, reason_text, octet_length(body), resolution)
            FROM vkyc_etl.quarantine
            """));
        using var headers = JsonDocument.Parse(await ScalarAsync<string>("SELECT headers FROM vkyc_etl.quarantine"));
        Assert.Equal("default", headers.RootElement[0].GetProperty("value").GetString());
        Assert.Equal([0xFF], headers.RootElement[1].GetProperty("base64").GetBytesFromBase64());
        Assert.Equal(JsonValueKind.Null, headers.RootElement[2].GetProperty("value").ValueKind);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_row_that_is_replaced_by_an_older_set_keeps_nothing_of_the_other_content()
    {
        // A worker with newer schemas has filled a column that this one's do not know.
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(1, 1)));
        await using (var newer = await Warehouse.OpenWriterAsync(Token))
        {
            await newer.ExecuteAsync("ALTER TABLE vkyc.events ADD COLUMN room bigint");
            await newer.ExecuteAsync("UPDATE vkyc.events SET room = 3");
        }

        await LoadAsync(topic, topic.Batch(new Delivery(1, 0)));
        Assert.Equal("agent-0|gone", await ScalarAsync<string>("SELECT concat_ws('|', agent_id, coalesce(CAST(room AS varchar), 'gone')) FROM vkyc.events"));
    }

    [Theory]
    // Content 0 is the least (its time), then 3 or 0 by digest, 1 later, 2 has no time.
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_least_of_differing_copies_is_the_row_and_the_other_is_in_quarantine(bool lesserFirst)
    {
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(1, lesserFirst ? 0 : 1)));
        var second = await LoadAsync(topic, topic.Batch(new Delivery(1, lesserFirst ? 1 : 0)));
        Assert.Equal([lesserFirst ? new RangeCounts(0, 0, 0, 1) : new RangeCounts(0, 1, 0, 0)], second.Counts);

        Assert.Equal("agent-0|conflicting_copies|2", await ScalarAsync<string>(
            "SELECT concat_ws('|', e.agent_id, e.issues[1], (SELECT count(*) FROM vkyc_etl.loads AS l WHERE l.load_id <= e.load_id)) FROM vkyc.events AS e"));
        Assert.Equal("conflicting_duplicate", await ScalarAsync<string>("SELECT reason_code FROM vkyc_etl.quarantine"));
        Assert.Equal(lesserFirst ? 1 : 0, await ScalarAsync<long>("SELECT source_offset FROM vkyc_etl.quarantine"));
        await AssertAuditIsCleanAsync();

        // What is settled stays settled: copies of either change nothing.
        var third = await LoadAsync(topic, topic.Batch(new Delivery(1, 0), new Delivery(1, 0)));
        Assert.Equal([new RangeCounts(0, 0, 2, 0)], third.Counts);
        Assert.Equal(0, await ScalarAsync<long>(
            "SELECT count(*) FROM vkyc.events AS e JOIN vkyc_etl.loads AS l ON l.load_id = e.load_id WHERE l.committed_at = (SELECT max(committed_at) FROM vkyc_etl.loads)"));
    }

    [Fact]
    public async Task A_displaced_row_is_kept_whole_under_its_own_coordinates()
    {
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(7), new Delivery(1, 2)));
        await LoadAsync(topic, topic.Batch(new Delivery(1, 1)));
        await LoadAsync(topic, topic.Batch(new Delivery(1, 0)));

        var displaced = await QueryAsync<string>($"""
            SELECT concat_ws('|', source_offset, pass, reason_text, {Utf8("body")}) FROM vkyc_etl.quarantine ORDER BY source_offset
            """);
        Assert.Equal(2, displaced.Count);
        var parts = displaced[0].Split('|');
        Assert.Equal(("1", "1"), (parts[0], parts[1]));
        Assert.StartsWith("displaced by vkyc.raw/0@2, content ", parts[2], StringComparison.Ordinal);
        using var body = JsonDocument.Parse(parts[3]);
        Assert.Equal(JsonValueKind.Null, body.RootElement.GetProperty("event_time").ValueKind);
        Assert.Equal("agent-2", body.RootElement.GetProperty("agent_id").GetString());
        Assert.Equal("[\"event_time_missing\"]", body.RootElement.GetProperty("issues").GetRawText());
        Assert.Equal(1, body.RootElement.GetProperty("source_offset").GetInt64());
        Assert.Equal("agent-0", await ScalarAsync<string>("SELECT agent_id FROM vkyc.events WHERE event_id = 'trn:vkyc:1'"));
        Assert.Equal(2, await ScalarAsync<long>(
            $"SELECT count(*) FROM vkyc_etl.quarantine AS q JOIN vkyc.events AS e ON e.event_id = 'trn:vkyc:1' AND {Utf8("q.record_key")} = e.app_id || ':' || e.transaction_id"));
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_lesser_copy_in_the_batch_marks_the_row_that_is_there()
    {
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(1, 0)));
        var outcome = await LoadAsync(topic, topic.Batch(new Delivery(1, 1), new Delivery(1, 0), new Delivery(1, 1)));
        Assert.Equal([new RangeCounts(0, 0, 1, 2)], outcome.Counts);
        Assert.Equal("conflicting_copies", await ScalarAsync<string>("SELECT issues[1] FROM vkyc.events"));
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_partition_that_moved_stops_the_whole_load()
    {
        var topic = new TestTopic();
        var first = topic.BatchOf([topic.Row(new Delivery(1)), topic.Row(new Delivery(2), 1)]);
        await LoadAsync(topic, first);

        // The same again: none may exist yet, but does.
        Assert.Equal([0, 1], (await Warehouse.LoadAsync(first with { LoadId = Guid.CreateVersion7() }, Token)).Moved.Order());

        var next = topic.BatchOf([topic.Row(new Delivery(3)), topic.Row(new Delivery(4), 1)]);
        var offset = next with { Ranges = [next.Ranges[0], next.Ranges[1] with { FirstOffset = 2, LastOffset = 2 }] };
        Assert.Equal([1], (await Warehouse.LoadAsync(offset, Token)).Moved);
        var pass = next with { Ranges = [next.Ranges[0] with { Pass = 2 }, next.Ranges[1]] };
        Assert.Equal([0], (await Warehouse.LoadAsync(pass, Token)).Moved);

        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events"));
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.loads"));
        await LoadAsync(topic, next);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_batch_that_does_not_add_up_is_not_committed()
    {
        var topic = new TestTopic();
        var batch = topic.Batch(new Delivery(1), new Delivery(2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Warehouse.LoadAsync(batch with { Rows = [batch.Rows[0]] }, Token));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events"));
        Assert.Empty(await Warehouse.ReadProgressAsync(TestTopic.Cluster, topic.Id, Token));
    }

    /// <summary>The bytes of a column as text.</summary>
    private string Utf8(string column) => Warehouse.Engine == "postgres" ? $"convert_from({column}, 'UTF8')" : $"decode({column})";
}
