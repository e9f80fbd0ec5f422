namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.data_quality_daily</c>.</summary>
internal sealed record DataQualityDaily(long Day, string AppId, string Issue, long Events, DateTime LastChangedAt)
{
    public static IEnumerable<DataQualityDaily> Of(PlainMarts marts) =>
        from one in marts.Events
        from issue in one.Issues.Distinct(StringComparer.Ordinal)
        group one by (Day: marts.Day(one.ReceivedAt), one.AppId, Issue: issue) into row
        select new DataQualityDaily(row.Key.Day, row.Key.AppId, row.Key.Issue, row.Count(), row.Max(one => one.LoadedAt));
}
