using System.Globalization;

namespace VkycEtl.Cli.Simulate;

/// <summary>What senders do beside the documentation and what must become of it: each changes a body and its row together.</summary>
internal static class Oddities
{
    private static readonly JsonPiece Room = new JsonMembers(("floor", new JsonLiteral("2.50")), ("name", JsonPiece.Of("Kaveri")));

    /// <summary>An oddity: which events it can befall, and what it does.</summary>
    private sealed record Oddity(Predicate<EventDraft> Befalls, Action<EventDraft, SeededRandom> Change);

    private static readonly Oddity[] Strange =
    [
        // Times: epochs in three spellings, other separators, more digits than are kept, no zone, none at all.
        new(Any, (draft, _) => Set(draft, "eventTime", new JsonLiteral(Seconds(draft)))),
        new(Any, (draft, _) => Set(draft, "eventTime", JsonPiece.Of($" {Milliseconds(draft)} "))),
        new(Any, (draft, _) =>
        {
            Set(draft, "eventTime", JsonPiece.Of(draft.Event.Time.ToOffset(WorkingHours.Ist).ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture) + "4567891 +0530"));
            draft.Row.EventTime = draft.Event.Time.UtcDateTime.AddMicroseconds(456);
        }),
        new(Any, (draft, _) => Set(draft, "eventTime", JsonPiece.Of(draft.Event.Time.UtcDateTime.ToString("yyyy-MM-dd't'HH:mm:ss.fff", CultureInfo.InvariantCulture)), "event_time_no_zone")),
        new(Any, (draft, _) => Unparsable(draft, JsonPiece.Of(draft.Event.Time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))),
        new(Any, (draft, _) => Unparsable(draft, new JsonLiteral("12345"))),
        new(Any, (draft, _) =>
        {
            draft.Envelope.RemoveAll(member => member.Key == "eventTime");
            draft.Row.EventTime = null;
            draft.Row.Issues.Add("event_time_missing");
        }),

        // The envelope.
        new(Any, (draft, _) =>
        {
            draft.Envelope.RemoveAll(member => member.Key == "eventId");
            draft.Row.EventId = null;
            draft.Row.Issues.Add("event_id_missing");
        }),
        new(Any, (draft, _) => Version(draft, JsonPiece.Of("2.1"), "2.1", "unknown_event_version")),
        new(Any, (draft, _) => Version(draft, JsonPiece.Null, null, "event_version_missing")),
        new(Any, (draft, _) =>
        {
            draft.Envelope.Insert(0, ("eventVersion", JsonPiece.Of("0.9")));
            draft.Row.Issues.Add("duplicate_key");
        }),
        new(Any, (draft, _) => Rename(draft.Envelope, "transactionId", "TRANSACTION_ID")),
        new(Any, (draft, _) => draft.HasMark = true),

        // The details: absent, empty, in a text, no object.
        new(HasNoDetails, (draft, _) =>
        {
            draft.IsWithoutDetails = true;
            draft.Row.Issues.Add("details_missing");
        }),
        new(HasNoDetails, (draft, _) => draft.DetailsInstead = new JsonMembers()),
        new(HasNoDetails, (draft, _) =>
        {
            draft.DetailsInstead = new JsonList(new JsonLiteral("1e2"), JsonPiece.Of("x"));
            draft.Row.Extras.Add(("eventDetails", draft.DetailsInstead));
            draft.Row.Issues.Add("details_not_an_object");
        }),
        new(HasAgent, (draft, _) =>
        {
            draft.DetailsInstead = JsonPiece.Of(System.Text.Encoding.UTF8.GetString(new JsonMembers(draft.Details).Write(BodyStyle.Plain)));
            draft.Row.Issues.Add("details_in_text");
        }),

