namespace VkycEtl.Cli.Simulate;

/// <summary>One event of a simulated journey.</summary>
internal sealed record SimulatedEvent
{
    /// <summary>The app it belongs to.</summary>
    public required SimulatedApp App { get; init; }

    /// <summary>Its journey.</summary>
    public required string TransactionId { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>When it was generated.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>trn:vkyc:</c> and a uuid.</summary>
    public string EventId { get; init; } = "";

    /// <summary>Start of the slot, of a booking.</summary>
    public DateTimeOffset? Slot { get; init; }

    /// <summary>The agent, of a call.</summary>
    public string? Agent { get; init; }

    /// <summary>APPROVED, DECLINED or INCOMPLETE, of a call that is over.</summary>
    public string? Status { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
