using System.Globalization;
using System.Text.Json;

namespace VkycEtl.Page.Query;

/// <summary>How values are written: times as RFC 3339 UTC with <c>Z</c>, days as <c>yyyy-mm-dd</c>, numbers as numbers, NULL as null.</summary>
internal static class CellText
{
    /// <summary>Writes a row as a JSON object.</summary>
    public static void WriteObject(Utf8JsonWriter json, IReadOnlyList<string> columns, object?[] row)
    {
        json.WriteStartObject();
        for (var i = 0; i < row.Length; i++)
        {
            json.WritePropertyName(columns[i]);
            Write(json, row[i]);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes rows as a JSON array of objects.</summary>
    public static void WriteArray(Utf8JsonWriter json, Rows rows)
    {
        json.WriteStartArray();
        foreach (var row in rows.Values)
            WriteObject(json, rows.Columns, row);
        json.WriteEndArray();
    }

    /// <summary>Writes a value.</summary>
    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartArray();
                foreach (var text in texts)
                    json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Plain(value));
                break;
        }
    }

    /// <summary>The value as text.</summary>
    public static string Plain(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime time => Instant(time),
        DateOnly day => Day(day),
        IReadOnlyList<string> texts => string.Join(' ', texts),
        IFormattable number => number.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A day.</summary>
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>An instant, to the microsecond.</summary>
    public static string Instant(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
