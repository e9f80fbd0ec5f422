using System.Globalization;
using System.Text;

namespace VkycEtl.Tests.Flatten;

/// <summary>JSON as a plain tree, for the reference the flattener is compared with: slow, and obvious.</summary>
internal abstract record PlainJson
{
    public sealed record Members(List<(string Key, PlainJson Value)> Items) : PlainJson;

    public sealed record Sequence(List<PlainJson> Values) : PlainJson;

    /// <summary>A text, and the object it holds as JSON where it does.</summary>
    public sealed record Text(string Value, Members? Holds = null) : PlainJson;

    public sealed record Number(string Written) : PlainJson;

    public sealed record Literal(string Written) : PlainJson
    {
        public bool IsNull => Written == "null";
    }

    /// <summary>RFC 8785's form, numbers as written, lone surrogates as escapes.</summary>
    public string Canonical() => this switch
    {
        Members members => "{" + string.Join(',', members.Items.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => Quote(item.Key) + ":" + item.Value.Canonical())) + "}",
        Sequence items => "[" + string.Join(',', items.Values.Select(value => value.Canonical())) + "]",
        Text text => Quote(text.Value),
        Number number => number.Written,
        Literal literal => literal.Written,
        _ => throw new NotSupportedException(),
    };

    /// <summary>As it is stored: the last of repeated keys, no U+0000, no lone surrogates.</summary>
    public PlainJson Stored(ISet<string> issues) => this switch
    {
        Members members => StoredMembers(members, issues),
        Sequence items => new Sequence([.. items.Values.Select(value => value.Stored(issues))]),
        Text text => new Text(Replace(text.Value, issues), text.Holds),
        _ => this,
    };

    private static Members StoredMembers(Members members, ISet<string> issues)
    {
        var stored = members.Items.Select(item => (Key: Replace(item.Key, issues), Value: item.Value.Stored(issues))).ToList();
        var last = stored.Where((item, at) => !stored.Skip(at + 1).Any(later => later.Key == item.Key)).ToList();
        if (last.Count < stored.Count)
            issues.Add("duplicate_key");
        return new Members(last);
    }

    private static string Replace(string text, ISet<string> issues)
    {
        var replaced = new string([.. text.Select((c, at) => c == '\0' || IsLone(text, at) ? '\uFFFD' : c)]);
        if (replaced != text)
            issues.Add("text_replaced");
        return replaced;
    }

    public static bool IsLone(string text, int at) =>
        char.IsSurrogate(text[at])
        && !(char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        && !(char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1]));

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            quoted.Append(text[i] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}"),
                _ when IsLone(text, i) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}"),
                _ => text[i].ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
