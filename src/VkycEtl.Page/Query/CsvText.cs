using System.Text;

namespace VkycEtl.Page.Query;

/// <summary>
/// RFC 4180 for spreadsheets: a byte order mark, so that they read UTF-8; NULL empty, an empty text in quotes; a text that a spreadsheet would take
/// for a formula with an apostrophe before it.
/// </summary>
internal static class CsvText
{
    /// <summary>What the file begins with.</summary>
    public const string Begin = "\uFEFF";

    /// <summary>Appends a line.</summary>
    public static void AppendLine(StringBuilder csv, IEnumerable<object?> row)
    {
        var isFirst = true;
        foreach (var value in row)
        {
            if (!isFirst)
                csv.Append(',');
            isFirst = false;
            if (value is not null)
                csv.Append(Cell(value));
        }

        csv.Append("\r\n");
    }

    /// <summary>A value as a cell.</summary>
    internal static string Cell(object value)
    {
        var text = CellText.Plain(value);
        if (value is string or IReadOnlyList<string> && text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.Length == 0 || text.AsSpan().IndexOfAny("\",\r\n") >= 0 || text[0] == ' ' || text[^1] == ' '
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}
