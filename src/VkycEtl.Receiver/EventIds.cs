using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace VkycEtl.Receiver;

/// <summary>
/// The ids at the top of a body, as far as they are there, found without building a document; or where the body stops being a JSON object.
/// The worker judges everything else.
/// </summary>
/// <param name="AppId">The application's id, or null.</param>
/// <param name="TransactionId">The transaction's id, or null.</param>
/// <param name="EventId">The event's id, or null.</param>
/// <param name="Fault">Why and where the body is no JSON object; null where it is one.</param>
internal readonly record struct EventIds(string? AppId, string? TransactionId, string? EventId, string? Fault)
{
    // Deep nesting is the worker's business: a valid object is never refused at the door.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>Reads a body whose ids stand under the documented keys.</summary>
    public static EventIds Find(ReadOnlySpan<byte> body) => Find(body, IdPaths.Documented);

    /// <summary>Reads a body.</summary>
    public static EventIds Find(ReadOnlySpan<byte> body, IdPaths paths)
    {
        var json = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (json.IsEmpty)
            return Rejected("the body is empty");
        if (!Utf8.IsValid(json))
            return Rejected($"the body is not UTF-8 from byte {FirstInvalid(json) + body.Length - json.Length} on");
        try
        {
            return Scan(new Utf8JsonReader(json, AnyDepth), paths);
        }
        catch (JsonException fault)
        {
            var mark = fault.LineNumber is 0 ? body.Length - json.Length : 0;
            return Rejected($"the body is not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + mark + 1}");
        }
    }

    private static EventIds Scan(Utf8JsonReader reader, IdPaths paths)
    {
        string?[] exact = [null, null, null];
        string?[] variant = [null, null, null];
        var walk = paths.Walk();
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        while (reader.Read())
        {
            if (!isObject || reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > paths.Depth)
                continue;
            var (slot, isExact) = walk.Enter(ref reader);
            if (slot < 0)
                continue;
            reader.Read();
            (isExact ? exact : variant)[slot] = Text(ref reader);
        }

        return isObject
            ? new EventIds(exact[0] ?? variant[0], exact[1] ?? variant[1], exact[2] ?? variant[2], Fault: null)
            : Rejected("the body is JSON, but no object: line 1, byte 1");
    }

    private static EventIds Rejected(string fault) => new(null, null, null, fault);

    /// <summary>An id as the worker will read it: text, or a number or boolean as written; null where it is missing, blank or no scalar.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.String:
                try
                {
                    return reader.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
                }
                catch (InvalidOperationException)
                {
                    // An escaped lone surrogate is no text that could be sent back; the worker gives it its own reading.
                    return null;
                }

            default:
                return null;
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }
}
