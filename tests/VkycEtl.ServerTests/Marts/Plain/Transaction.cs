namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.transactions</c>.</summary>
internal sealed record Transaction
{
    public required Guid TransactionKey { get; init; }

    public required string AppId { get; init; }

    public required string TransactionId { get; init; }

    public required DateTime FirstEventAt { get; init; }

    public required DateTime LastEventAt { get; init; }

    public required long Events { get; init; }

    public DateTime? ScheduledAt { get; init; }

    public long Schedules { get; init; }

    public DateTime? SlotSetAt { get; init; }

    public DateTime? SlotStartTime { get; init; }

    public DateTime? SlotEndTime { get; init; }

    public DateTime? AssignedAt { get; init; }

    public long Assignments { get; init; }

    public DateTime? NotifiedAt { get; init; }

    public long Notifications { get; init; }

    public DateTime? StartedAt { get; init; }

    public long Attempts { get; init; }

    public DateTime? CompletedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public string? FirstOutcome { get; init; }

    public string? LatestOutcome { get; init; }

    public DateTime? ApprovedAt { get; init; }

    public bool EverApproved { get; init; }

    public long DeclinedAttempts { get; init; }

    public long IncompleteAttempts { get; init; }

    public long AbandonedAttempts { get; init; }

    public string? LatestAgentKey { get; init; }

    public required string State { get; init; }

    public double? ScheduleToAssignSeconds { get; init; }

    public double? AssignToStartSeconds { get; init; }

    public double? NotifyToStartSeconds { get; init; }

    public long NegativeIntervals { get; init; }

    public double? TurnaroundSeconds { get; init; }

    public DateTime? SlotCallAt { get; init; }

    public DateTime LastChangedAt { get; init; }

    /// <summary>The row of one transaction, from its timed events in order and its attempts.</summary>
    public static Transaction Of(IReadOnlyList<PlainEvent> ordered, IReadOnlyList<CallAttempt> attempts, Func<string, DateTime> changedAt)
    {
        var first = ordered[0];
        var slot = ordered.LastOrDefault(one => one.EventType == EventType.Scheduled);
        var approved = attempts.FirstOrDefault(attempt => attempt.Outcome == Outcome.Approved);
        var (scheduled, assigned, notified, started) =
            (First(EventType.Scheduled), First(EventType.Assigned), First(EventType.Notified), First(EventType.Started));
        var intervals = new[] { (From: scheduled, To: assigned), (From: assigned, To: started), (From: notified, To: started) };
        return new Transaction
        {
            TransactionKey = first.TransactionKey,
            AppId = first.AppId,
            TransactionId = first.TransactionId,
            FirstEventAt = first.Time,
            LastEventAt = ordered[^1].Time,
            Events = ordered.Count,
            ScheduledAt = scheduled,
            Schedules = Count(EventType.Scheduled),
            SlotSetAt = slot?.Time,
            SlotStartTime = slot?.SlotStartTime,
            SlotEndTime = slot?.SlotEndTime,
            AssignedAt = assigned,
            Assignments = Count(EventType.Assigned),
            NotifiedAt = notified,
            Notifications = Count(EventType.Notified),
            StartedAt = started,
            Attempts = attempts.Count,
            CompletedAt = First(EventType.Completed),
            EndedAt = First(EventType.Ended),
            FirstOutcome = attempts.Count == 0 ? null : attempts[0].Outcome,
            LatestOutcome = attempts.Count == 0 ? null : attempts[^1].Outcome,
            ApprovedAt = approved?.EndedAt,
            EverApproved = approved is not null,
            DeclinedAttempts = attempts.Count(attempt => attempt.Outcome == Outcome.Declined),
            IncompleteAttempts = attempts.Count(attempt => attempt.Outcome == Outcome.Incomplete),
            AbandonedAttempts = attempts.Count(attempt => attempt.Outcome == Outcome.Abandoned),
            LatestAgentKey = attempts.LastOrDefault(attempt => attempt.AgentKey is not null)?.AgentKey,
            State = StateOf(),
            ScheduleToAssignSeconds = Interval(scheduled, assigned),
            AssignToStartSeconds = Interval(assigned, started),
            NotifyToStartSeconds = Interval(notified, started),
            NegativeIntervals = intervals.Count(interval => IsNegative(interval.From, interval.To)),
            TurnaroundSeconds = Interval(first.Time, approved?.EndedAt),
            SlotCallAt = attempts.FirstOrDefault(attempt => attempt.At() >= slot?.Time)?.At(),
            LastChangedAt = changedAt($"{first.TransactionKey:d}"),
        };

        DateTime? First(string type) => ordered.FirstOrDefault(one => one.EventType == type)?.EventTime;

        long Count(string type) => ordered.Count(one => one.EventType == type);

        string StateOf()
        {
            if (approved is not null)
                return "APPROVED";
            if (attempts.Count > 0)
                return attempts[^1].Outcome == Outcome.Open ? "IN_CALL" : attempts[^1].Outcome;
            return notified is not null ? "NOTIFIED" : assigned is not null ? "ASSIGNED" : scheduled is not null ? "SCHEDULED" : "ENTERED";
        }
    }

    /// <summary>Whether both are known and the second is before the first.</summary>
    internal static bool IsNegative(DateTime? from, DateTime? to) => to < from;

    private static double? Interval(DateTime? from, DateTime? to) =>
        from is { } begin && to is { } end && end >= begin ? PlainNumbers.Seconds(begin, end) : null;
}
