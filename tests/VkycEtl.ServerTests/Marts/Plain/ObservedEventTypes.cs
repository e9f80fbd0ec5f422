namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.observed_event_types</c>.</summary>
internal sealed record ObservedEventTypes(string AppId, string EventType, long Events, DateTime FirstEventTime, DateTime LastEventTime)
{
    public static IEnumerable<ObservedEventTypes> Of(PlainMarts marts) =>
        from one in marts.TimedEvents
        group one by (one.AppId, one.EventType) into type
        select new ObservedEventTypes(type.Key.AppId, type.Key.EventType, type.Count(), type.Min(one => one.Time), type.Max(one => one.Time));
}
