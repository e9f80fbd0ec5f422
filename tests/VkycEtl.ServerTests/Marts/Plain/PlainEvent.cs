namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>What of a row of <c>vkyc.events</c> the derived tables are made from.</summary>
internal sealed record PlainEvent
{
    public required Guid TransactionKey { get; init; }

    public required string AppId { get; init; }

    public required string TransactionId { get; init; }

    public required string EventId { get; init; }

    public required string EventType { get; init; }

    public DateTime? EventTime { get; init; }

    public DateTime? SlotStartTime { get; init; }

    public DateTime? SlotEndTime { get; init; }

    public string? AgentId { get; init; }

    public string? Status { get; init; }

    public string? Reason { get; init; }

    public IReadOnlyList<string> Issues { get; init; } = [];

    public DateTime ReceivedAt { get; init; }

    public DateTime LoadedAt { get; init; }

    /// <summary>The time of an event that is known to have one.</summary>
    public DateTime Time => EventTime!.Value;
}

/// <summary>The six documented types.</summary>
internal static class EventType
{
    public const string Scheduled = "VCIP_CUSTOMER_SCHEDULED";
    public const string Assigned = "VCIP_CUSTOMER_ASSIGNED";
    public const string Notified = "VCIP_CUSTOMER_NOTIFIED";
    public const string Started = "VCIP_CALL_STARTED";
    public const string Completed = "VCIP_CALL_COMPLETED";
    public const string Ended = "VCIP_CALL_ENDED";

    /// <summary>The place in a call's life, where times are equal.</summary>
    public static int Rank(string type) => type switch
    {
        Scheduled => 1,
        Assigned => 2,
        Notified => 3,
        Started => 4,
        Completed or Ended => 5,
        _ => 0,
    };
}

/// <summary>How a call attempt came out.</summary>
internal static class Outcome
{
    public const string Approved = "APPROVED";
    public const string Declined = "DECLINED";
    public const string Other = "OTHER";
    public const string Incomplete = "INCOMPLETE";
    public const string Abandoned = "ABANDONED";
    public const string Open = "OPEN";
}
