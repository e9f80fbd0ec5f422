namespace VkycEtl.Pipeline.Load;

/// <summary>The time as columns hold it.</summary>
internal static class Clock
{
    /// <summary>Now, UTC, cut to the microsecond.</summary>
    public static DateTime UtcMicroseconds(this TimeProvider clock)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return new DateTime(now.Ticks - now.Ticks % TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
    }
}
