using System.Text.Json.Nodes;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Tests.Flatten;

/// <summary>A row as the expectation files show it: columns that are NULL are left out, but for extras and issues.</summary>
internal static class RowJson
{
    public static JsonObject From(EventRow row, SchemaSet schemas)
    {
        var json = new JsonObject
        {
            ["app_id"] = row.AppId,
            ["transaction_id"] = row.TransactionId,
            ["event_id"] = row.EventId,
            ["event_type"] = row.EventType,
        };
        if (row.EventVersion is not null)
            json["event_version"] = row.EventVersion;
        if (row.EventTime is { } time)
            json["event_time"] = Time(time);
        for (var i = 0; i < schemas.Columns.Count; i++)
        {
            if (!row.Values[i].IsNull)
                json[schemas.Columns[i].Name] = Value(row.Values[i], schemas.Columns[i].Type);
        }

        json["transaction_key"] = row.TransactionKey.ToString();
        json["event_key"] = row.EventKey.ToString();
        json["content_digest"] = row.ContentDigest.ToString();
        json["extras"] = row.Extras;
        json["issues"] = new JsonArray([.. row.Issues.Select(issue => JsonValue.Create(issue))]);
        return json;
    }

    private static JsonValue Value(ColumnValue value, ColumnType type) => type switch
    {
        ColumnType.Text => JsonValue.Create(value.Text),
        ColumnType.Uuid => JsonValue.Create(value.Uuid.ToString()),
        ColumnType.BigInt => JsonValue.Create(value.BigInt),
        ColumnType.Double => JsonValue.Create(value.Double),
        ColumnType.Boolean => JsonValue.Create(value.Boolean),
        ColumnType.Numeric => JsonValue.Create(value.Numeric),
        ColumnType.Timestamp => JsonValue.Create(Time(value.Timestamp)),
        ColumnType.Date => JsonValue.Create(value.Date.ToString("yyyy-MM-dd")),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static string Time(DateTime time) => time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.ffffffZ");
}