        // What is in them.
        new(HasAgent, (draft, random) =>
        {
            var number = (100_000 + random.Below(900_000)).ToString(CultureInfo.InvariantCulture);
            EventDraft.Set(draft.Details, "agentId", new JsonLiteral(number));
            draft.Row.AgentId = number;
        }),
        new(HasAgent, (draft, _) => Rename(draft.Details, "agentId", "agent_ID")),
        new(HasReason, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "reason", new JsonLiteral("-1.50e+3"));
            draft.Row.Reason = "-1.50e+3";
            draft.Row.Issues.Add("wrong_type");
        }),
        new(HasReason, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "reason", Room);
            draft.Row.Reason = null;
            draft.Row.DetailExtras.Add(("reason", Room));
            draft.Row.Issues.Add("wrong_type");
        }),
        new(HasReason, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "reason", JsonPiece.Of("cut\0off \ud83d here"));
            draft.Row.Reason = "cut\uFFFDoff \uFFFD here";
            draft.Row.Issues.Add("text_replaced");
        }),
        new(HasReason, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "status", JsonPiece.Of("Pending"));
            draft.Row.Status = "Pending";
            draft.Row.Issues.Add("unexpected_status");
        }),
        new(HasReason, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "status", JsonPiece.Of($" {draft.Row.Status!.ToLowerInvariant()}\u00A0"));
            draft.Row.Status = $" {draft.Row.Status!.ToLowerInvariant()}\u00A0";
        }),
        new(HasReason, (draft, _) =>
        {
            draft.Details.RemoveAll(member => member.Key == "status");
            draft.Row.Status = null;
            draft.Row.Issues.Add("status_missing");
        }),
        new(HasSlot, (draft, _) =>
        {
            var before = draft.Event.Slot!.Value.AddMinutes(-30);
            EventDraft.Set(draft.Details, "end_time", new JsonLiteral(before.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
            draft.Row.SlotEnd = before.UtcDateTime;
            draft.Row.Issues.Add("slot_end_before_start");
        }),
        new(HasSlot, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "start_time", JsonPiece.Of(draft.Event.Slot!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)));
            draft.Row.Issues.Add("slot_start_time_no_zone");
        }),
        new(HasSlot, (draft, _) =>
        {
            EventDraft.Set(draft.Details, "start_time", JsonPiece.Of("half past ten"));
            draft.Row.SlotStart = null;
            draft.Row.DetailExtras.Add(("start_time", JsonPiece.Of("half past ten")));
            draft.Row.Issues.Add("slot_start_time_unparsable");
        }),
    ];

    private static readonly Oddity[] Unknown =
    [
        new(Any, (draft, _) =>
        {
            draft.Envelope.Add(("channel", JsonPiece.Of("mobile \"app\" ü")));
            draft.Row.Extras.Add(("channel", JsonPiece.Of("mobile \"app\" ü")));
        }),
        new(draft => draft.Details.Count > 0, (draft, _) =>
        {
            draft.Details.Insert(0, ("room", Room));
            draft.Details.Add(("nothing", JsonPiece.Null));
            draft.Row.DetailExtras.Add(("room", Room));
            draft.Row.DetailExtras.Add(("nothing", JsonPiece.Null));
        }),
        new(Any, (draft, _) =>
        {
            draft.Envelope.Add(("score", new JsonLiteral("1e400")));
            draft.Row.Extras.Add(("score", JsonPiece.Of("1e400")));
            draft.Row.Issues.Add("number_out_of_range");
        }),
        new(Any, (draft, _) =>
        {
            EventDraft.Set(draft.Envelope, "eventType", JsonPiece.Of("VCIP_CALL_RECORDED"));
            draft.Row.EventType = "VCIP_CALL_RECORDED";
            draft.Row.Issues.Add("unknown_event_type");

            // Only a type's own schema fills columns.
            draft.Row.DetailExtras.AddRange(draft.Details);
            (draft.Row.SlotStart, draft.Row.SlotEnd, draft.Row.AgentId, draft.Row.Status, draft.Row.Reason) = (null, null, null, null, null);
        }),
    ];

    /// <summary>Makes a body strange, in one of the ways that can befall it.</summary>
    public static void MakeStrange(EventDraft draft, SeededRandom random) => Change(Strange, draft, random);

    /// <summary>Puts something into a body that no schema names, or makes its type one.</summary>
    public static void MakeUnknown(EventDraft draft, SeededRandom random) => Change(Unknown, draft, random);

    private static void Change(Oddity[] oddities, EventDraft draft, SeededRandom random) =>
        random.Pick([.. oddities.Where(oddity => oddity.Befalls(draft))]).Change(draft, random);

    private static bool Any(EventDraft draft) => draft.Envelope.Count > 0;

    private static bool HasNoDetails(EventDraft draft) => draft.Details.Count == 0;

    private static bool HasAgent(EventDraft draft) => draft.Row.AgentId is not null;

    private static bool HasReason(EventDraft draft) => draft.Row.Status is not null;

    private static bool HasSlot(EventDraft draft) => draft.Row.SlotStart is not null;

    private static void Set(EventDraft draft, string key, JsonPiece value, string? issue = null)
    {
        EventDraft.Set(draft.Envelope, key, value);
        if (issue is not null)
            draft.Row.Issues.Add(issue);
    }

    private static void Unparsable(EventDraft draft, JsonPiece value)
    {
        Set(draft, "eventTime", value, "event_time_unparsable");
        draft.Row.EventTime = null;
        draft.Row.Extras.Add(("eventTime", value));
    }

    private static void Version(EventDraft draft, JsonPiece value, string? stored, string issue)
    {
        Set(draft, "eventVersion", value, issue);
        draft.Row.EventVersion = stored;
    }

    private static void Rename(List<(string Key, JsonPiece Value)> members, string key, string other)
    {
        var at = members.FindIndex(member => member.Key == key);
        members[at] = (other, members[at].Value);
    }

    private static string Seconds(EventDraft draft) =>
        string.Create(CultureInfo.InvariantCulture, $"{draft.Event.Time.ToUnixTimeSeconds()}.{draft.Event.Time.Millisecond:000}");

    private static string Milliseconds(EventDraft draft) => draft.Event.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
