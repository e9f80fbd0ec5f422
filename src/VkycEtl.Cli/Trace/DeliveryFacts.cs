using System.Text;
using System.Text.Json;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Trace;

/// <summary>What a record says of itself, as far as it can be read.</summary>
/// <param name="AppId">The application, or null.</param>
/// <param name="TransactionId">The transaction, or null.</param>
/// <param name="EventId">The event, or null.</param>
/// <param name="EventType">Its type, or null.</param>
/// <param name="EventTime">Its time, UTC, or null.</param>
/// <param name="EventKey">Its key where it makes a row; else null.</param>
internal sealed record DeliveryFacts(string? AppId, string? TransactionId, string? EventId, string? EventType, DateTime? EventTime, Guid? EventKey)
{
    // Deeper bodies are in quarantine for that, and no less readable at the top.
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue, AllowDuplicateProperties = true };

    /// <summary>
    /// Reads a record: [it makes a row] ==> as the row has it; [a JSON object] ==> what stands at its top under the documented keys; [ids still missing] ==>
    /// from the record's key, where that ends in the transaction's id.
    /// </summary>
    /// <param name="raw">The record.</param>
    /// <param name="flattener">Makes rows as the worker does.</param>
    /// <param name="transactionId">The transaction that is looked for.</param>
    public static DeliveryFacts Of(RawEvent raw, Flattener flattener, string transactionId)
    {
        if (flattener.Flatten(raw).Row is { } row)
            return new DeliveryFacts(row.AppId, row.TransactionId, row.EventId, row.EventType, row.EventTime, row.EventKey);
        var top = Top(raw.Body);
        var (app, transaction) = (Text(top, "appId") ?? raw.RouteAppId, Text(top, "transactionId"));
        if (transaction is null && AppOfKey(raw.Key, transactionId) is { } keyApp)
            (app, transaction) = (app ?? (keyApp.Length > 0 ? keyApp : null), transactionId);
        return new DeliveryFacts(app, transaction, Text(top, "eventId"), Text(top, "eventType"), null, null);
    }

    private static string? AppOfKey(byte[]? key, string transactionId)
    {
        var ending = Encoding.UTF8.GetBytes($":{transactionId}");
        return key is not null && key.AsSpan().EndsWith(ending) ? Encoding.UTF8.GetString(key.AsSpan(0, key.Length - ending.Length)) : null;
    }

    private static Dictionary<string, string> Top(byte[] body)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var json = body.AsMemory().Span.StartsWith("\uFEFF"u8) ? body.AsMemory(3) : body;
            using var document = JsonDocument.Parse(json, AnyDepth);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return found;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    found[member.Name] = member.Value.ToString();
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // No JSON, or a lone surrogate: that is why it is in quarantine, and its reason says so.
        }

        return found;
    }

    // Exact name first, then ignoring case (A–Z) and underscores, as everywhere.
    private static string? Text(Dictionary<string, string> top, string name)
    {
        var text = top.GetValueOrDefault(name)
            ?? top.Where(member => Folded(member.Key).Equals(name, StringComparison.OrdinalIgnoreCase)).OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member => member.Value).FirstOrDefault();
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private static string Folded(string name) => name.Replace("_", "", StringComparison.Ordinal);
}
