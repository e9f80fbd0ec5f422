using System.Globalization;

namespace VkycEtl.Cli.Simulate;

/// <summary>A body in the making, and what it is meant to become. First the documented shape; an oddity may then change both together.</summary>
internal sealed class EventDraft
{
    private const string Version = "1.0.0";

    /// <summary>The documented shape of an event.</summary>
    public EventDraft(SimulatedEvent simulated)
    {
        Event = simulated;
        Row = new ExpectedRow
        {
            AppId = simulated.App.AppId,
            TransactionId = simulated.TransactionId,
            EventId = simulated.EventId,
            EventType = simulated.Type,
            EventVersion = Version,
            EventTime = simulated.Time.UtcDateTime,
            SlotStart = simulated.Slot?.UtcDateTime,
            SlotEnd = (simulated.Slot + WorkingHours.Slot)?.UtcDateTime,
            AgentId = simulated.Agent,
            Status = simulated.Status,
            Reason = simulated.Reason,
        };
        Details = DetailsOf(simulated);
        Envelope =
        [
            ("appId", JsonPiece.Of(simulated.App.AppId)),
            ("transactionId", JsonPiece.Of(simulated.TransactionId)),
            ("eventDetails", JsonPiece.Null),
            ("eventVersion", JsonPiece.Of(Version)),
            ("eventType", JsonPiece.Of(simulated.Type)),
            ("eventTime", JsonPiece.Of(Time(simulated.Time, simulated.App.EventTimesInIst))),
            ("eventId", JsonPiece.Of(simulated.EventId)),
        ];
    }

    /// <summary>What happened.</summary>
    public SimulatedEvent Event { get; }

    /// <summary>What must become of it.</summary>
    public ExpectedRow Row { get; }

    /// <summary>The members at the top.</summary>
    public List<(string Key, JsonPiece Value)> Envelope { get; }

    /// <summary>The members of eventDetails; none: null is sent.</summary>
    public List<(string Key, JsonPiece Value)> Details { get; }

    /// <summary>What is sent for eventDetails in place of its members.</summary>
    public JsonPiece? DetailsInstead { get; set; }

    /// <summary>Whether eventDetails is left out.</summary>
    public bool IsWithoutDetails { get; set; }

    /// <summary>Whether a byte order mark stands first.</summary>
    public bool HasMark { get; set; }

    /// <summary>Puts a value in a member's place.</summary>
    public static void Set(List<(string Key, JsonPiece Value)> members, string key, JsonPiece value) =>
        members[members.FindIndex(member => member.Key == key)] = (key, value);

    /// <summary>The body as it stands.</summary>
    public JsonMembers Body()
    {
        var details = DetailsInstead ?? (Details.Count == 0 ? JsonPiece.Null : new JsonMembers(Details));
        return new JsonMembers([.. Envelope.Where(member => member.Key != "eventDetails" || !IsWithoutDetails)
            .Select(member => member.Key == "eventDetails" ? (member.Key, details) : member)]);
    }

    private static List<(string, JsonPiece)> DetailsOf(SimulatedEvent simulated)
    {
        List<(string, JsonPiece)> details = [];
        if (simulated.Slot is { } slot)
        {
            details.Add(("start_time", JsonPiece.Of(Time(slot, simulated.App.SlotTimesInIst))));
            details.Add(("end_time", JsonPiece.Of(Time(slot + WorkingHours.Slot, simulated.App.SlotTimesInIst))));
        }

        if (simulated.Status is not null)
        {
            details.Add(("status", JsonPiece.Of(simulated.Status)));
            details.Add(("reason", JsonPiece.Of(simulated.Reason)));
        }

        if (simulated.Agent is not null)
            details.Add(("agentId", JsonPiece.Of(simulated.Agent)));
        return details;
    }

    private static string Time(DateTimeOffset time, bool inIst) => inIst
        ? time.ToOffset(WorkingHours.Ist).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)
        : time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
