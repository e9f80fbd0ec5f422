namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.slots_daily</c>.</summary>
internal sealed record SlotsDaily(
    long Day, string AppId, long Slots, long Reschedules, long Matured, long? StartedBefore, long? StartedInSlot, long? StartedAfter,
    long? NoShow, DateTime LastChangedAt)
{
    public static IEnumerable<SlotsDaily> Of(PlainMarts marts)
    {
        var whole = marts.Transactions.Where(one => one.SlotEndTime >= one.SlotStartTime);
        foreach (var day in whole.GroupBy(one => (Day: marts.Day(one.SlotStartTime!.Value), one.AppId)))
        {
            var matured = day.Where(one => marts.HasPassed(one.SlotEndTime!.Value, marts.Reporting.NoShowGrace)).ToList();
            var isSent = marts.IsSent(day.Key.AppId, EventType.Started, day.Key.Day);
            yield return new SlotsDaily(
                day.Key.Day,
                day.Key.AppId,
                day.Count(),
                day.Sum(one => one.Schedules - 1),
                matured.Count,
                Count("before"),
                Count("in"),
                Count("after"),
                Count("none"),
                day.Max(one => one.LastChangedAt));

            long? Count(string when) => isSent ? matured.Count(one => When(marts, one) == when) : null;
        }
    }

    private static string When(PlainMarts marts, Transaction one) => one.SlotCallAt switch
    {
        null => "none",
        { } call when call < one.SlotStartTime => "before",
        { } call when call <= one.SlotEndTime => "in",
        { } call when call - one.SlotEndTime <= marts.Reporting.NoShowGrace => "after",
        _ => "none",
    };
}
