using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>What became of reading a body.</summary>
internal enum TapeVerdict
{
    /// <summary>An object, on the tape.</summary>
    Object,

    /// <summary>No bytes, or nothing but a byte order mark.</summary>
    Empty,

    /// <summary>Not UTF-8.</summary>
    NotUtf8,

    /// <summary>Not JSON.</summary>
    NotJson,

    /// <summary>JSON, but no object.</summary>
    NotAnObject,

    /// <summary>Nested over <see cref="JsonTape.MaxLevels"/>.</summary>
    TooDeep,

    /// <summary>Over <see cref="JsonTape.MaxKeys"/> keys.</summary>
    TooManyKeys,
}

/// <summary>
/// A JSON object as an array of tokens that point into its bytes, made in one pass and used again for the next event. Token 0 is
/// the root. Not thread-safe.
/// </summary>
internal sealed class JsonTape
{
    public const int MaxLevels = 64;
    public const int MaxKeys = 10_000;

    /// <summary>An event larger than this does not keep its memory: the usual one needs some 20 tokens.</summary>
    private const int KeptTokens = 65_536;

    private static readonly JsonReaderOptions Options = new()
    {
        MaxDepth = int.MaxValue,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    private readonly int[] open = new int[MaxLevels];
    private JsonToken[] tokens = new JsonToken[256];
    private int count;
    private byte[] source = [];
    private readonly ByteBuffer decoded = new();

    /// <summary>Whether a key or text anywhere has U+0000 or a lone surrogate.</summary>
    public bool HasOddText { get; private set; }

    /// <summary>Whether an object anywhere has a key twice; known once every object went through <see cref="MemberOrder"/>.</summary>
    public bool HasRepeatedKeys { get; private set; }

    /// <summary>Where JSON ends to be JSON: line and byte in it, from 0.</summary>
    public (long Line, long Byte) Fault { get; private set; }

    public int Count => count;

    public ref JsonToken this[int index] => ref tokens[index];

    /// <summary>Reads a whole document. The source must not change while the tape is in use.</summary>
    public TapeVerdict Read(byte[] bytes, int start, int length)
    {
        source = bytes;
        count = 0;
        decoded.Clear();
        HasOddText = HasRepeatedKeys = false;
        if (tokens.Length > KeptTokens)
            tokens = new JsonToken[256];

        var body = bytes.AsSpan(start, length);
        if (body.StartsWith("\uFEFF"u8))
        {
            start += 3;
            body = body[3..];
        }

        if (body.IsEmpty)
            return TapeVerdict.Empty;
        if (!Utf8.IsValid(body))
            return TapeVerdict.NotUtf8;
        try
        {
            return Read(body, start);
        }
        catch (JsonException fault)
        {
            Fault = (fault.LineNumber ?? 0, fault.BytePositionInLine ?? 0);
            return TapeVerdict.NotJson;
        }
    }

    /// <summary>The bytes of a scalar or key as sent: escapes decoded, a lone surrogate in three bytes, a number as written.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        ref var token = ref tokens[index];
        return token.Is(JsonMarks.Decoded) ? decoded.Slice(token.Start, token.Length) : source.AsSpan(token.Start, token.Length);
    }

    /// <summary>The same as it is stored: U+0000 and lone surrogates as U+FFFD. Valid UTF-8.</summary>
    public ReadOnlySpan<byte> Stored(int index) => tokens[index].Is(JsonMarks.Odd) ? Replaced(Bytes(index)) : Bytes(index);

    /// <summary>What <see cref="Stored"/> gives, as an array with bounds, for a tape of its own.</summary>
    public ArraySegment<byte> StoredSegment(int index)
    {
        var token = tokens[index];
        if (token.Is(JsonMarks.Odd))
            return Replaced(Bytes(index));
        return new ArraySegment<byte>(token.Is(JsonMarks.Decoded) ? decoded.Array : source, token.Start, token.Length);
    }

    /// <summary>What <see cref="Stored"/> gives, as a string.</summary>
    public string StoredText(int index) => Encoding.UTF8.GetString(Stored(index));

