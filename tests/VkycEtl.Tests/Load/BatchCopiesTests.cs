using CsCheck;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Load;

public sealed class BatchCopiesTests
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Different_events_are_all_candidates()
    {
        var copies = BatchCopies.Settle([Row(0, 1, 1), Row(1, 2, 1), Row(2, 3, 1)]);
        Assert.Equal([0L, 1, 2], copies.Candidates.Select(candidate => candidate.Row.Raw.Offset));
        Assert.All(copies.Candidates, candidate => Assert.False(candidate.IsMarked));
        Assert.Empty(copies.Duplicates);
        Assert.Empty(copies.Displaced);
    }

    [Fact]
    public void Of_equal_copies_the_first_is_the_candidate()
    {
        var copies = BatchCopies.Settle([Row(0, 1, 1), Row(1, 1, 1), Row(2, 1, 1)]);
        Assert.Equal(0, Assert.Single(copies.Candidates).Row.Raw.Offset);
        Assert.Equal([1L, 2], copies.Duplicates.Select(row => row.Raw.Offset));
        Assert.Empty(copies.Candidates[0].Row.Issues);
    }

    [Fact]
    public void Of_differing_copies_the_least_is_the_candidate_and_marked()
    {
        var copies = BatchCopies.Settle([Row(0, 1, 9), Row(1, 1, 2), Row(2, 1, 9), Row(3, 1, 2), Row(4, 1, 1, time: null)]);
        var candidate = Assert.Single(copies.Candidates);
        Assert.Equal(1, candidate.Row.Raw.Offset);
        Assert.Equal(["a", "conflicting_copies", "z"], candidate.Row.Issues);
        Assert.Equal([3L], copies.Duplicates.Select(row => row.Raw.Offset));
        Assert.Equal([0L, 2, 4], copies.Displaced.Select(pair => pair.Row.Raw.Offset));
        Assert.All(copies.Displaced, pair => Assert.Equal(Digest(2), pair.Winner));
    }

    [Fact]
    public void Every_row_has_one_place_and_the_candidates_do_not_depend_on_the_order()
    {
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3]).Array[0, 30].Sample(pairs =>
        {
            var rows = pairs.Select((pair, i) => Row(i, pair.Item1, pair.Item2, pair.Item2 == 3 ? null : Noon.AddSeconds(pair.Item2 / 2))).ToList();
            var copies = BatchCopies.Settle(rows);
            var backward = BatchCopies.Settle([.. rows.AsEnumerable().Reverse()]);
            Assert.Equal(rows.Count, copies.Candidates.Count + copies.Duplicates.Count + copies.Displaced.Count);
            Assert.Equal(Contents(copies), Contents(backward));
            Assert.Equal(copies.Displaced.Count, backward.Displaced.Count);
        });
    }

    [Fact]
    public void Digests_are_compared_by_their_bytes()
    {
        var bytes = Gen.Byte.Array[16];
        Gen.Select(bytes, bytes).Sample((left, right) => Assert.Equal(
            Math.Sign(left.AsSpan().SequenceCompareTo(right)),
            Math.Sign(CopyOrder.Compare(Noon, new Guid(left, bigEndian: true), Noon, new Guid(right, bigEndian: true)))));
    }

    [Theory]
    [InlineData(0, 9, 1, 1)]
    [InlineData(0, 9, null, 1)]
    [InlineData(0, 1, 0, 9)]
    [InlineData(null, 1, null, 9)]
    public void The_least_time_comes_first_then_the_least_digest_and_no_time_is_last(int? time, int digest, int? otherTime, int otherDigest)
    {
        DateTime? At(int? seconds) => seconds is { } s ? Noon.AddSeconds(s) : null;
        Assert.True(CopyOrder.Compare(At(time), Digest(digest), At(otherTime), Digest(otherDigest)) < 0);
        Assert.True(CopyOrder.Compare(At(otherTime), Digest(otherDigest), At(time), Digest(digest)) > 0);
    }

    private static List<string> Contents(BatchCopies copies) =>
        [.. copies.Candidates.Select(candidate => $"{candidate.Row.EventKey} {candidate.Row.ContentDigest} {candidate.IsMarked}").Order(StringComparer.Ordinal)];

    private static Guid Digest(int n) => new(n, 0, 0, new byte[8]);

    private static EventRow Row(long offset, int key, int digest) => Row(offset, key, digest, Noon);

    private static EventRow Row(long offset, int key, int digest, DateTime? time) => new()
    {
        Raw = new RawEvent { Topic = "t", Partition = 0, Offset = offset, Body = [], ReceivedAt = Noon },
        TransactionKey = Digest(0),
        EventKey = Digest(key),
        EventId = $"{key}",
        EventType = "T",
        AppId = "app",
        TransactionId = "t",
        EventTime = time,
        Issues = digest == 2 ? ["a", "z"] : [],
        SchemaVersion = "v",
        ContentDigest = Digest(digest),
        Values = [],
    };
}
