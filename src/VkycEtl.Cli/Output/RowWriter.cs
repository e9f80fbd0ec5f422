using System.Data.Common;
using System.Text;
using System.Text.Json;

namespace VkycEtl.Cli.Output;

/// <summary>Streams a result to the output in one of the formats; a row is never held longer than it takes to write it, but for tables.</summary>
internal static class RowWriter
{
    private const int FlushBytes = 64 * 1024;

    /// <summary>Writes every row of the reader's current result.</summary>
    /// <param name="reader">The result.</param>
    /// <param name="format">The format.</param>
    /// <param name="console">Where it goes.</param>
    /// <param name="tableRows">Most rows of a table. Default 1,000; 0: all.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>How many rows were written.</returns>
    public static Task<long> WriteAsync(
        DbDataReader reader, RowFormat format, VerbConsole console, int tableRows, CancellationToken cancellationToken) => format switch
        {
            RowFormat.Json => WriteJsonAsync(reader, lines: false, console.Output, cancellationToken),
            RowFormat.Jsonl => WriteJsonAsync(reader, lines: true, console.Output, cancellationToken),
            RowFormat.Csv => WriteCsvAsync(reader, console.Output, cancellationToken),
            _ => TableWriter.WriteAsync(reader, console, tableRows, cancellationToken),
        };

    private static async Task<long> WriteJsonAsync(DbDataReader reader, bool lines, Stream output, CancellationToken cancellationToken)
    {
        var cells = Cells.Of(reader);
        var names = cells.Select(cell => JsonEncodedText.Encode(cell.Name, CellText.WriterOptions.Encoder)).ToArray();
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer, CellText.WriterOptions);
        var rows = 0L;
        if (!lines)
            buffer.WriteByte((byte)'[');
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!lines)
                buffer.Write(rows == 0 ? "\n"u8 : ",\n"u8);
            writer.WriteStartObject();
            for (var i = 0; i < cells.Length; i++)
            {
                writer.WritePropertyName(names[i]);
                CellText.Write(writer, cells[i].Read(reader));
            }

            writer.WriteEndObject();
            await writer.FlushAsync(cancellationToken);
            writer.Reset();
            if (lines)
                buffer.WriteByte((byte)'\n');
            rows++;
            if (buffer.Length >= FlushBytes)
                await FlushAsync(buffer, output, cancellationToken);
        }

        if (!lines)
            buffer.Write(rows == 0 ? "]\n"u8 : "\n]\n"u8);
        await FlushAsync(buffer, output, cancellationToken);
        return rows;
    }

    private static async Task<long> WriteCsvAsync(DbDataReader reader, Stream output, CancellationToken cancellationToken)
    {
        var cells = Cells.Of(reader);
        using var buffer = new MemoryStream();
        var line = new StringBuilder();
        line.AppendJoin(',', cells.Select(cell => Quote(cell.Name))).Append('\n');
        var rows = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < cells.Length; i++)
            {
                if (i > 0)
                    line.Append(',');
                if (cells[i].Read(reader) is { } value)
                    line.Append(Quote(CellText.Plain(value)));
            }

            line.Append('\n');
            rows++;
            if (line.Length < FlushBytes)
                continue;
            await WriteAsync(line);
        }

        await WriteAsync(line);
        return rows;

        async Task WriteAsync(StringBuilder text)
        {
            buffer.Write(Encoding.UTF8.GetBytes(text.ToString()));
            text.Clear();
            await FlushAsync(buffer, output, cancellationToken);
        }
    }

    // An empty text is quoted, so that it is not taken for NULL.
    private static string Quote(string text) =>
        text.Length == 0 || text.AsSpan().IndexOfAny("\",\r\n") >= 0 || text[0] == ' ' || text[^1] == ' '
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;

    private static async Task FlushAsync(MemoryStream buffer, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
        await output.FlushAsync(cancellationToken);
        buffer.SetLength(0);
    }
}