    /// <summary>A key or text as sent, in UTF-16: lone surrogates as they are.</summary>
    public string SentText(int index)
    {
        if (!tokens[index].Is(JsonMarks.Odd))
            return StoredText(index);
        var bytes = Bytes(index);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var isLone = CanonicalJson.IsLoneSurrogate(bytes);
            if (isLone)
            {
                text.Append(CanonicalJson.LoneSurrogate(bytes));
                bytes = bytes[3..];
                continue;
            }

            Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            text.Append(rune.ToString());
            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <summary>Marks every key of an object that comes again; keys are compared as they are stored.</summary>
    public void MarkRepeatedKeys(int @object)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var key = @object + 1; key < tokens[@object].Next; key = tokens[key].Next)
        {
            var name = StoredText(key);
            if (last.TryGetValue(name, out var earlier))
            {
                tokens[earlier].Marks |= JsonMarks.Repeated;
                HasRepeatedKeys = true;
            }

            last[name] = key;
        }
    }

    private TapeVerdict Read(ReadOnlySpan<byte> body, int start)
    {
        var reader = new Utf8JsonReader(body, Options);
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        var tooDeep = false;
        var keys = 0;
        var level = 0;

        // Beyond a limit nothing is kept any more, but the rest must be read: what is not JSON is that before it is too deep.
        do
        {
            if (!isObject || tooDeep || keys > MaxKeys)
            {
                tooDeep |= reader.CurrentDepth >= MaxLevels && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                continue;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (level == MaxLevels)
                    {
                        tooDeep = true;
                        break;
                    }

                    CountItem(level);
                    open[level++] = count;
                    Append(reader.TokenType == JsonTokenType.StartObject ? JsonKind.Object : JsonKind.Array, 0, 0);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Close(open[--level]);
                    break;
                case JsonTokenType.PropertyName:
                    keys++;
                    tokens[open[level - 1]].Length++;
                    AppendText(JsonKind.Key, ref reader, start);
                    break;
                case JsonTokenType.String:
                    CountItem(level);
                    AppendText(JsonKind.Text, ref reader, start);
                    Close(count - 1);
                    break;
                default:
                    CountItem(level);
                    Append(
                        reader.TokenType switch
                        {
                            JsonTokenType.Number => JsonKind.Number,
                            JsonTokenType.True => JsonKind.True,
                            JsonTokenType.False => JsonKind.False,
                            _ => JsonKind.Null,
                        },
                        start + (int)reader.TokenStartIndex,
                        reader.ValueSpan.Length);
                    Close(count - 1);
                    break;
            }
        }
        while (reader.Read());

        return !isObject ? TapeVerdict.NotAnObject : tooDeep ? TapeVerdict.TooDeep : keys > MaxKeys ? TapeVerdict.TooManyKeys : TapeVerdict.Object;
    }

    private void CountItem(int level)
    {
        if (level > 0 && tokens[open[level - 1]].Kind == JsonKind.Array)
            tokens[open[level - 1]].Length++;
    }

    private void AppendText(JsonKind kind, ref Utf8JsonReader reader, int start)
    {
        if (!reader.ValueIsEscaped)
        {
            Append(kind, start + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            return;
        }

        var at = decoded.Length;
        var isOdd = JsonEscapes.Decode(reader.ValueSpan, decoded);
        Append(kind, at, decoded.Length - at);
        tokens[count - 1].Marks = isOdd ? JsonMarks.Decoded | JsonMarks.Odd : JsonMarks.Decoded;
        HasOddText |= isOdd;
    }

    private void Append(JsonKind kind, int start, int length)
    {
        if (count == tokens.Length)
            Array.Resize(ref tokens, count * 2);
        ref var token = ref tokens[count++];
        token.Start = start;
        token.Length = length;
        token.Kind = kind;
        token.Marks = JsonMarks.None;
    }

    /// <summary>The value that starts at a token is complete, and so is its key where it has one.</summary>
    private void Close(int value)
    {
        tokens[value].Next = count;
        if (value > 0 && tokens[value - 1].Kind == JsonKind.Key)
            tokens[value - 1].Next = count;
    }

    private static byte[] Replaced(ReadOnlySpan<byte> bytes)
    {
        var text = new ByteBuffer();
        while (!bytes.IsEmpty)
        {
            var isLone = CanonicalJson.IsLoneSurrogate(bytes);
            if (isLone || bytes[0] == 0)
                text.Append("\uFFFD"u8);
            else
                text.Append(bytes[0]);
            bytes = bytes[(isLone ? 3 : 1)..];
        }

        return text.Written.ToArray();
    }
}
