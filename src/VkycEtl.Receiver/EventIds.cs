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

    // All letters of the longest name escaped, and underscores.
    private const int MaxNameBytes = 128;

    /// <summary>Reads a body.</summary>
    public static EventIds Find(ReadOnlySpan<byte> body)
    {
        var json = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (json.IsEmpty)
            return Rejected("the body is empty");
        if (!Utf8.IsValid(json))
            return Rejected($"the body is not UTF-8 from byte {FirstInvalid(json) + body.Length - json.Length} on");
        try
        {
            return Scan(new Utf8JsonReader(json, AnyDepth));
        }
        catch (JsonException fault)
        {
            var mark = fault.LineNumber is 0 ? body.Length - json.Length : 0;
            return Rejected($"the body is not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + mark + 1}");
        }
    }

    private static EventIds Scan(Utf8JsonReader reader)
    {
        string?[] exact = [null, null, null];
        string?[] variant = [null, null, null];
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        while (reader.Read())
        {
            if (!isObject || reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;
            var (slot, isExact) = Slot(ref reader);
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

    private static (int Slot, bool IsExact) Slot(ref Utf8JsonReader reader)
    {
        Span<byte> unescaped = stackalloc byte[MaxNameBytes];
        scoped var name = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            if (name.Length > MaxNameBytes)
                return (-1, false);
            try
            {
                name = unescaped[..reader.CopyString(unescaped)];
            }
            catch (InvalidOperationException)
            {
                // An escaped lone surrogate: no name of ours.
                return (-1, false);
            }
        }

        if (name.SequenceEqual("appId"u8))
            return (0, true);
        if (name.SequenceEqual("transactionId"u8))
            return (1, true);
        if (name.SequenceEqual("eventId"u8))
            return (2, true);
        return Spells(name, "appid"u8) ? (0, false) : Spells(name, "transactionid"u8) ? (1, false) : Spells(name, "eventid"u8) ? (2, false) : (-1, false);
    }

    /// <summary>Whether a name is the one given but for case (A–Z) and underscores.</summary>
    private static bool Spells(ReadOnlySpan<byte> name, ReadOnlySpan<byte> folded)
    {
        var i = 0;
        foreach (var letter in name)
        {
            if (letter == (byte)'_')
                continue;
            if (i == folded.Length || (letter is >= (byte)'A' and <= (byte)'Z' ? letter | 0x20 : letter) != folded[i])
                return false;
            i++;
        }

        return i == folded.Length;
    }

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
