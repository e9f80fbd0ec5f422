using System.Data.Common;
using System.Globalization;
using System.Text;
using Spectre.Console;

namespace VkycEtl.Cli.Output;

/// <summary>A result as aligned columns: numbers to the right, NULL visible, cells and rows cut where they would not fit, and said so.</summary>
internal static class TableWriter
{
    /// <summary>The text of a NULL.</summary>
    public const string Null = "NULL";

    private const int WidestCell = 80;

    /// <summary>An event id (<c>trn:vkyc:</c> and a uuid) is never cut: it is there to be copied.</summary>
    private const int ShortestCut = 45;

    /// <summary>Writes up to so many rows (0: all) and a line that counts them.</summary>
    public static async Task<long> WriteAsync(DbDataReader reader, VerbConsole console, int mostRows, CancellationToken cancellationToken)
    {
        var cells = Cells.Of(reader);
        if (cells.Length == 0)
            return 0;
        var widest = console.Width is { } width ? Math.Clamp(width / 2, ShortestCut, WidestCell) : int.MaxValue;
        var rows = new List<string[]>();
        var isCut = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (mostRows > 0 && rows.Count == mostRows)
            {
                isCut = true;
                break;
            }

            rows.Add([.. cells.Select(cell => Shown(cell.Read(reader), widest))]);
        }

        var names = cells.Select(cell => Visible(cell.Name)).ToArray();
        var widths = names.Select((name, i) => rows.Aggregate(name.GetCellWidth(), (most, row) => Math.Max(most, row[i].GetCellWidth()))).ToArray();
        var table = new StringBuilder();
        Append(table, names, widths, cells);
        table.AppendJoin("  ", widths.Select(columnWidth => new string('-', columnWidth))).Append('\n');
        foreach (var row in rows)
            Append(table, row, widths, cells);
        table.Append(CultureInfo.InvariantCulture, $"({rows.Count:N0} {(rows.Count == 1 ? "row" : "rows")}");
        table.Append(isCut ? "; there are more: --rows 0 shows all, --format csv, json or jsonl are never cut)\n" : ")\n");
        await console.Out.WriteAsync(table, cancellationToken);
        await console.Out.FlushAsync(cancellationToken);
        return rows.Count;
    }

    private static void Append(StringBuilder table, string[] texts, int[] widths, Cells[] cells)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            var padding = widths[i] - texts[i].GetCellWidth();
            if (i > 0)
                table.Append("  ");
            if (cells[i].IsNumber)
                table.Append(' ', padding).Append(texts[i]);
            else if (i < texts.Length - 1)
                table.Append(texts[i]).Append(' ', padding);
            else
                table.Append(texts[i]);
        }

        table.Append('\n');
    }

    private static string Shown(object? value, int widest)
    {
        if (value is null)
            return Null;
        var text = Visible(CellText.Plain(value));
        return text.Length > widest ? string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[widest - 2]) ? widest - 2 : widest - 1), "…") : text;
    }

    /// <summary>A text on one line, without what a terminal would obey.</summary>
    public static string Visible(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var visible = new StringBuilder();
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => visible.Append("\\n"),
                '\r' => visible.Append("\\r"),
                '\t' => visible.Append("\\t"),
                _ when char.IsControl(character) => visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => visible.Append(character),
            };
        }

        return visible.ToString();
    }
}
