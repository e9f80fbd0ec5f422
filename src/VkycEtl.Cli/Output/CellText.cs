using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VkycEtl.Cli.Output;

/// <summary>
/// Values as text. Times are RFC 3339 in UTC with <c>Z</c>, days <c>yyyy-mm-dd</c>, bytes <c>\x</c> and hex, on every engine and in every format.
/// </summary>
internal static class CellText
{
    /// <summary>Readable JSON: only what must be escaped is.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>An instant, to the microsecond, without trailing zeros.</summary>
    public static string Time(DateTime value) =>
        (value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>An instant in a zone for people, with the zone's offset: <c>2026-11-25 15:30:00+05:30</c>, in UTC <c>2026-11-25 10:00:00Z</c>.</summary>
    public static string ZonedTime(DateTime value, TimeZoneInfo zone)
    {
        var utc = value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value;
        var offset = zone.GetUtcOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
        var ticks = utc.Ticks + offset.Ticks;
        if (offset == TimeSpan.Zero || ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            return LocalTime(utc) + "Z";
        return string.Create(CultureInfo.InvariantCulture, $"{LocalTime(new DateTime(ticks))}{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}");
    }

    /// <summary>A time of no zone for people.</summary>
    public static string LocalTime(DateTime value) => value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    /// <summary>Bytes as <c>\x</c> and lower-case hex.</summary>
    public static string Bytes(byte[] value) => @"\x" + Convert.ToHexStringLower(value);

    /// <summary>A value for tables and CSV; lists and dictionaries as JSON.</summary>
    public static string Plain(object value) => value switch
    {
        string text => text,
        JsonText json => json.Json,
        bool flag => flag ? "true" : "false",
        _ when Number(value) is { } digits => digits,
        double or float => NotFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ when Scalar(value) is { } scalar => scalar,
        _ => Json(value),
    };

    /// <summary>Writes a value as JSON: numbers as numbers however long, what JSON has no number for (NaN) as text.</summary>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case JsonText json:
                writer.WriteRawValue(json.Json, skipInputValidation: true);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case var _ when Number(value) is { } digits:
                writer.WriteRawValue(digits, skipInputValidation: true);
                break;
            case double or float:
                writer.WriteStringValue(NotFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)));
                break;
            case var _ when Scalar(value) is { } scalar:
                writer.WriteStringValue(scalar);
                break;
            case IDictionary map:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    writer.WritePropertyName(Plain(entry.Key));
                    Write(writer, EngineValues.Plain(entry.Value ?? DBNull.Value));
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var element in list)
                    Write(writer, EngineValues.Plain(element ?? DBNull.Value));
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Json(object value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            Write(writer, value);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static string? Number(object value) => value switch
    {
        ExactNumber exact => exact.Digits,
        double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null,
        float number => float.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null,
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        sbyte or byte or short or ushort or int or uint or long or ulong or decimal => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };

    // Spelt as PostgreSQL spells them.
    private static string NotFinite(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private static string? Scalar(object value) => value switch
    {
        DateTime time => Time(time),
        DateTimeOffset time => Time(time.UtcDateTime),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        Guid id => id.ToString("D"),
        byte[] bytes => Bytes(bytes),
        _ => null,
    };
}
