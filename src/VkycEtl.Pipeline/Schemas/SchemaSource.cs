namespace VkycEtl.Pipeline.Schemas;

/// <summary>One record as files describe it, whole: what is deployed, compared, and explains a <c>schema_version</c>.</summary>
/// <param name="Kind"><c>type</c> or <c>envelope</c>.</param>
/// <param name="Name">The event type; of an envelope the receiver's route, empty for the common one.</param>
/// <param name="Version">SHA-256 of <paramref name="Avsc"/>.</param>
/// <param name="Avsc">The normalised JSON, custom properties included.</param>
/// <param name="File">The file that faults of the whole are reported for.</param>
public sealed record SchemaSource(string Kind, string Name, string Version, string Avsc, string File)
{
    /// <summary>The kind of an event type's record.</summary>
    public const string TypeKind = "type";

    /// <summary>The kind of an envelope.</summary>
    public const string EnvelopeKind = "envelope";

    /// <summary>Which file describes a field last, by the field's name.</summary>
    public IReadOnlyDictionary<string, string> FieldFiles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What it describes, in words.</summary>
    public string Subject => Describe(Kind, Name);

    /// <summary>The file that describes a field.</summary>
    public string FileOf(string field) => FieldFiles.GetValueOrDefault(field, File);

    /// <summary>What a record describes, in words.</summary>
    internal static string Describe(string kind, string name) => (kind, name) switch
    {
        (EnvelopeKind, "") => "the envelope",
        (EnvelopeKind, _) => $"the envelope of route {name}",
        _ => $"event type {name}",
    };
}
