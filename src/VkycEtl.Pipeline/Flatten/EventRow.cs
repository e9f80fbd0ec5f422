using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// One row of <c>vkyc.events</c>, as flattened from one raw event: everything but <c>load_id</c> and <c>loaded_at</c>, which the load adds.
/// The coordinates and <c>received_at</c> are <see cref="Raw"/>'s.
/// </summary>
public sealed record EventRow
{
    /// <summary>The record it was flattened from: coordinates, received_at, and the bytes, should the row end in quarantine.</summary>
    public required RawEvent Raw { get; init; }

    /// <summary>First 128 bits of SHA-256(app_id, 0x1F, transaction_id) as a version 8 uuid.</summary>
    public required Guid TransactionKey { get; init; }

    /// <summary>First 128 bits of SHA-256(app_id, 0x1F, transaction_id, 0x1F, event_id) as a version 8 uuid.</summary>
    public required Guid EventKey { get; init; }

    /// <summary>The event's id as sent, or <c>sha256:</c> and the digest where none was.</summary>
    public required string EventId { get; init; }

    /// <summary>The event's type as sent.</summary>
    public required string EventType { get; init; }

    /// <summary>The payload version as sent, or null.</summary>
    public string? EventVersion { get; init; }

    /// <summary>The application's id.</summary>
    public required string AppId { get; init; }

    /// <summary>The transaction's id.</summary>
    public required string TransactionId { get; init; }

    /// <summary>When the event was generated, UTC to the microsecond; null where missing or unparsable.</summary>
    public DateTime? EventTime { get; init; }

    /// <summary>Canonical JSON of what no column holds in full; null where nothing is left.</summary>
    public string? Extras { get; init; }

    /// <summary>Issue codes, each at most once, sorted ordinally; empty where none.</summary>
    public required string[] Issues { get; init; }

    /// <summary>SHA-256 of the normalised schema the row was flattened by.</summary>
    public required string SchemaVersion { get; init; }

    /// <summary>First 128 bits of SHA-256 over the canonical body as a version 8 uuid.</summary>
    public required Guid ContentDigest { get; init; }

    /// <summary>Values of the schema-made columns, in the order of the schema set's columns.</summary>
    public required ColumnValue[] Values { get; init; }
}

/// <summary>A raw event that is no row: kept with its bytes and the reason.</summary>
/// <param name="Raw">The record.</param>
/// <param name="ReasonCode">One of <see cref="QuarantineReason"/>.</param>
/// <param name="ReasonText">What was wrong, in words, without the payload.</param>
public sealed record QuarantinedEvent(RawEvent Raw, string ReasonCode, string ReasonText);

/// <summary>The reasons for quarantine, in order of precedence.</summary>
public static class QuarantineReason
{
    /// <summary>Not JSON, not UTF-8, not an object, or empty.</summary>
    public const string NotAJsonObject = "not_a_json_object";

    /// <summary>Nested over 64 levels.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>More than 10,000 keys.</summary>
    public const string TooManyKeys = "too_many_keys";

    /// <summary>No app id in the body and none from the route.</summary>
    public const string MissingAppId = "missing_app_id";

    /// <summary>No transaction id.</summary>
    public const string MissingTransactionId = "missing_transaction_id";

    /// <summary>No event type.</summary>
    public const string MissingEventType = "missing_event_type";

    /// <summary>A copy of an event with other content, and not the least of them.</summary>
    public const string ConflictingDuplicate = "conflicting_duplicate";

    /// <summary>The database refused this row and no other.</summary>
    public const string RefusedByDatabase = "refused_by_database";
}

/// <summary>What one raw event became: exactly one of the two is set.</summary>
/// <param name="Row">The row, or null.</param>
/// <param name="Quarantined">The quarantined event, or null.</param>
public readonly record struct Flattened(EventRow? Row, QuarantinedEvent? Quarantined);
