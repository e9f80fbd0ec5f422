using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;
using VkycEtl.Tests.Flatten;

namespace VkycEtl.Tests.Consume;

public sealed class BatchBuilderTests
{
    private static readonly TopicIdentity Topic = new("cluster", "topic-id", 2);

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));
    private readonly BatchBuilder batch;

    public BatchBuilderTests() =>
        batch = new BatchBuilder(new WorkerOptions { BatchRows = 3, BatchBytes = 10_000, BatchWait = TimeSpan.FromSeconds(1) }, clock)
        {
            TopicName = "raw",
        };

    [Fact]
    public void Every_offset_of_a_range_is_accounted_for()
    {
        var position = Reading(partition: 1, StartingPoint.Choose(Stored(next: 10), low: 14, high: 30));

        Add(position, 14);
        Add(position, 17);
        batch.AddEnd(position, 20);
        var range = Assert.Single(Take().Batch.Ranges);

        // [10, 20): 10–13 lost, 14 and 17 records, 15 16 18 19 gaps.
        Assert.Equal((10, 19, 4L, 4L), (range.FirstOffset, range.LastOffset, range.Lost, range.Gaps));
        Assert.True(range.HasProgress);
        Assert.Equal(17, range.Anchor!.Offset);
        Assert.Equal(SHA256.HashData(Body(17)), range.Anchor.Sha256);
        Assert.Equal(DigestOf(14, 17), range.Digest);
    }

    [Fact]
    public void Ranges_follow_one_another_and_only_the_first_may_have_no_progress()
    {
        var position = Reading(partition: 0, StartingPoint.Choose(stored: null, low: 5, high: 30));

        Add(position, 5);
        var first = Assert.Single(Take().Batch.Ranges);
        Add(position, 6);
        var second = Assert.Single(Take().Batch.Ranges);

        Assert.Equal((5, 5, false), (first.FirstOffset, first.LastOffset, first.HasProgress));
        Assert.Equal((6, 6, true), (second.FirstOffset, second.LastOffset, second.HasProgress));
        Assert.Equal(DigestOf(6), second.Digest);
    }

    [Fact]
    public void Lost_offsets_alone_are_loaded_and_keep_the_stored_anchor()
    {
        var position = Reading(partition: 0, StartingPoint.Choose(Stored(next: 10), low: 15, high: 15));

        batch.AddEnd(position, 15);
        var range = Assert.Single(Take().Batch.Ranges);

        Assert.Equal((10, 14, 5L, 0L), (range.FirstOffset, range.LastOffset, range.Lost, range.Gaps));
        Assert.Null(range.Anchor);
    }

    [Fact]
    public void An_end_that_tells_nothing_new_makes_no_batch()
    {
        var position = Reading(partition: 0, StartingPoint.Choose(Stored(next: 10), low: 0, high: 10));

        batch.AddEnd(position, 10);

        Assert.True(batch.IsEmpty);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(batch.IsDue);
    }

    [Fact]
    public void Is_due_by_rows_by_bytes_and_by_time()
    {
        var position = Reading(partition: 0, StartingPoint.Choose(stored: null, low: 0, high: 100));

        Add(position, 0);
        Assert.False(batch.IsDue);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(batch.IsDue);
        Assert.False(batch.IsFull);
        Take();

        for (var offset = 1; offset <= 3; offset++)
            Add(position, offset);
        Assert.True(batch.IsFull);
        Take();

        batch.Add(position, Raw(0, 4, new byte[10_000]), new Flattened(null, Quarantined(0, 4)));
        Assert.True(batch.IsFull);
    }

    [Fact]
    public void A_partition_taken_away_leaves_nothing_behind()
    {
        var kept = Reading(partition: 0, StartingPoint.Choose(stored: null, low: 0, high: 9));
        var gone = Reading(partition: 1, StartingPoint.Choose(stored: null, low: 0, high: 9));
        Add(kept, 0);
        Add(gone, 0);
        Add(gone, 1);

        batch.Discard(1);

        var pending = Take().Batch;
        Assert.Equal(0, Assert.Single(pending.Ranges).Partition);
        Assert.Equal(0, Assert.Single(pending.Quarantined).Raw.Partition);
    }

    [Fact]
    public void Nothing_is_left_when_the_only_partition_is_taken_away()
    {
        var position = Reading(partition: 0, StartingPoint.Choose(stored: null, low: 0, high: 9));
        Add(position, 0);

        batch.Discard(0);

        Assert.True(batch.IsEmpty);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(batch.IsDue);
    }

    private static PartitionPosition Reading(int partition, StartingPoint start)
    {
        var position = new PartitionPosition(partition);
        position.Resume(Topic, start with { Anchor = null });
        return position;
    }

    private static PartitionProgress Stored(long next) => new()
    {
        ClusterId = "cluster",
        Topic = "raw",
        TopicId = "topic-id",
        Partition = 0,
        Pass = 1,
        NextOffset = next,
    };

    private static byte[] Body(long offset) => Encoding.UTF8.GetBytes($"body {offset}");

    private static RawEvent Raw(int partition, long offset, byte[] body) =>
        new() { Topic = "raw", Partition = partition, Offset = offset, Body = body, ReceivedAt = DateTime.UnixEpoch };

    private static QuarantinedEvent Quarantined(int partition, long offset) =>
        new(Raw(partition, offset, Body(offset)), QuarantineReason.NotAJsonObject, "test");

    private static byte[] DigestOf(params long[] offsets)
    {
        using var bytes = new MemoryStream();
        foreach (var offset in offsets)
        {
            var frame = new byte[12];
            BinaryPrimitives.WriteInt64BigEndian(frame, offset);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), Body(offset).Length);
            bytes.Write(frame);
            bytes.Write(Body(offset));
        }

        return SHA256.HashData(bytes.ToArray());
    }

    private void Add(PartitionPosition position, long offset) =>
        batch.Add(position, Raw(position.Partition, offset, Body(offset)), new Flattened(null, Quarantined(position.Partition, offset)));

    private PendingBatch Take() => batch.Take("worker", Given.Schemas);
}
