using System.Globalization;
using System.Text;

namespace VkycEtl.Tests.Flatten;

/// <summary>Random events: mostly of the documented shape, with everything that can be odd about one; and random ways to write them down.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] Types = ["VCIP_CUSTOMER_SCHEDULED", "VCIP_CUSTOMER_ASSIGNED", "VCIP_CALL_STARTED", "VCIP_CALL_COMPLETED", "VCIP_CALL_ENDED", "VCIP_OTHER"];
    private static readonly string[] Scraps = ["", " ", "a", "é", "\0", "\u001f", "\ud83d\ude00", "\ud83d", "\ude00", "\ue000", "\uffff", "\"", "\\", "/", "\n", "\t", "\u007f", "\u2028", "APPROVED", "incomplete ", "x_y", "Z"];
    private static readonly string[] Numbers = ["0", "-0", "1", "1.50", "-0.10e+2", "1E400", "-1e309", "1e-400", "12345678901234567890123456789", "1772359200", "1772359200.1234567", "1772359200123", "1.7976931348623157e308"];
    private static readonly string[] Times = ["2026-03-01T10:00:00Z", "2026-03-01 15:30 +0530", "2026-03-01T10:00:00.123456789", "2026-03-02", "soon", "1772359200", " 2026-02-28t23:59:59,5z ", "0001-01-01T00:00:00+01", "9999-12-31T23:59:59-14:00"];
    private static readonly string[] EnvelopeKeys = ["appId", "transactionId", "eventVersion", "eventType", "eventTime", "eventId", "eventDetails"];
    private static readonly string[] DetailKeys = ["start_time", "end_time", "agentId", "status", "reason", "startTime", "agent_id"];
    private readonly Random random = new(seed);

    public PlainJson.Members Event()
    {
        var items = new List<(string, PlainJson)>();
        foreach (var key in EnvelopeKeys)
        {
            if (random.Next(12) > 0)
                items.Add((Spelling(key), EnvelopeValue(key)));
        }

        for (var more = random.Next(4); more > 0; more--)
            items.Add(random.Next(2) == 0 ? (Spelling(Pick(EnvelopeKeys)), Any(3)) : (Text(), Any(3)));
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items));
        return new PlainJson.Members(items);
    }

    /// <summary>The same content: keys in another order (repeated ones in the same), other white space, other escapes.</summary>
    public string Write(PlainJson json, bool shuffle = false) => json switch
    {
        PlainJson.Members members => Space() + "{" + string.Join(',', Order(members.Items, shuffle).Select(item => Space() + Quote(item.Key) + Space() + ":" + Write(item.Value, shuffle))) + Space() + "}" + Space(),
        PlainJson.Sequence items => Space() + "[" + string.Join(',', items.Values.Select(value => Write(value, shuffle))) + Space() + "]" + Space(),
        PlainJson.Text text => Space() + Quote(text.Value) + Space(),
        PlainJson.Number number => Space() + number.Written + Space(),
        PlainJson.Literal literal => Space() + literal.Written + Space(),
        _ => throw new NotSupportedException(),
    };

    private PlainJson EnvelopeValue(string key) => random.Next(8) == 0 ? Any(2) : key switch
    {
        "eventType" => new PlainJson.Text(Pick(Types)),
        "eventTime" => Time(),
        "eventVersion" => new PlainJson.Text("1.0.0"),
        "eventDetails" => Details(),
        _ => new PlainJson.Text(key + Text()),
    };

    private PlainJson Details()
    {
        var items = new List<(string, PlainJson)>();
        for (var count = random.Next(7); count > 0; count--)
        {
            var key = random.Next(5) == 0 ? Text() : Pick(DetailKeys);
            items.Add((Spelling(key), random.Next(3) == 0 ? Any(2) : key.Contains("ime", StringComparison.Ordinal) ? Time() : new PlainJson.Text(Text())));
        }

        var details = new PlainJson.Members(items);
        return random.Next(5) == 0 ? new PlainJson.Text(Write(details), details) : details;
    }

    private PlainJson Time() => random.Next(4) == 0 ? new PlainJson.Number(Pick(Numbers)) : new PlainJson.Text(Pick(Times));

    private PlainJson Any(int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => new PlainJson.Literal(Pick(["null", "true", "false"])),
        1 or 2 => new PlainJson.Number(Pick(Numbers)),
        3 or 4 => new PlainJson.Text(Text()),
        5 => new PlainJson.Sequence([.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(depth - 1))]),
        _ => new PlainJson.Members([.. Enumerable.Range(0, random.Next(30) == 0 ? 40 : random.Next(5)).Select(_ => (Text(), Any(depth - 1)))]),
    };

    private string Text() => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Pick(Scraps)));

    private string Spelling(string key) => random.Next(10) switch
    {
        0 => key.ToUpperInvariant(),
        1 => "_" + key,
        2 => key.Replace("_", "", StringComparison.Ordinal),
        _ => key,
    };

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private string Space() => random.Next(6) == 0 ? Pick([" ", "\n", "\t\r"]) : "";

    private IEnumerable<(string Key, PlainJson Value)> Order(List<(string Key, PlainJson Value)> items, bool shuffle)
    {
        if (!shuffle)
            return items;

        // Repeated keys keep their order among themselves: each takes the places that its key has after the shuffle.
        var keys = items.Select(item => item.Key).ToArray();
        random.Shuffle(keys);
        var values = items.GroupBy(item => item.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => new Queue<PlainJson>(group.Select(item => item.Value)), StringComparer.Ordinal);
        return keys.Select(key => (key, values[key].Dequeue()));
    }

    private string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < ' ' || PlainJson.IsLone(text, i) || random.Next(20) == 0)
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(random.Next(2) == 0 ? ((int)c).ToString("x4") : ((int)c).ToString("X4"))}");
            else if (c is '"' or '\\' || (c == '/' && random.Next(2) == 0))
                quoted.Append('\\').Append(c);
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length)
                quoted.Append(c).Append(text[++i]);
            else if (char.IsLowSurrogate(c))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
