using System.Text.Json;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Trace;

/// <summary>A trace as one JSON object: columns under their names, times in UTC, what is not known as null.</summary>
internal static class TraceJson
{
    /// <summary>Writes it.</summary>
    public static async Task WriteAsync(TransactionTrace trace, Stream output, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, CellText.WriterOptions))
            Write(json, trace);
        buffer.WriteByte((byte)'\n');
        await output.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, TransactionTrace trace)
    {
        json.WriteStartObject();
        Value(json, "app_id", trace.AppId);
        Value(json, "transaction_id", trace.TransactionId);
        Value(json, "as_of", trace.AsOf);
        Value(json, "loads_behind", trace.LoadsBehind);
        List(json, "events", trace.Events, one =>
        {
            foreach (var (name, value) in one.Row)
                Value(json, name, value);
            Value(json, "lag_seconds", one.LagSeconds);
        });
        List(json, "attempts", trace.Attempts, row => Columns(json, row));
        json.WritePropertyName("transaction");
        if (trace.Transaction is { } transaction)
        {
            json.WriteStartObject();
            Columns(json, transaction);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        List(json, "quarantined", trace.Quarantined, one =>
        {
            Place(json, one.At);
            Columns(json, one.Row);
            Facts(json, one.Says);
        });
        json.WriteStartObject("raw_topic");
        List(json, "found", trace.Search.Found, one =>
        {
            Value(json, "state", Name(one.State));
            Place(json, one.At);
            Value(json, "received_at", one.ReceivedAt);
            Facts(json, one.Says);
            Value(json, "repeats_topic", one.Of?.Topic);
            Value(json, "repeats_partition", one.Of?.Partition);
            Value(json, "repeats_offset", one.Of?.Offset);
        });
        List(json, "searched", trace.Search.Searched, one =>
        {
            Value(json, "topic", one.Topic);
            Value(json, "partition", one.Partition);
            Value(json, "first_offset", one.From);
            Value(json, "last_offset", one.Until - 1);
        });
        Value(json, "records", trace.Search.Records);
        Value(json, "ledger_duplicates", trace.Search.LedgerDuplicates);
        Value(json, "unknown", trace.Search.Unknown.ToList());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A state's name, as JSON and tables have it.</summary>
    public static string Name(DeliveryState state) => state.ToString().ToLowerInvariant();

    private static void Place(Utf8JsonWriter json, Coordinates at)
    {
        Value(json, "source_topic", at.Topic);
        Value(json, "source_partition", at.Partition);
        Value(json, "source_offset", at.Offset);
    }

    private static void Facts(Utf8JsonWriter json, DeliveryFacts says)
    {
        Value(json, "app_id", says.AppId);
        Value(json, "event_id", says.EventId);
        Value(json, "event_type", says.EventType);
        Value(json, "event_time", says.EventTime);
    }

    private static void Columns(Utf8JsonWriter json, OrderedDictionary<string, object?> row)
    {
        foreach (var (name, value) in row)
            Value(json, name, value);
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        CellText.Write(json, value);
    }
}
