using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Logs;

/// <summary>A log line for a person, and for a collector.</summary>
internal static class LogFormats
{
    private const string OriginalFormat = "{OriginalFormat}";

    private static readonly HashSet<string> OwnKeys = new(StringComparer.Ordinal) { "ts", "level", "id", "name", "category", "message", "exception" };

    /// <summary><c>15:04:05 warning [3001] load … failed, try 2</c>: one line, the exception's message behind it. Time of the reporting zone.</summary>
    public static string Text(LogLine line, TimeZoneInfo zone)
    {
        var time = TimeZoneInfo.ConvertTime(line.Time, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var source = line.Id.Id != 0 && line.Category.StartsWith("VkycEtl.", StringComparison.Ordinal) ? $"[{line.Id.Id}]" : line.Category;
        var exception = line.Exception is { } thrown && !line.Message.Contains(thrown.Message, StringComparison.Ordinal) ? $": {thrown.GetType().Name}: {thrown.Message}" : "";
        return CellWidth.Visible($"{time} {Level(line.Level)} {source} {line.Message}{exception}");
    }

    /// <summary>
    /// One flat object: <c>ts</c> (RFC 3339, UTC), <c>level</c>, <c>id</c>, <c>name</c>, <c>category</c>, <c>message</c>, the message's values by their
    /// names, <c>exception</c> with its stack. Nothing is there twice.
    /// </summary>
    public static string Json(LogLine line)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, CellText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("ts", line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("level", Level(line.Level));
            if (line.Id.Id != 0)
                writer.WriteNumber("id", line.Id.Id);
            if (line.Id.Name is { Length: > 0 } name)
                writer.WriteString("name", name);
            writer.WriteString("category", line.Category);
            writer.WriteString("message", line.Message);
            var keys = new HashSet<string>(OwnKeys, StringComparer.Ordinal);
            foreach (var (field, value) in line.Fields.Where(field => field.Key != OriginalFormat))
            {
                if (!keys.Add(Key(field)))
                    continue;
                writer.WritePropertyName(Key(field));
                Write(writer, value);
            }

            if (line.Exception is not null)
                writer.WriteString("exception", line.Exception.ToString());
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    // {Partition} is "partition"; what would be one of a line's own keys ({Message}) gets an underscore.
    private static string Key(string field)
    {
        var key = field.Length > 0 && char.IsAsciiLetterUpper(field[0]) ? char.ToLowerInvariant(field[0]) + field[1..] : field;
        return OwnKeys.Contains(key) ? key + "_" : key;
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        if (value is Enum or TimeSpan or Uri)
            writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
        else
            CellText.Write(writer, value);
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => level.ToString().ToLowerInvariant(),
    };
}
