using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Simulate;

/// <summary>
/// What the warehouse must hold once everything that was acknowledged is loaded, worked out from what the simulator meant and from the published rules
/// (ops/DELIVERY.md), with nothing of the pipeline in it. In memory: about half a kilobyte an event.
/// </summary>
/// <param name="fallbackAppId">The application of bodies that name none, where the route has one.</param>
internal sealed class Truth(string? fallbackAppId)
{
    private readonly Lock turn = new();
    private readonly Dictionary<Guid, Dictionary<Guid, Copy>> events = [];
    private readonly Dictionary<(string Reason, string Body), (int Deliveries, bool IsCertain)> refused = [];

    /// <summary>Notes a delivery.</summary>
    /// <param name="delivery">What was sent.</param>
    /// <param name="isCertain">Whether it was acknowledged; else it was perhaps written.</param>
    public void Add(Delivery delivery, bool isCertain)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(delivery.Body));
        if (delivery.Expected is ExpectedQuarantine quarantined)
        {
            Refuse(quarantined.Reason, sha256, isCertain);
            return;
        }

        // The application is part of who the event is, and nobody named one.
        var expected = (ExpectedEvent)delivery.Expected;
        if (expected.Row.AppId is null && fallbackAppId is null)
        {
            Refuse("missing_app_id", sha256, isCertain);
            return;
        }

        var digest = Hash(expected.Content.Write(BodyStyle.Canonical));
        var row = expected.Row;
        var (app, transaction, id) = (row.AppId ?? fallbackAppId!, Id(row.TransactionId), Id(row.EventId ?? $"sha256:{digest:n}"));
        var eventKey = Hash(Encoding.UTF8.GetBytes($"{app}\u001F{transaction}\u001F{id}"));
        lock (turn)
        {
            if (!events.TryGetValue(eventKey, out var copies))
                events[eventKey] = copies = [];
            if (!copies.TryGetValue(digest, out var copy))
                copies[digest] = copy = new Copy(row, app, id, Hash(Encoding.UTF8.GetBytes($"{app}\u001F{transaction}")));
            copy.Bodies.Add(sha256);
            copy.IsCertain |= isCertain;
        }
    }

    /// <summary>Writes the truth, a JSON object a line: the run, then rows, then what is in quarantine.</summary>
    public void Write(Stream output, SimulateOptions options)
    {
        using var writer = new Utf8JsonWriter(output, CellText.WriterOptions);
        Line(output, writer, () =>
        {
            writer.WriteString("kind", "run");
            writer.WriteString("transactions_begin_with", options.TransactionPrefix);
            writer.WriteNumber("seed", options.Seed);
            writer.WriteNumber("rows", events.Count);
        });
        foreach (var (eventKey, copies) in events)
        {
            // The least is the row, whatever came first: by time, none last, then by content.
            var inOrder = copies.OrderBy(copy => copy.Value.Row.EventTime is null).ThenBy(copy => copy.Value.Row.EventTime)
                .ThenBy(copy => copy.Key.ToString("n"), StringComparer.Ordinal).ToList();
            Line(output, writer, () => WriteRow(writer, eventKey, inOrder[0].Key, inOrder[0].Value, inOrder.Count > 1, copies.Values.All(copy => copy.IsCertain)));
            foreach (var (digest, copy) in inOrder.Skip(1))
            {
                Line(output, writer, () => WriteQuarantined(
                    writer, "conflicting_duplicate", 1, copy.IsCertain && copies.Values.All(other => other.IsCertain), copy.Bodies, digest));
            }

        }

        foreach (var ((reason, body), (deliveries, isCertain)) in refused)
            Line(output, writer, () => WriteQuarantined(writer, reason, Math.Max(1, deliveries), isCertain, [body], digest: null));
    }

    private void Refuse(string reason, string body, bool isCertain)
    {
        lock (turn)
        {
            var before = refused.GetValueOrDefault((reason, body));
            refused[(reason, body)] = (before.Deliveries + (isCertain ? 1 : 0), before.IsCertain || isCertain);
        }
    }

    private static void WriteRow(Utf8JsonWriter writer, Guid eventKey, Guid digest, Copy copy, bool isConflicting, bool isCertain)
    {
        var row = copy.Row;
        var issues = new SortedSet<string>(row.Issues, StringComparer.Ordinal);
        if (isConflicting)
            issues.Add("conflicting_copies");
        if (row.AppId is null)
            issues.Add("app_id_from_route");
        writer.WriteString("kind", "row");
        writer.WriteBoolean("certain", isCertain);
        writer.WriteString("transaction_key", copy.TransactionKey);
        writer.WriteString("event_key", eventKey);
        writer.WriteString("event_id", copy.EventId);
        writer.WriteString("event_type", row.EventType);
        writer.WriteString("event_version", row.EventVersion);
        writer.WriteString("app_id", copy.AppId);
        writer.WriteString("transaction_id", Id(row.TransactionId));
        WriteTime(writer, "event_time", row.EventTime);
        writer.WriteString("extras", row.ExtrasText());
        writer.WriteStartArray("issues");
        foreach (var issue in issues)
            writer.WriteStringValue(issue);
        writer.WriteEndArray();
        writer.WriteString("content_digest", digest);
        WriteTime(writer, "slot_start_time", row.SlotStart);
        WriteTime(writer, "slot_end_time", row.SlotEnd);
        writer.WriteString("agent_id", row.AgentId);
        writer.WriteString("status", row.Status);
        writer.WriteString("reason", row.Reason);
    }

    private static void WriteQuarantined(Utf8JsonWriter writer, string reason, int deliveries, bool isCertain, IEnumerable<string> bodies, Guid? digest)
    {
        writer.WriteString("kind", "quarantine");
        writer.WriteBoolean("certain", isCertain);
        writer.WriteString("reason_code", reason);
        writer.WriteNumber("deliveries", deliveries);
        writer.WriteStartArray("body_sha256");
        foreach (var body in bodies)
            writer.WriteStringValue(body);
        writer.WriteEndArray();
        if (digest is { } content)
            writer.WriteString("content_digest", content);
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTime? time)
    {
        if (time is { } given)
            writer.WriteString(name, CellText.Time(given));
        else
            writer.WriteNull(name);
    }

    private static void Line(Stream output, Utf8JsonWriter writer, Action write)
    {
        writer.WriteStartObject();
        write();
        writer.WriteEndObject();
        writer.Flush();
        writer.Reset();
        output.WriteByte((byte)'\n');
    }

    /// <summary>An id as it is stored.</summary>
    private static string Id(string id) => id.Replace('\u001F', '\uFFFD').Replace('\0', '\uFFFD');

    /// <summary>The first 128 bits of a SHA-256, as a version 8 uuid.</summary>
    private static Guid Hash(byte[] bytes)
    {
        var hash = SHA256.HashData(bytes);
        var digits = Convert.ToHexStringLower(hash.AsSpan(0, 16)).ToCharArray();
        digits[12] = '8';
        digits[16] = "89ab"[int.Parse(digits.AsSpan(16, 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 3];
        return Guid.ParseExact(digits, "N");
    }

    /// <summary>One content of an event.</summary>
    private sealed record Copy(ExpectedRow Row, string AppId, string EventId, Guid TransactionKey)
    {
        public SortedSet<string> Bodies { get; } = new(StringComparer.Ordinal);

        public bool IsCertain { get; set; }
    }
}
