namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.sla_daily</c>.</summary>
internal sealed record SlaDaily(
    long CohortDay, string AppId, long Entered, long Matured, long? ApprovedWithinSla, double? Rate, DateTime LastChangedAt)
{
    public static IEnumerable<SlaDaily> Of(PlainMarts marts)
    {
        foreach (var day in marts.Transactions.GroupBy(one => (Day: marts.Day(one.FirstEventAt), one.AppId)))
        {
            var matured = day.Where(one => marts.HasPassed(one.FirstEventAt, marts.Reporting.Sla)).ToList();
            var within = matured.Count(one => one.ApprovedAt - one.FirstEventAt <= marts.Reporting.Sla);
            var isSent = marts.IsSent(day.Key.AppId, EventType.Completed, day.Key.Day);
            yield return new SlaDaily(
                day.Key.Day,
                day.Key.AppId,
                day.Count(),
                matured.Count,
                isSent ? within : null,
                isSent ? PlainNumbers.Rate(within, matured.Count) : null,
                day.Max(one => one.LastChangedAt));
        }
    }
}
