namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>What of the row of <c>vkyc.freshness</c> follows from the events and the clock.</summary>
internal sealed record Freshness(DateTime? LastReceivedAt, DateTime? LastEventTime, double? LagSeconds)
{
    public static Freshness Of(PlainMarts marts)
    {
        DateTime? received = marts.Events.Count == 0 ? null : marts.Events.Max(one => one.ReceivedAt);
        return new(received, marts.Events.Max(one => one.EventTime), received is { } last ? PlainNumbers.Seconds(last, marts.Now) : null);
    }
}
