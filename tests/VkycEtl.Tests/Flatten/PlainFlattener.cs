using System.Globalization;
using System.Text;
using Members = VkycEtl.Tests.Flatten.PlainJson.Members;
using Text = VkycEtl.Tests.Flatten.PlainJson.Text;

namespace VkycEtl.Tests.Flatten;

/// <summary>DOMAIN's rules again, on plain trees, one after the other: what the flattener is compared with. Zone UTC, no route.</summary>
internal sealed class PlainFlattener
{
    private static readonly Dictionary<string, string[]> TypeKeys = new(StringComparer.Ordinal)
    {
        ["VCIP_CUSTOMER_SCHEDULED"] = ["start_time", "end_time"],
        ["VCIP_CUSTOMER_ASSIGNED"] = [],
        ["VCIP_CALL_STARTED"] = ["agentId"],
        ["VCIP_CALL_COMPLETED"] = ["status", "reason", "agentId"],
        ["VCIP_CALL_ENDED"] = ["status", "reason", "agentId"],
    };

    private readonly Members rest = new([]);
    private readonly Members detailsRest = new([]);

    public SortedSet<string> Issues { get; } = new(StringComparer.Ordinal);

    public string? Quarantined { get; private set; }

    public SortedDictionary<string, string> Columns { get; } = new(StringComparer.Ordinal);

    public string? Extras { get; private set; }

    public static PlainFlattener Flatten(Members sent)
    {
        var plain = new PlainFlattener();
        plain.Run(sent);
        return plain;
    }

    private void Run(Members sent)
    {
        var body = (Members)sent.Stored(Issues);
        var ids = new[] { "appId", "transactionId", "eventType", "eventId" }.ToDictionary(key => key, key => Id(Take(body, key), key), StringComparer.Ordinal);
        Quarantined = ids["appId"] is null ? "missing_app_id" : ids["transactionId"] is null ? "missing_transaction_id" : ids["eventType"] is null ? "missing_event_type" : null;
        if (Quarantined is not null)
            return;
        Columns["app_id"] = ids["appId"]!;
        Columns["transaction_id"] = ids["transactionId"]!;
        Columns["event_type"] = ids["eventType"]!;
        if (ids["eventId"] is { } id)
            Columns["event_id"] = id;
        else
            Issues.Add("event_id_missing");

        var version = Take(body, "eventVersion");
        if (version is null or PlainJson.Literal { IsNull: true })
            Issues.Add("event_version_missing");
        else if (Keep(rest, "eventVersion", "event_version", version) is not (null or "1.0.0"))
            Issues.Add("unknown_event_version");

        if (!Time(rest, "eventTime", "event_time", Take(body, "eventTime")))
            Issues.Add("event_time_missing");
        Details(ids["eventType"]!, Take(body, "eventDetails"));
        if (detailsRest.Items.Count > 0)
            rest.Items.Add(("eventDetails", detailsRest));
        rest.Items.AddRange(body.Items);
        Extras = rest.Items.Count == 0 ? null : InRange(rest).Canonical();
    }

    private void Details(string type, PlainJson? details)
    {
        if (details is null)
            Issues.Add("details_missing");
        if (details is Text { Holds: { } held })
        {
            Issues.Add("details_in_text");
            details = held.Stored(Issues);
        }
        else if (details is not (null or Members or PlainJson.Literal { IsNull: true }))
        {
            Issues.Add("details_not_an_object");
            rest.Items.Add(("eventDetails", details));
        }

        var members = details as Members ?? new Members([]);
        if (!TypeKeys.TryGetValue(type, out var keys))
            Issues.Add("unknown_event_type");
        foreach (var key in keys ?? [])
        {
            var value = Take(members, key);
            if (key.EndsWith("_time", StringComparison.Ordinal))
                Time(detailsRest, key, "slot_" + key, value);
            else if (value is not (null or PlainJson.Literal { IsNull: true }))
                Status(type, key, Keep(detailsRest, key, key == "agentId" ? "agent_id" : key, value));
            else if (key == "status")
                Issues.Add("status_missing");
        }

        if (Columns.TryGetValue("slot_start_time", out var start) && Columns.TryGetValue("slot_end_time", out var end) && string.CompareOrdinal(end, start) < 0)
            Issues.Add("slot_end_before_start");
        detailsRest.Items.AddRange(members.Items);
    }

