using VkycEtl.Pipeline.Load;

namespace VkycEtl.Pipeline.Consume;

/// <summary>
/// Where reading of a partition begins, by stored progress and the log alone: never by the broker's committed offset, never at the end.
/// <code>
///   stored        the log             ==&gt; begin
///   none          [low, high)             low, nothing lost
///   next          high &lt; next             diverged: the log ends before what was loaded
///   next          low &gt; next              low; [next, low) is lost
///   next, anchor  low &gt; anchor            next: the anchor is gone with the log's front
///   next, anchor  low &lt;= anchor           anchor: the first record must match it
/// </code>
/// </summary>
/// <param name="Pass">The pass to read in.</param>
/// <param name="HasProgress">Whether progress is stored.</param>
/// <param name="RangeStart">First offset to account for.</param>
/// <param name="Lost">Offsets from <paramref name="RangeStart"/> on that the log no longer holds.</param>
/// <param name="Anchor">The record to begin at and to compare; null: begin after what is lost.</param>
/// <param name="HasDiverged">Whether the log ends before what was loaded.</param>
internal sealed record StartingPoint(int Pass, bool HasProgress, long RangeStart, long Lost, Anchor? Anchor, bool HasDiverged)
{
    /// <summary>Decides by the table above.</summary>
    /// <param name="stored">Stored progress, or null.</param>
    /// <param name="low">The log's first offset.</param>
    /// <param name="high">The log's end: one past its last readable offset.</param>
    public static StartingPoint Choose(PartitionProgress? stored, long low, long high) => stored switch
    {
        null => new StartingPoint(1, HasProgress: false, low, Lost: 0, Anchor: null, HasDiverged: false),
        _ when high < stored.NextOffset =>
            new StartingPoint(stored.Pass, HasProgress: true, stored.NextOffset, Lost: 0, stored.Anchor, HasDiverged: true),
        _ when low > stored.NextOffset =>
            new StartingPoint(stored.Pass, HasProgress: true, stored.NextOffset, low - stored.NextOffset, Anchor: null, HasDiverged: false),
        _ when low > stored.Anchor?.Offset =>
            new StartingPoint(stored.Pass, HasProgress: true, stored.NextOffset, Lost: 0, Anchor: null, HasDiverged: false),
        _ => new StartingPoint(stored.Pass, HasProgress: true, stored.NextOffset, Lost: 0, stored.Anchor, HasDiverged: false),
    };
}
