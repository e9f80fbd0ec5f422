using Microsoft.Extensions.Logging.Abstractions;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Load;

public abstract partial class WarehouseContract
{
    private BatchLoader Loader => new(Warehouse, 0.10, TimeProvider.System, NullLogger<BatchLoader>.Instance);

    [Fact]
    public async Task Rows_that_the_database_refuses_are_quarantined_alone()
    {
        await ExecuteAsync("ALTER TABLE vkyc.events ALTER COLUMN reason SET NOT NULL");
        var topic = new TestTopic();
        // Even events are schedulings, which have no reason: three of them, one twice.
        int[] events = [1, 3, 4, 5, 7, 9, 4, 11, 13, 15, 6, 17, 19, 21, 23, 8, 25];
        var batch = topic.BatchOf([.. events.Select((n, i) => topic.Row(new Delivery(n), i % 2))]);
        var result = await Loader.LoadAsync(batch, Token);
        topic.Loaded(batch);

        Assert.True(result.IsCommitted);
        Assert.Equal([new RangeCounts(0, 6, 0, 3), new RangeCounts(1, 7, 0, 1)], result.Counts);
        Assert.Equal(13, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events"));
        Assert.Equal([2, 6, 10, 15], await QueryAsync<long>(
            "SELECT 2 * source_offset + source_partition FROM vkyc_etl.quarantine WHERE reason_code = 'refused_by_database' ORDER BY 1"));
        var text = await ScalarAsync<string>("SELECT min(reason_text) FROM vkyc_etl.quarantine");
        Assert.Contains(Warehouse.Engine == "postgres" ? "SQLSTATE 23502, column reason" : "Constraint", text, StringComparison.Ordinal);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task Too_many_refused_rows_are_the_tables_fault_and_nothing_is_quarantined()
    {
        await ExecuteAsync("ALTER TABLE vkyc.events ALTER COLUMN reason SET NOT NULL");
        var topic = new TestTopic();
        var batch = topic.Batch([.. Enumerable.Range(0, 50).Select(n => new Delivery(n))]);
        var fault = await Assert.ThrowsAsync<WarehouseUnfitException>(() => Loader.LoadAsync(batch, Token));
        Assert.Contains("MaxPoisonShare", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, await ScalarAsync<long>("SELECT (SELECT count(*) FROM vkyc.events) + (SELECT count(*) FROM vkyc_etl.quarantine) + (SELECT count(*) FROM vkyc_etl.loads)"));
    }

    [Fact]
    public async Task A_small_batch_may_be_refused_whole()
    {
        await ExecuteAsync("ALTER TABLE vkyc.events ALTER COLUMN reason SET NOT NULL");
        var topic = new TestTopic();
        var result = await Loader.LoadAsync(topic.Batch(new Delivery(0), new Delivery(2)), Token);
        Assert.Equal([new RangeCounts(0, 0, 0, 2)], result.Counts);
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_moved_partition_is_left_out_and_the_rest_loads()
    {
        var topic = new TestTopic();
        var ours = topic.BatchOf([topic.Row(new Delivery(1)), topic.Row(new Delivery(3), 1)]);
        var theirs = ours.Without([1]) with { LoadId = Guid.CreateVersion7() };
        Assert.True((await Loader.LoadAsync(theirs, Token)).IsCommitted);

        var result = await Loader.LoadAsync(ours, Token);
        Assert.Equal([0], result.Moved);
        Assert.Equal([new RangeCounts(1, 1, 0, 0)], result.Counts);
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events"));

        Assert.Equal([0, 1], (await Loader.LoadAsync(ours, Token)).Moved.Order());
        await AssertAuditIsCleanAsync();
    }

    [Fact]
    public async Task A_missing_column_stops_the_loader_with_one_clear_line()
    {
        await ExecuteAsync("DROP VIEW vkyc.call_completed; ALTER TABLE vkyc.events DROP COLUMN tries");
        var fault = await Assert.ThrowsAsync<WarehouseUnfitException>(() => Loader.LoadAsync(new TestTopic().Batch(new Delivery(1)), Token));
        Assert.Contains("vkyc migrate", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vkyc_etl.loads"));
    }

    [Fact]
    public async Task A_probe_leaves_nothing_behind()
    {
        var topic = new TestTopic();
        EventRow[] rows = [topic.Row(new Delivery(1)), topic.Row(new Delivery(1)), topic.Row(new Delivery(2))];
        Assert.Null(await Warehouse.RefuseAsync(rows, TestSchemas.Default, Token));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vkyc.events"));
    }
}
