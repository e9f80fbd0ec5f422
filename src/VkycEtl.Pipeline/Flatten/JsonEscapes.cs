using System.Globalization;
using System.Text;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>Decodes the escapes of a JSON string that <see cref="System.Text.Json.Utf8JsonReader"/> has accepted.</summary>
internal static class JsonEscapes
{
    /// <summary>Appends the decoded bytes. A lone surrogate becomes the three bytes that UTF-8 would give it, so that nothing is lost yet.</summary>
    /// <returns>Whether U+0000 or a lone surrogate is in it.</returns>
    public static bool Decode(ReadOnlySpan<byte> raw, ByteBuffer to)
    {
        var isOdd = false;
        Span<byte> four = stackalloc byte[4];
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                to.Append(raw);
                return isOdd;
            }

            to.Append(raw[..plain]);
            var escape = raw[plain + 1];
            raw = raw[(plain + 2)..];
            if (escape != (byte)'u')
            {
                to.Append(escape switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => escape,
                });
                continue;
            }

            var unit = Unit(raw);
            raw = raw[4..];
            if (char.IsHighSurrogate(unit) && raw.StartsWith("\\u"u8) && char.IsLowSurrogate(Unit(raw[2..])))
            {
                new Rune(unit, Unit(raw[2..])).EncodeToUtf8(four);
                to.Append(four);
                raw = raw[6..];
                continue;
            }

            isOdd |= unit == 0 || char.IsSurrogate(unit);
            if (unit < 0x80)
            {
                to.Append((byte)unit);
            }
            else if (unit < 0x800)
            {
                to.Append((byte)(0xC0 | (unit >> 6)));
                to.Append((byte)(0x80 | (unit & 0x3F)));
            }
            else
            {
                to.Append((byte)(0xE0 | (unit >> 12)));
                to.Append((byte)(0x80 | ((unit >> 6) & 0x3F)));
                to.Append((byte)(0x80 | (unit & 0x3F)));
            }
        }
    }

    private static char Unit(ReadOnlySpan<byte> hex) => (char)ushort.Parse(hex[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
