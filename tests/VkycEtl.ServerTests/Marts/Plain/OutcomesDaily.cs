namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.outcomes_daily</c>.</summary>
internal sealed record OutcomesDaily
{
    public required long Day { get; init; }

    public required string AppId { get; init; }

    public required long Attempts { get; init; }

    public required long Started { get; init; }

    public required long Completed { get; init; }

    public required long Approved { get; init; }

    public required long Declined { get; init; }

    public required long Other { get; init; }

    public required long Incomplete { get; init; }

    public required long Abandoned { get; init; }

    public required long OpenAttempts { get; init; }

    public required long OpenStale { get; init; }

    public double? ApprovalRate { get; init; }

    public double? CompletionRate { get; init; }

    public required long FirstAttempts { get; init; }

    public required long FirstAttemptsApproved { get; init; }

    public required DateTime LastChangedAt { get; init; }

    public static IEnumerable<OutcomesDaily> Of(PlainMarts marts) =>
        from attempt in marts.CallAttempts
        group attempt by (Day: marts.Day(attempt.At()), attempt.AppId) into day
        select Row(marts, day.Key.Day, day.Key.AppId, [.. day]);

    private static OutcomesDaily Row(PlainMarts marts, long day, string appId, List<CallAttempt> attempts)
    {
        var (approved, declined, other) = (Count(Outcome.Approved), Count(Outcome.Declined), Count(Outcome.Other));
        var started = attempts.Count(attempt => attempt.StartedAt is not null);
        var completedOfStarted = attempts.Count(attempt => attempt.StartedAt is not null && attempt.Outcome is Outcome.Approved or Outcome.Declined or Outcome.Other);
        var firsts = attempts.Where(attempt => attempt.AttemptNo == 1).ToList();
        return new OutcomesDaily
        {
            Day = day,
            AppId = appId,
            Attempts = attempts.Count,
            Started = started,
            Completed = approved + declined + other,
            Approved = approved,
            Declined = declined,
            Other = other,
            Incomplete = Count(Outcome.Incomplete),
            Abandoned = Count(Outcome.Abandoned),
            OpenAttempts = Count(Outcome.Open),
            OpenStale = attempts.Count(attempt => attempt.Outcome == Outcome.Open && marts.Now - attempt.StartedAt > marts.Reporting.StaleAfter),
            ApprovalRate = PlainNumbers.Rate(approved, approved + declined),
            CompletionRate = marts.IsSent(appId, EventType.Completed, day) ? PlainNumbers.Rate(completedOfStarted, started) : null,
            FirstAttempts = firsts.Count,
            FirstAttemptsApproved = firsts.Count(attempt => attempt.Outcome == Outcome.Approved),
            LastChangedAt = attempts.Max(attempt => attempt.LastChangedAt),
        };

        long Count(string outcome) => attempts.Count(attempt => attempt.Outcome == outcome);
    }
}
