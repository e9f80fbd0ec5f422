namespace VkycEtl.Cli.Simulate;

/// <summary>
/// What <c>vkyc.events</c> must hold of an event, as the simulator meant it: written down while the body is made, never read back from it. Only what
/// does not depend on when and how the event arrived.
/// </summary>
internal sealed record ExpectedRow
{
    /// <summary>Application; null where the body names none and the route must.</summary>
    public string? AppId { get; set; }

    public string TransactionId { get; set; } = "";

    /// <summary>Id; null where it is made from the content.</summary>
    public string? EventId { get; set; }

    public string EventType { get; set; } = "";

    public string? EventVersion { get; set; }

    /// <summary>UTC, to the microsecond.</summary>
    public DateTime? EventTime { get; set; }

    public DateTime? SlotStart { get; set; }

    public DateTime? SlotEnd { get; set; }

    public string? AgentId { get; set; }

    public string? Status { get; set; }

    public string? Reason { get; set; }

    /// <summary>Members of <c>extras</c> that are not under <c>eventDetails</c>.</summary>
    public List<(string Key, JsonPiece Value)> Extras { get; } = [];

    /// <summary>Members of <c>extras</c> under <c>eventDetails</c>.</summary>
    public List<(string Key, JsonPiece Value)> DetailExtras { get; } = [];

    public SortedSet<string> Issues { get; } = new(StringComparer.Ordinal);

    /// <summary><c>extras</c> as text; null where nothing is left.</summary>
    public string? ExtrasText()
    {
        List<(string, JsonPiece)> members = [.. Extras];
        if (DetailExtras.Count > 0)
            members.Add(("eventDetails", new JsonMembers(DetailExtras)));
        return members.Count == 0 ? null : System.Text.Encoding.UTF8.GetString(new JsonMembers(members).Write(BodyStyle.Canonical));
    }
}
