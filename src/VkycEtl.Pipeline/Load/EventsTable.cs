using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load;

/// <summary>The key of an event's row. Ordered as uuids are on every engine: byte by byte.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct EventKeys(Guid TransactionKey, Guid EventKey)
{
    public static EventKeys Of(EventRow row) => new(row.TransactionKey, row.EventKey);
}

/// <summary>What <c>vkyc.events</c> is made of: the fixed columns, then those from the schemas.</summary>
internal static class EventsTable
{
    /// <summary>The issue of a row that has copies with other content.</summary>
    public const string ConflictingCopies = "conflicting_copies";

    /// <summary>Columns that a flattened row fills, in table order; <c>load_id</c> and <c>loaded_at</c> follow.</summary>
    public static readonly IReadOnlyList<string> FlattenedColumns =
    [
        "transaction_key", "event_key", "event_id", "event_type", "event_version", "app_id", "transaction_id", "event_time", "extras",
        "issues", "received_at", "source_topic", "source_partition", "source_offset", "schema_version", "content_digest",
    ];

    /// <summary>All fixed columns, in table order.</summary>
    public static readonly IReadOnlyList<string> FixedColumns = [.. FlattenedColumns, "load_id", "loaded_at"];

    private static readonly Dictionary<string, string> Docs = new(StringComparer.Ordinal)
    {
        ["transaction_key"] = "First 128 bits of SHA-256(app_id, 0x1F, transaction_id) as a version 8 uuid",
        ["event_key"] = "First 128 bits of SHA-256(app_id, 0x1F, transaction_id, 0x1F, event_id) as a version 8 uuid",
        ["event_id"] = "Unique id of the webhook event as sent; sha256: and the content digest where none was sent",
        ["event_type"] = "Type of the event as sent",
        ["event_version"] = "Version of the payload as sent",
        ["app_id"] = "Unique application id",
        ["transaction_id"] = "Unique id of the VKYC transaction: the customer's journey, which many calls can share",
        ["event_time"] = "When the event was generated (UTC); NULL where missing or unparsable",
        ["extras"] = "Canonical JSON of what no column holds in full; NULL where nothing is left",
        ["issues"] = "Codes of what was strange but usable, sorted; empty where nothing was",
        ["received_at"] = "When the webhook was received (UTC)",
        ["source_topic"] = "Kafka topic of the record that made the row",
        ["source_partition"] = "Kafka partition of the record that made the row",
        ["source_offset"] = "Kafka offset of the record that made the row",
        ["schema_version"] = "SHA-256 of the normalised schema the row was flattened by",
        ["content_digest"] = "First 128 bits of SHA-256 over the body as canonical JSON, as a version 8 uuid",
        ["load_id"] = "The load that made or last changed the row: vkyc_etl.loads",
        ["loaded_at"] = "When that load was committed (UTC)",
    };

    /// <summary>Every column's comment, in table order: the envelope's Avro docs before our own.</summary>
    public static IEnumerable<(string Column, string Comment)> Comments(SchemaSet schemas) =>
        FixedColumns.Select(name => (name, Comment(schemas, name))).Concat(schemas.Columns.Select(column => (column.Name, column.Doc)));

    /// <summary>The comment of one column.</summary>
    public static string Comment(SchemaSet schemas, string name) =>
        schemas.Columns.FirstOrDefault(column => column.Name == name)?.Doc ?? schemas.EnvelopeDocs.GetValueOrDefault(name) ?? Docs[name];

    /// <summary>An identifier as SQL takes it, whatever it is.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
