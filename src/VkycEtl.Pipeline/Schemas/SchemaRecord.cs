using System.Text.Json.Nodes;
using Avro;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>One record, put together from the files that describe it.</summary>
/// <param name="File">The first file's name: it gives the table order.</param>
/// <param name="LastFile">The file that faults of the whole are reported for.</param>
/// <param name="Json">The record as one .avsc would have it; of faulty files, what can be held against others.</param>
/// <param name="Schema">The same, read by Apache.Avro; null where a file is at fault.</param>
internal sealed record SchemaRecord(string File, string LastFile, JsonObject Json, RecordSchema? Schema)
{
    private const string EnvelopeStem = "envelope";

    /// <summary>The envelope common to all.</summary>
    public const string EnvelopeFile = EnvelopeStem + ".avsc";

    /// <summary>Which file describes a field last, by the field's name.</summary>
    public required IReadOnlyDictionary<string, string> FieldFiles { get; init; }

    /// <summary>Whether it is an envelope, of whichever route.</summary>
    public bool IsEnvelope => IsEnvelopeFile(File);

    /// <summary>Of an envelope the route whose events it describes; empty for the common one.</summary>
    public string Route => Path.GetFileNameWithoutExtension(File)[EnvelopeStem.Length..].TrimStart('.');

    /// <summary>Its name; null where that is at fault.</summary>
    public string? Name => (string?)Json["name"];

    /// <summary>What its events are called; empty where that is at fault.</summary>
    public string EventType => (string?)Json["eventType"] ?? "";

    /// <summary>Its doc.</summary>
    public string Doc => (string?)Json["doc"] ?? "";

    /// <summary>Its rank in the lifecycle.</summary>
    public int Stage => (int?)Json["stage"] ?? int.MaxValue;

    /// <summary>Whether a file describes an envelope: <c>envelope.avsc</c>, or <c>envelope.ROUTE.avsc</c>.</summary>
    public static bool IsEnvelopeFile(string path)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        return stem == EnvelopeStem || (stem.StartsWith(EnvelopeStem + ".", StringComparison.Ordinal) && stem.Length > EnvelopeStem.Length + 1);
    }

    /// <summary>The file that describes a field.</summary>
    public string FileOf(string field) => FieldFiles.GetValueOrDefault(field, LastFile);
}
