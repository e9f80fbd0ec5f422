using Avro;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>One event type's schema: what it is called and which columns it fills.</summary>
/// <param name="EventType">The <c>eventType</c> it describes.</param>
/// <param name="ViewName">The type's view: the record's name in snake_case.</param>
/// <param name="Doc">The record's doc: the view's comment.</param>
/// <param name="Version">SHA-256 of the normalised .avsc, custom properties included, in lower-case hex.</param>
/// <param name="Columns">The columns this type fills: its own in the schema's order, then those that were added to the envelope.</param>
public sealed record EventSchema(string EventType, string ViewName, string Doc, string Version, IReadOnlyList<SchemaColumn> Columns)
{
    /// <summary>The type's own fields, in the schema's order.</summary>
    public IReadOnlyList<SchemaField> Fields { get; init; } = [];

    /// <summary>The schema as Apache.Avro read it; null in a set that was not loaded from files.</summary>
    public RecordSchema? Record { get; init; }
}

/// <summary>What all event types have in common.</summary>
/// <param name="Version">SHA-256 of the normalised envelope.avsc: the schema version of events of unknown types.</param>
/// <param name="Added">Fields beyond the fixed columns, added by hand: ordinary schema columns, filled for every type.</param>
/// <param name="Record">The schema as Apache.Avro read it; null in a set that was not loaded from files.</param>
public sealed record EnvelopeSchema(string Version, IReadOnlyList<SchemaField> Added, RecordSchema? Record);

/// <summary>All schemas together: the single source of event columns.</summary>
/// <param name="types">One an event type.</param>
/// <param name="columns">Each column once, in table order.</param>
/// <param name="envelopeDocs">Comment of each column that comes from the envelope, by column name.</param>
/// <param name="version">SHA-256 over all versions, in lower-case hex.</param>
public sealed class SchemaSet(
    IReadOnlyList<EventSchema> types, IReadOnlyList<SchemaColumn> columns, IReadOnlyDictionary<string, string> envelopeDocs, string version)
{
    /// <summary>The columns of <c>vkyc.events</c> that no schema makes, in table order.</summary>
    public static IReadOnlyList<string> FixedColumns { get; } =
    [
        "transaction_key", "event_key", "event_id", "event_type", "event_version", "app_id", "transaction_id", "event_time", "extras", "issues",
        "received_at", "source_topic", "source_partition", "source_offset", "schema_version", "content_digest", "load_id", "loaded_at",
    ];

    /// <summary>One an event type, in table order of their columns.</summary>
    public IReadOnlyList<EventSchema> Types { get; } = types;

    /// <summary>Each schema-made column once, in table order.</summary>
    public IReadOnlyList<SchemaColumn> Columns { get; } = columns;

    /// <summary>Comment of each column that comes from the envelope (<c>event_id</c>, <c>event_type</c>, …), by column name.</summary>
    public IReadOnlyDictionary<string, string> EnvelopeDocs { get; } = envelopeDocs;

    /// <summary>SHA-256 over all versions, in lower-case hex.</summary>
    public string Version { get; } = version;

    /// <summary>What all types have in common.</summary>
    public EnvelopeSchema Envelope { get; init; } = new(version, [], Record: null);

    /// <summary>Envelopes of routes over which other providers send.</summary>
    public IReadOnlyList<RouteEnvelope> Routes { get; init; } = [];

    /// <summary>The records that it was made from; empty in a set that was not loaded from files.</summary>
    public IReadOnlyList<SchemaSource> Sources { get; init; } = [];

    /// <summary>
    /// Reads every .avsc of some directories. A later directory adds types, adds fields to a type or to the envelope that an earlier one has
    /// (found by <c>eventType</c>, fields by name), or replaces their docs, units and values.
    /// </summary>
    /// <param name="directories">The program's own first.</param>
    /// <exception cref="SchemaFaultsException">With every fault of every file.</exception>
    public static SchemaSet Load(params IReadOnlyList<string> directories)
    {
        var faults = new List<SchemaFault>();
        string[] trimmed = [.. directories.Select(Path.TrimEndingDirectorySeparator)];
        var set = SchemaAssembly.Assemble(SchemaFiles.Read(trimmed, faults), trimmed, faults);
        return faults.Count == 0 ? set! : throw new SchemaFaultsException([.. faults.OrderBy(fault => fault.File, StringComparer.Ordinal)]);
    }
}
