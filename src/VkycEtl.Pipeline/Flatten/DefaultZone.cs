namespace VkycEtl.Pipeline.Flatten;

/// <summary>Turns local times of the configured zone into instants. A time that the zone has twice or never takes the earlier offset.</summary>
/// <param name="zone">The zone.</param>
internal sealed class DefaultZone(TimeZoneInfo zone)
{
    private const long MicrosPerDay = 86_400_000_000;
    private readonly bool isUtc = zone.Equals(TimeZoneInfo.Utc);

    /// <summary>From microseconds of local time to microseconds of UTC, both since the start of year 1.</summary>
    public long ToUtc(long local)
    {
        if (isUtc)
            return local;

        // Between the offset of the day before and that of the day after there is one transition or none:
        //   none           ──a───────a──   a
        //   clock put back ──a──╲a/b╱──b   local − a is still before it: a, the earlier of two
        //   put forward    ──a──╱   ╲──b   in the gap neither fits: a, as before the transition
        var before = OffsetAt(local - MicrosPerDay);
        var after = OffsetAt(local + MicrosPerDay);
        if (before == after || OffsetAt(local - before) == before || OffsetAt(local - after) != after)
            return local - before;
        return local - after;
    }

    private long OffsetAt(long utc)
    {
        var instant = Timestamp.ToDateTime(Math.Clamp(utc, 0, Timestamp.EndMicros - 1));
        return zone.GetUtcOffset(instant).Ticks / TimeSpan.TicksPerMicrosecond;
    }
}
