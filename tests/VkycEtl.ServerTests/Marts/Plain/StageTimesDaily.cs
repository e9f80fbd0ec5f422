namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.stage_times_daily</c>.</summary>
internal sealed record StageTimesDaily(
    long Day, string AppId, string Measure, long N, double? P50Seconds, double? P90Seconds, double? P95Seconds, long Negatives,
    DateTime LastChangedAt)
{
    public static IEnumerable<StageTimesDaily> Of(PlainMarts marts)
    {
        var values = marts.Transactions.SelectMany(one => Measured(marts, one))
            .Concat(marts.CallAttempts
                .Where(attempt => attempt.DurationSeconds is not null)
                .Select(attempt => new Value(
                    marts.Day(attempt.StartedAt!.Value), attempt.AppId, "call", attempt.DurationSeconds, false, attempt.LastChangedAt)));
        foreach (var row in values.Where(value => value.Seconds is not null || value.IsNegative).GroupBy(value => (value.Day, value.AppId, value.Measure)))
        {
            var seconds = row.Where(value => value.Seconds is not null).Select(value => value.Seconds!.Value).ToList();
            yield return new StageTimesDaily(
                row.Key.Day,
                row.Key.AppId,
                row.Key.Measure,
                seconds.Count,
                PlainNumbers.Percentile(0.5, seconds),
                PlainNumbers.Percentile(0.9, seconds),
                PlainNumbers.Percentile(0.95, seconds),
                row.Count(value => value.IsNegative),
                row.Max(value => value.ChangedAt));
        }
    }

    private static IEnumerable<Value> Measured(PlainMarts marts, Transaction one)
    {
        var day = marts.Day(one.FirstEventAt);
        return
        [
            new(day, one.AppId, "schedule_to_assign", one.ScheduleToAssignSeconds, Transaction.IsNegative(one.ScheduledAt, one.AssignedAt), one.LastChangedAt),
            new(day, one.AppId, "assign_to_start", one.AssignToStartSeconds, Transaction.IsNegative(one.AssignedAt, one.StartedAt), one.LastChangedAt),
            new(day, one.AppId, "notify_to_start", one.NotifyToStartSeconds, Transaction.IsNegative(one.NotifiedAt, one.StartedAt), one.LastChangedAt),
            new(day, one.AppId, "turnaround", one.TurnaroundSeconds, false, one.LastChangedAt),
        ];
    }

    private sealed record Value(long Day, string AppId, string Measure, double? Seconds, bool IsNegative, DateTime ChangedAt);
}
