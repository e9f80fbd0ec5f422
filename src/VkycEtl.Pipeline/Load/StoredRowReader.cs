using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Load;

/// <summary>Reads whole rows of <c>vkyc.events</c>, whatever columns schemas have made, as the drivers of both engines give them.</summary>
internal static class StoredRowReader
{
    /// <summary>The JSON goes into a table, never into a page: letters stay readable.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads all rows of <c>SELECT * FROM vkyc.events …</c>.</summary>
    public static async Task<IReadOnlyList<StoredRow>> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<StoredRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            T Value<T>(string column) => (T)reader.GetValue(reader.GetOrdinal(column));
            rows.Add(new StoredRow
            {
                Keys = new EventKeys(Value<Guid>("transaction_key"), Value<Guid>("event_key")),
                RecordKey = RecordKey.Of(Value<string>("app_id"), Value<string>("transaction_id")),
                ContentDigest = Value<Guid>("content_digest"),
                EventTime = reader["event_time"] is DateTime time ? Utc(time) : null,
                IsMarked = Value<IEnumerable<string>>("issues").Contains(EventsTable.ConflictingCopies, StringComparer.Ordinal),
                Topic = Value<string>("source_topic"),
                Partition = Value<int>("source_partition"),
                Offset = Value<long>("source_offset"),
                ReceivedAt = Utc(Value<DateTime>("received_at")),
                LoadId = Value<Guid>("load_id"),
                Json = WriteJson(reader),
            });
        }

        return rows;
    }

    /// <summary>All columns as one JSON object: times RFC 3339 UTC, days yyyy-mm-dd, lists as arrays.</summary>
    private static byte[] WriteJson(DbDataReader reader)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                json.WritePropertyName(reader.GetName(i));
                WriteValue(json, reader.GetValue(i));
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case DBNull:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case Guid uuid:
                json.WriteStringValue(uuid);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateTime time:
                json.WriteStringValue(Utc(time).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ"));
                break;
            case DateOnly day:
                json.WriteStringValue(day.ToString("yyyy-MM-dd"));
                break;
            case IEnumerable<string> list:
                json.WriteStartArray();
                foreach (var item in list)
                    json.WriteStringValue(item);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value));
                break;
        }
    }

    /// <summary>DuckDB's driver leaves the kind open; what is stored is UTC.</summary>
    private static DateTime Utc(DateTime value) => DateTime.SpecifyKind(value, DateTimeKind.Utc);
}
