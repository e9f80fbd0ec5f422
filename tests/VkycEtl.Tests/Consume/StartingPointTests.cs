using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Tests.Consume;

public sealed class StartingPointTests
{
    // stored next (-1: none), anchor (-1: none), low, high  ==> range start, lost, begins at the anchor, diverged
    public static TheoryData<long, long, long, long, long, long, bool, bool> Cases => new()
    {
        { -1, -1, 0, 0, 0, 0, false, false },
        { -1, -1, 40, 90, 40, 0, false, false },
        { 50, 49, 0, 90, 50, 0, true, false },
        { 50, 49, 49, 50, 50, 0, true, false },
        { 50, 49, 50, 50, 50, 0, false, false },
        { 50, 45, 46, 60, 50, 0, false, false },
        { 50, -1, 0, 60, 50, 0, false, false },
        { 50, 49, 51, 60, 50, 1, false, false },
        { 50, 49, 90, 90, 50, 40, false, false },
        { 50, 49, 0, 49, 50, 0, true, true },
        { 50, 49, 0, 0, 50, 0, true, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Begins_where_progress_and_the_log_say(
        long next, long anchor, long low, long high, long rangeStart, long lost, bool atAnchor, bool diverged)
    {
        var stored = next < 0 ? null : Stored(next, anchor < 0 ? null : new Anchor(anchor, new byte[32]));

        var start = StartingPoint.Choose(stored, low, high);

        Assert.Equal(rangeStart, start.RangeStart);
        Assert.Equal(lost, start.Lost);
        Assert.Equal(atAnchor, start.Anchor is not null);
        Assert.Equal(diverged, start.HasDiverged);
        Assert.Equal(stored is not null, start.HasProgress);
        Assert.Equal(stored?.Pass ?? 1, start.Pass);
    }

    private static PartitionProgress Stored(long next, Anchor? anchor) => new()
    {
        ClusterId = "c",
        Topic = "t",
        TopicId = "i",
        Partition = 0,
        Pass = 3,
        NextOffset = next,
        Anchor = anchor,
    };
}
