namespace VkycEtl.Pipeline.Schemas;

/// <summary>One event type's schema: what it is called and which columns it fills.</summary>
/// <param name="EventType">The <c>eventType</c> it describes.</param>
/// <param name="ViewName">The type's view: the record's name in snake_case.</param>
/// <param name="Doc">The record's doc: the view's comment.</param>
/// <param name="Version">SHA-256 of the normalised .avsc, custom properties included, in lower-case hex.</param>
/// <param name="Columns">The columns this type fills, in the schema's order.</param>
public sealed record EventSchema(string EventType, string ViewName, string Doc, string Version, IReadOnlyList<SchemaColumn> Columns);

/// <summary>All schemas together: the single source of event columns.</summary>
/// <param name="types">One an event type.</param>
/// <param name="columns">Each column once, in table order.</param>
/// <param name="envelopeDocs">Comment of each column that comes from the envelope, by column name.</param>
/// <param name="version">SHA-256 over all versions, in lower-case hex.</param>
public sealed class SchemaSet(
    IReadOnlyList<EventSchema> types, IReadOnlyList<SchemaColumn> columns, IReadOnlyDictionary<string, string> envelopeDocs, string version)
{
    /// <summary>One an event type, in table order of their columns.</summary>
    public IReadOnlyList<EventSchema> Types { get; } = types;

    /// <summary>Each schema-made column once, in table order.</summary>
    public IReadOnlyList<SchemaColumn> Columns { get; } = columns;

    /// <summary>Comment of each column that comes from the envelope (<c>event_id</c>, <c>event_type</c>, …), by column name.</summary>
    public IReadOnlyDictionary<string, string> EnvelopeDocs { get; } = envelopeDocs;

    /// <summary>SHA-256 over all versions, in lower-case hex.</summary>
    public string Version { get; } = version;
}
