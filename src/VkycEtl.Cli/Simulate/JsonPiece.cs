using System.Globalization;
using System.Text;

namespace VkycEtl.Cli.Simulate;

/// <summary>How a body is written: the content is the same.</summary>
internal enum BodyStyle
{
    /// <summary>On one line, only what must be escaped is.</summary>
    Plain,

    /// <summary>As another serializer would: keys the other way round, lines, and everything but ASCII escaped.</summary>
    Anew,

    /// <summary>RFC 8785's form as the content digest has it: sorted keys, U+0000 and lone surrogates escaped, repeated keys all kept.</summary>
    Canonical,
}

/// <summary>A JSON value of which the simulator knows how it will be written: repeated keys, numbers of any length and lone surrogates included.</summary>
internal abstract record JsonPiece
{
    public static readonly JsonPiece Null = new JsonLiteral("null");

    /// <summary>A text; null for none.</summary>
    public static JsonPiece Of(string? text) => text is null ? Null : new JsonString(text);

    /// <summary>The value's bytes.</summary>
    public byte[] Write(BodyStyle style)
    {
        var text = new StringBuilder(512);
        Append(text, style, depth: 0);

        // Lone surrogates are written as escapes in every style, so this cannot fail.
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Appends the value.</summary>
    public abstract void Append(StringBuilder text, BodyStyle style, int depth);

    protected static void NewLine(StringBuilder text, BodyStyle style, int depth)
    {
        if (style == BodyStyle.Anew)
            text.Append('\n').Append(' ', 2 * depth);
    }
}

/// <summary>A number, true, false or null, as written.</summary>
internal sealed record JsonLiteral(string Written) : JsonPiece
{
    public override void Append(StringBuilder text, BodyStyle style, int depth) => text.Append(Written);
}

/// <summary>A text.</summary>
internal sealed record JsonString(string Value) : JsonPiece
{
    public override void Append(StringBuilder text, BodyStyle style, int depth) => Append(text, Value, style);

    public static void Append(StringBuilder text, string value, BodyStyle style)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var letter = value[i];
            var isPair = char.IsHighSurrogate(letter) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            var isLone = char.IsSurrogate(letter) && !isPair;
            if (letter is '"' or '\\')
                text.Append('\\').Append(letter);
            else if ("\b\t\n\f\r".Contains(letter, StringComparison.Ordinal))
                text.Append('\\').Append("btnfr"["\b\t\n\f\r".IndexOf(letter, StringComparison.Ordinal)]);
            else if (letter < ' ' || isLone || (style == BodyStyle.Anew && letter is > '~' or '<' or '>' or '&' or '\'' or '+'))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                text.Append(letter);
            if (isPair)
            {
                i++;
                if (style == BodyStyle.Anew)
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)value[i]:x4}");
                else
                    text.Append(value[i]);
            }
        }

        text.Append('"');
    }
}

/// <summary>A list.</summary>
internal sealed record JsonList(params IReadOnlyList<JsonPiece> Items) : JsonPiece
{
    public override void Append(StringBuilder text, BodyStyle style, int depth)
    {
        text.Append('[');
        for (var i = 0; i < Items.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            NewLine(text, style, depth + 1);
            Items[i].Append(text, style, depth + 1);
        }

        if (Items.Count > 0)
            NewLine(text, style, depth);
        text.Append(']');
    }
}

/// <summary>An object, in the order in which it is sent; a key may come again.</summary>
internal sealed record JsonMembers(params IReadOnlyList<(string Key, JsonPiece Value)> Members) : JsonPiece
{
    public override void Append(StringBuilder text, BodyStyle style, int depth)
    {
        // Ordinal: by UTF-16 units, as RFC 8785 sorts. The values of a repeated key keep their order, whichever way the rest goes.
        var members = style switch
        {
            BodyStyle.Canonical => Members.OrderBy(member => member.Key, StringComparer.Ordinal),
            BodyStyle.Anew => Members.GroupBy(member => member.Key, StringComparer.Ordinal).Reverse().SelectMany(group => group),
            _ => Members.AsEnumerable(),
        };
        text.Append('{');
        var isFirst = true;
        foreach (var (key, value) in members)
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            NewLine(text, style, depth + 1);
            JsonString.Append(text, key, style);
            text.Append(style == BodyStyle.Anew ? ": " : ":");
            value.Append(text, style, depth + 1);
        }

        if (!isFirst)
            NewLine(text, style, depth);
        text.Append('}');
    }
}
