namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.funnel_daily</c>.</summary>
internal sealed record FunnelDaily(
    long CohortDay, string AppId, string Cohort, int StageNo, string Stage, long Entered, long? Reached, long? ReachedOpen,
    long? ReachedStrict, double? ConversionRate, long? Moving, DateTime LastChangedAt)
{
    private const int Scheduled = 1;

    private static readonly string[] Stages = ["ENTERED", "SCHEDULED", "ASSIGNED", "NOTIFIED", "STARTED", "COMPLETED", "APPROVED"];

    public static IEnumerable<FunnelDaily> Of(PlainMarts marts)
    {
        var scheduled = marts.Transactions.Where(one => one.Schedules > 0);
        return OfCohort(marts, "any", marts.Transactions).Concat(OfCohort(marts, "scheduled", scheduled));
    }

    private static IEnumerable<FunnelDaily> OfCohort(PlainMarts marts, string cohort, IEnumerable<Transaction> transactions) =>
        from one in transactions
        group one by (Day: marts.Day(one.FirstEventAt), one.AppId) into day
        from stage in Enumerable.Range(0, Stages.Length)
        select OfStage(marts, cohort, day.Key.Day, day.Key.AppId, stage, [.. day]);

    private static FunnelDaily OfStage(PlainMarts marts, string cohort, long day, string appId, int stage, List<Transaction> entered)
    {
        var changedAt = entered.Max(one => one.LastChangedAt);
        if (!IsSent(stage))
            return new(day, appId, cohort, stage, Stages[stage], entered.Count, null, null, null, null, null, changedAt);

        var asked = Enumerable.Range(0, stage).Where(IsSent).Where(earlier => cohort != "any" || earlier != Scheduled).Append(stage).ToList();
        var open = entered.Count(one => IsReachedOpen(one, stage));
        return new(
            day,
            appId,
            cohort,
            stage,
            Stages[stage],
            entered.Count,
            entered.Count(one => IsReached(one, stage)),
            open,
            entered.Count(one => asked.All(earlier => IsReached(one, earlier))),
            PlainNumbers.Rate(open, entered.Count),
            entered.Count(one => !IsReachedOpen(one, stage) && IsMoving(marts, one)),
            changedAt);

        bool IsSent(int no) => no switch
        {
            0 => true,
            1 => marts.IsSent(appId, EventType.Scheduled, day),
            2 => marts.IsSent(appId, EventType.Assigned, day),
            3 => marts.IsSent(appId, EventType.Notified, day),
            4 => marts.IsSent(appId, EventType.Started, day),
            _ => marts.IsSent(appId, EventType.Completed, day),
        };
    }

    private static bool IsReached(Transaction one, int stage) => stage switch
    {
        0 => true,
        1 => one.ScheduledAt is not null,
        2 => one.AssignedAt is not null,
        3 => one.NotifiedAt is not null,
        4 => one.StartedAt is not null,
        5 => one.CompletedAt is not null,
        _ => one.EverApproved,
    };

    private static bool IsReachedOpen(Transaction one, int stage) =>
        Enumerable.Range(stage, Stages.Length - stage).Any(later => IsReached(one, later)) || (stage <= 4 && one.EndedAt is not null);

    private static bool IsMoving(PlainMarts marts, Transaction one) =>
        one.State is not ("APPROVED" or "DECLINED") && marts.Now - one.LastEventAt < marts.Reporting.LapsedAfter;
}