    private void Status(string type, string key, string? value)
    {
        string[] documented = type == "VCIP_CALL_ENDED" ? ["INCOMPLETE"] : ["APPROVED", "DECLINED"];
        if (key == "status" && value is not null && !documented.Contains(value.Trim().ToUpperInvariant(), StringComparer.Ordinal))
            Issues.Add("unexpected_status");
    }

    private static PlainJson? Take(Members members, string key)
    {
        static string Fold(string name) => new([.. name.Where(c => c != '_').Select(c => c is >= 'A' and <= 'Z' ? (char)(c + 32) : c)]);

        var at = members.Items.FindIndex(item => item.Key == key);
        if (at < 0)
        {
            var least = members.Items.Where(item => Fold(item.Key) == Fold(key)).OrderBy(item => Convert.ToHexString(Encoding.UTF8.GetBytes(item.Key)), StringComparer.Ordinal).FirstOrDefault();
            at = least.Key is null ? -1 : members.Items.FindIndex(item => item.Key == least.Key);
        }

        if (at < 0)
            return null;
        var value = members.Items[at].Value;
        members.Items.RemoveAt(at);
        return value;
    }

    private string? Id(PlainJson? value, string key)
    {
        if (value is Members or PlainJson.Sequence)
            rest.Items.Add((key, value));
        if (value is PlainJson.Number or PlainJson.Literal { IsNull: false })
            Issues.Add("wrong_type");
        var id = value switch
        {
            Text text => text.Value,
            PlainJson.Number number => number.Written,
            PlainJson.Literal { IsNull: false } literal => literal.Written,
            _ => null,
        };
        if (id is not null && key != "eventType" && !string.IsNullOrWhiteSpace(id) && id.Contains('\u001f', StringComparison.Ordinal))
        {
            Issues.Add("text_replaced");
            id = id.Replace('\u001f', '\uFFFD');
        }

        return string.IsNullOrWhiteSpace(id) ? null : id;
    }

    private string? Keep(Members left, string key, string column, PlainJson value)
    {
        if (value is not Text && !(value is PlainJson.Number && column == "agent_id"))
            Issues.Add("wrong_type");
        switch (value)
        {
            case Text text:
                return Columns[column] = text.Value;
            case PlainJson.Number number:
                return Columns[column] = number.Written;
            case PlainJson.Literal literal:
                return Columns[column] = literal.Written;
            default:
                left.Items.Add((key, value));
                return null;
        }
    }

    private bool Time(Members left, string key, string column, PlainJson? value)
    {
        if (value is null or PlainJson.Literal { IsNull: true })
            return false;
        var written = value switch { Text text => text.Value, PlainJson.Number number => number.Written, _ => "" };
        if (PlainTimestamp.Parse(written) is not { } parsed)
        {
            Issues.Add(column + "_unparsable");
            left.Items.Add((key, value));
            return true;
        }

        if (parsed.IsLocal)
            Issues.Add(column + "_no_zone");
        Columns[column] = parsed.Time.ToString("O", CultureInfo.InvariantCulture);
        return true;
    }

    private PlainJson InRange(PlainJson value)
    {
        switch (value)
        {
            case Members members:
                return new Members([.. members.Items.Select(item => (item.Key, InRange(item.Value)))]);
            case PlainJson.Sequence items:
                return new PlainJson.Sequence([.. items.Values.Select(InRange)]);
            case PlainJson.Number number when double.IsInfinity(double.Parse(number.Written, CultureInfo.InvariantCulture)):
                Issues.Add("number_out_of_range");
                return new Text(number.Written);
            default:
                return value;
        }
    }
}
