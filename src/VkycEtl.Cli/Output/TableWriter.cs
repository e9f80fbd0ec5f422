using System.Data.Common;
using System.Globalization;
using System.Text;

namespace VkycEtl.Cli.Output;

/// <summary>
/// A result for people: aligned columns, numbers to the right, NULL told apart from texts. On a terminal it fits: [columns fit] ==> as they are;
/// [long texts can be shortened] ==> with an ellipsis; [still too wide] ==> one block a row, with whole values. Elsewhere nothing is shortened,
/// and only the table is written to the output: notices go to standard error.
/// </summary>
internal static class TableWriter
{
    /// <summary>The text of a NULL.</summary>
    public const string Null = "NULL";

    /// <summary>What is at most as wide as an event id (<c>trn:vkyc:</c> and a uuid) is never shortened: it is there to be copied.</summary>
    private const int NeverCut = 45;

    /// <summary>Longer texts keep at least so many columns.</summary>
    private const int ShortestCut = 24;

    private const string Gap = "  ";

    /// <summary>Writes up to so many rows (0: all) and, on a terminal, a line that counts them.</summary>
    public static async Task<long> WriteAsync(DbDataReader reader, VerbConsole console, int mostRows, CancellationToken cancellationToken)
    {
        var cells = Cells.Of(reader);
        if (cells.Length == 0)
            return 0;
        var rows = new List<string?[]>();
        var isCut = false;
        while (!isCut && await reader.ReadAsync(cancellationToken))
        {
            isCut = mostRows > 0 && rows.Count == mostRows;
            if (!isCut)
                rows.Add([.. cells.Select(cell => Shown(cell.Read(reader), console.Zone))]);
        }

        var names = cells.Select(cell => CellWidth.Visible(cell.Name)).ToArray();
        var widths = names.Select((name, i) => rows.Aggregate(CellWidth.Of(name), (most, row) => Math.Max(most, CellWidth.Of(row[i] ?? Null)))).ToArray();
        var text = new StringBuilder();
        if (console.Width is { } width && !Fit(widths, width))
            AppendBlocks(text, names, rows, console.HasColour);
        else
            AppendTable(text, names, rows, widths, cells, console.HasColour);

        if (console.Width is not null)
            text.Append(CultureInfo.InvariantCulture, $"({rows.Count:N0} {(rows.Count == 1 ? "row" : "rows")})\n");
        await console.Out.WriteAsync(text, cancellationToken);
        await console.Out.FlushAsync(cancellationToken);
        if (isCut)
            console.ErrorLines.Write(string.Create(CultureInfo.InvariantCulture, $"note: only the first {rows.Count:N0} rows are shown; --rows 0 shows all, --format csv, json and jsonl always do."));
        return rows.Count;
    }

    /// <summary>
    /// One value as a table shows it; null for NULL. A text that could be taken for a NULL, or for nothing, stands in quotes, as SQL would write it.
    /// </summary>
    public static string? Shown(object? value, TimeZoneInfo zone) => value switch
    {
        null => null,
        string text when text.Length == 0 || text == Null || text[0] is ' ' or '\'' || text[^1] == ' ' =>
            CellWidth.Visible($"'{text.Replace("'", "''", StringComparison.Ordinal)}'"),
        DateTime { Kind: not DateTimeKind.Unspecified } time => CellText.ZonedTime(time, zone),
        DateTimeOffset time => CellText.ZonedTime(time.UtcDateTime, zone),
        DateTime time => CellText.LocalTime(time),
        _ => CellWidth.Visible(CellText.Plain(value)),
    };

    /// <summary>A text on one line, without what a terminal would obey.</summary>
    public static string Visible(string text) => CellWidth.Visible(text);

    // Takes a column at a time away from the widest long text until all fit.
    private static bool Fit(int[] widths, int width)
    {
        int[] natural = [.. widths];
        for (var i = 0; i < widths.Length; i++)
            widths[i] = natural[i] > NeverCut ? Math.Clamp(natural[i], ShortestCut, Math.Max(width, ShortestCut)) : natural[i];
        for (var over = widths.Sum() + Gap.Length * (widths.Length - 1) - width; over > 0; over--)
        {
            var widest = Enumerable.Range(0, widths.Length).Where(i => natural[i] > NeverCut && widths[i] > ShortestCut).OrderByDescending(i => widths[i]).FirstOrDefault(-1);
            if (widest < 0)
                return false;
            widths[widest]--;
        }

        return true;
    }

    private static void AppendTable(StringBuilder table, string[] names, List<string?[]> rows, int[] widths, Cells[] cells, bool hasColour)
    {
        AppendLine(names, Style.Bold);
        table.AppendJoin(Gap, widths.Select(width => new string('-', width))).Append('\n');
        foreach (var row in rows)
            AppendLine(row, Style.Plain);

        void AppendLine(string?[] texts, string style)
        {
            for (var i = 0; i < texts.Length; i++)
            {
                var text = CellWidth.Cut(texts[i] ?? Null, widths[i]);
                var padding = widths[i] - CellWidth.Of(text);
                var isLast = i == texts.Length - 1;
                if (i > 0)
                    table.Append(Gap);
                if (cells[i].IsNumber)
                    table.Append(' ', padding);
                Append(table, text, texts[i] is null ? Style.Dim : style, hasColour);
                if (!cells[i].IsNumber && !isLast)
                    table.Append(' ', padding);
            }

            table.Append('\n');
        }
    }

    private static void AppendBlocks(StringBuilder blocks, string[] names, List<string?[]> rows, bool hasColour)
    {
        var nameWidth = names.Max(CellWidth.Of);
        for (var i = 0; i < rows.Count; i++)
        {
            Append(blocks, string.Create(CultureInfo.InvariantCulture, $"-- row {i + 1:N0} --"), Style.Bold, hasColour);
            blocks.Append('\n');
            for (var column = 0; column < names.Length; column++)
            {
                blocks.Append(names[column]).Append(' ', nameWidth - CellWidth.Of(names[column])).Append(Gap);
                Append(blocks, rows[i][column] ?? Null, rows[i][column] is null ? Style.Dim : Style.Plain, hasColour);
                blocks.Append('\n');
            }
        }
    }

    private static void Append(StringBuilder to, string text, string style, bool hasColour)
    {
        if (hasColour && style.Length > 0)
            to.Append(style).Append(text).Append(Style.Reset);
        else
            to.Append(text);
    }

    private static class Style
    {
        public const string Plain = "";
        public const string Bold = "\u001b[1m";
        public const string Dim = "\u001b[2m";
        public const string Reset = "\u001b[0m";
    }
}
