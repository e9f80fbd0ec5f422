namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.call_attempts</c>.</summary>
internal sealed record CallAttempt
{
    public required Guid TransactionKey { get; init; }

    public required string AppId { get; init; }

    public required string TransactionId { get; init; }

    public required int AttemptNo { get; init; }

    public string AttemptKey => $"{TransactionKey:d}:{AttemptNo}";

    public DateTime? StartedAt { get; init; }

    public string? StartedEventId { get; init; }

    public DateTime? EndedAt { get; init; }

    public string? EndedEventId { get; init; }

    public required string Outcome { get; init; }

    public string? AgentId { get; init; }

    public string? AgentKey { get; init; }

    public string? Reason { get; init; }

    public string? ReasonKey { get; init; }

    public double? DurationSeconds { get; init; }

    public DateTime LastChangedAt { get; init; }

    /// <summary>The time that places it on a day: no column.</summary>
    internal DateTime At() => StartedAt ?? EndedAt!.Value;

    /// <summary>The attempts of one transaction, from its timed events in order.</summary>
    public static IEnumerable<CallAttempt> Of(IReadOnlyList<PlainEvent> ordered, Func<string, DateTime> changedAt)
    {
        var drafts = new List<(PlainEvent? Start, PlainEvent? End)>();
        PlainEvent? open = null;
        foreach (var one in ordered)
        {
            if (one.EventType == EventType.Started)
            {
                if (open is not null)
                    drafts.Add((open, one));
                open = one;
            }
            else if (one.EventType is EventType.Completed or EventType.Ended)
            {
                drafts.Add((open, one));
                open = null;
            }
        }

        if (open is not null)
            drafts.Add((open, null));
        return drafts.Select((draft, index) => Row(index + 1, draft.Start, draft.End, changedAt));
    }

    private static CallAttempt Row(int number, PlainEvent? start, PlainEvent? end, Func<string, DateTime> changedAt)
    {
        var any = start ?? end!;
        // The STARTED that displaced a call ended it, but says nothing about it.
        var terminal = end?.EventType == EventType.Started ? null : end;
        var agentId = new[] { terminal?.AgentId, start?.AgentId }.FirstOrDefault(id => PlainText.AgentKey(id) is not null);
        var row = new CallAttempt
        {
            TransactionKey = any.TransactionKey,
            AppId = any.AppId,
            TransactionId = any.TransactionId,
            AttemptNo = number,
            StartedAt = start?.Time,
            StartedEventId = start?.EventId,
            EndedAt = end?.Time,
            EndedEventId = end?.EventId,
            Outcome = OutcomeOf(end),
            AgentId = agentId,
            AgentKey = PlainText.AgentKey(agentId),
            Reason = terminal?.Reason,
            ReasonKey = PlainText.ReasonKey(terminal?.Reason),
            DurationSeconds = start is not null && terminal is not null ? PlainNumbers.Seconds(start.Time, terminal.Time) : null,
        };
        return row with { LastChangedAt = changedAt(row.AttemptKey) };
    }

    private static string OutcomeOf(PlainEvent? end) => end?.EventType switch
    {
        null => Plain.Outcome.Open,
        EventType.Started => Plain.Outcome.Abandoned,
        EventType.Ended => Plain.Outcome.Incomplete,
        _ => PlainText.Status(end.Status) switch
        {
            "APPROVED" => Plain.Outcome.Approved,
            "DECLINED" => Plain.Outcome.Declined,
            _ => Plain.Outcome.Other,
        },
    };
}
