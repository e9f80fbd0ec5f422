using System.Reflection;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// What is strange about a row and yet usable. A time column that a schema adds has two codes of its own: its name with
/// <see cref="NoZoneSuffix"/> and <see cref="UnparsableSuffix"/>.
/// </summary>
public static class IssueCode
{
    /// <summary>The end of a time column's code where the default zone was used.</summary>
    public const string NoZoneSuffix = "_no_zone";

    /// <summary>The end of a time column's code where the value is no time; it is in <c>extras</c>.</summary>
    public const string UnparsableSuffix = "_unparsable";

    /// <summary>The body names no app id; the route's was taken.</summary>
    public const string AppIdFromRoute = "app_id_from_route";

    /// <summary>The body has no event id; the content digest stands for it.</summary>
    public const string EventIdMissing = "event_id_missing";

    /// <summary>eventTime is absent or null.</summary>
    public const string EventTimeMissing = "event_time_missing";

    /// <summary>eventTime names no zone; the default zone was used.</summary>
    public const string EventTimeNoZone = "event_time_no_zone";

    /// <summary>eventTime is no time; the value is in <c>extras</c>.</summary>
    public const string EventTimeUnparsable = "event_time_unparsable";

    /// <summary>start_time names no zone; the default zone was used.</summary>
    public const string SlotStartTimeNoZone = "slot_start_time_no_zone";

    /// <summary>start_time is no time; the value is in <c>extras</c>.</summary>
    public const string SlotStartTimeUnparsable = "slot_start_time_unparsable";

    /// <summary>end_time names no zone; the default zone was used.</summary>
    public const string SlotEndTimeNoZone = "slot_end_time_no_zone";

    /// <summary>end_time is no time; the value is in <c>extras</c>.</summary>
    public const string SlotEndTimeUnparsable = "slot_end_time_unparsable";

    /// <summary>The slot ends before it starts.</summary>
    public const string SlotEndBeforeStart = "slot_end_before_start";

    /// <summary>The key eventDetails is absent.</summary>
    public const string DetailsMissing = "details_missing";

    /// <summary>eventDetails is a text that holds a JSON object, and was read as that.</summary>
    public const string DetailsInText = "details_in_text";

    /// <summary>eventDetails is neither null nor an object; it is in <c>extras</c>.</summary>
    public const string DetailsNotAnObject = "details_not_an_object";

    /// <summary>No schema describes the event's type; its details are in <c>extras</c>.</summary>
    public const string UnknownEventType = "unknown_event_type";

    /// <summary>eventVersion is not 1.0.0.</summary>
    public const string UnknownEventVersion = "unknown_event_version";

    /// <summary>eventVersion is absent or null.</summary>
    public const string EventVersionMissing = "event_version_missing";

    /// <summary>The status is not one that is documented for the event's type.</summary>
    public const string UnexpectedStatus = "unexpected_status";

    /// <summary>A type that has a status came without one.</summary>
    public const string StatusMissing = "status_missing";

    /// <summary>A value is of another JSON type than its column is due; what the column does not hold is in <c>extras</c>.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>An object has a key twice; the last one counts.</summary>
    public const string DuplicateKey = "duplicate_key";

    /// <summary>U+0000, a lone surrogate, or U+001F in an id became U+FFFD.</summary>
    public const string TextReplaced = "text_replaced";

    /// <summary>A number in <c>extras</c> rounds to infinity in a double and is kept as a text.</summary>
    public const string NumberOutOfRange = "number_out_of_range";

    /// <summary>Copies of the event with other content are in quarantine. Set by the load.</summary>
    public const string ConflictingCopies = "conflicting_copies";

    /// <summary>Every fixed code, sorted.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(IssueCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral && !field.Name.EndsWith("Suffix", StringComparison.Ordinal))
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal),
    ];
}
