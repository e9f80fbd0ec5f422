using System.Globalization;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Writes JSON in one form: RFC 8785's for white space, key order and escapes, numbers as written. As sent (for the digest) a key that
/// comes again keeps all its values, and U+0000 and lone surrogates are <c>\u0000</c>, <c>\ud800</c>; as stored (for extras) the last value counts,
/// both are U+FFFD, and a number that no double holds is a text.
/// </summary>
internal sealed class CanonicalJson(ByteBuffer output)
{
    private readonly MemberOrder order = new();

    /// <summary>Whether a number was written as a text; the caller clears it.</summary>
    public bool HasTextNumber { get; set; }

    /// <summary>Writes a value as sent. Also marks the keys that come again in every object under it.</summary>
    public void WriteSent(JsonTape tape, int value) => Write(tape, value, asSent: true);

    /// <summary>Writes a value as stored.</summary>
    public void WriteStored(JsonTape tape, int value) => Write(tape, value, asSent: false);

    /// <summary>Writes a key or text with its quotes.</summary>
    public void WriteText(JsonTape tape, int index, bool asSent)
    {
        output.Append((byte)'"');
        ref var token = ref tape[index];
        if (token.Is(JsonMarks.Decoded))
            WriteEscaped(tape.Bytes(index), asSent);
        else
            output.Append(tape.Bytes(index));
        output.Append((byte)'"');
    }

    /// <summary>Writes a name of our own with its quotes.</summary>
    public void WriteName(ReadOnlySpan<byte> name)
    {
        output.Append((byte)'"');
        WriteEscaped(name, asSent: false);
        output.Append((byte)'"');
    }

    /// <summary>Whether bytes start with a lone surrogate as <see cref="JsonEscapes"/> leaves it; valid UTF-8 never does.</summary>
    public static bool IsLoneSurrogate(ReadOnlySpan<byte> bytes) => bytes.Length >= 3 && bytes[0] == 0xED && bytes[1] >= 0xA0;

    /// <summary>That surrogate.</summary>
    public static char LoneSurrogate(ReadOnlySpan<byte> bytes) => (char)(0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F));

    /// <summary>Whether a JSON number rounds to infinity in a double.</summary>
    public static bool IsOutOfRange(ReadOnlySpan<byte> number) =>
        (number.Length > 300 || number.ContainsAny((byte)'e', (byte)'E'))
        && double.IsInfinity(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));

    private void Write(JsonTape tape, int value, bool asSent)
    {
        ref var token = ref tape[value];
        switch (token.Kind)
        {
            case JsonKind.Object:
                WriteObject(tape, value, asSent);
                break;
            case JsonKind.Array:
                output.Append((byte)'[');
                for (int item = value + 1, end = token.Next; item < end; item = tape[item].Next)
                {
                    if (item > value + 1)
                        output.Append((byte)',');
                    Write(tape, item, asSent);
                }

                output.Append((byte)']');
                break;
            case JsonKind.Text:
                WriteText(tape, value, asSent);
                break;
            case JsonKind.Number when !asSent && IsOutOfRange(tape.Bytes(value)):
                HasTextNumber = true;
                WriteName(tape.Bytes(value));
                break;
            default:
                output.Append(tape.Bytes(value));
                break;
        }
    }

    private void WriteObject(JsonTape tape, int @object, bool asSent)
    {
        output.Append((byte)'{');
        var first = asSent ? order.Push(tape, @object) : order.PushStored(tape, @object);
        for (int place = first, end = order.Top; place < end; place++)
        {
            if (place > first)
                output.Append((byte)',');
            WriteText(tape, order[place], asSent);
            output.Append((byte)':');
            Write(tape, order[place] + 1, asSent);
        }

        order.Pop(first);
        output.Append((byte)'}');
    }

    private void WriteEscaped(ReadOnlySpan<byte> text, bool asSent)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (IsLoneSurrogate(text[i..]))
            {
                if (asSent)
                    WriteUnit(LoneSurrogate(text[i..]));
                else
                    output.Append("\uFFFD"u8);
                i += 2;
            }
            else if (b == 0 && !asSent)
            {
                output.Append("\uFFFD"u8);
            }
            else if (b is (byte)'"' or (byte)'\\')
            {
                output.Append((byte)'\\');
                output.Append(b);
            }
            else if (b >= 0x20)
            {
                output.Append(b);
            }
            else
            {
                WriteControl(b);
            }
        }
    }

    private void WriteControl(byte b)
    {
        switch (b)
        {
            case (byte)'\b':
                output.Append("\\b"u8);
                break;
            case (byte)'\t':
                output.Append("\\t"u8);
                break;
            case (byte)'\n':
                output.Append("\\n"u8);
                break;
            case (byte)'\f':
                output.Append("\\f"u8);
                break;
            case (byte)'\r':
                output.Append("\\r"u8);
                break;
            default:
                WriteUnit((char)b);
                break;
        }
    }

    private void WriteUnit(char unit)
    {
        output.Append("\\u"u8);
        for (var shift = 12; shift >= 0; shift -= 4)
            output.Append("0123456789abcdef"u8[(unit >> shift) & 0xF]);
    }
}
