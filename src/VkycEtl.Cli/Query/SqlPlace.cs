using System.Globalization;

namespace VkycEtl.Cli.Query;

/// <summary>Where in a statement a fault is: its line, and a mark below the place.</summary>
internal static class SqlPlace
{
    private const int Most = 70;

    /// <summary>The line with the mark.</summary>
    /// <param name="sql">The statement as the server had it.</param>
    /// <param name="position">The character, from 1, as PostgreSQL counts.</param>
    public static string Of(string sql, int position)
    {
        var at = Math.Clamp(position - 1, 0, sql.Length);
        var begin = at == 0 ? 0 : sql.LastIndexOf('\n', at - 1) + 1;
        var end = sql.IndexOf('\n', at);
        var line = sql[begin..(end < 0 ? sql.Length : end)];
        var number = sql.AsSpan(0, begin).Count('\n') + 1;

        // A long line is shown from near the place.
        var skipped = Math.Max(0, at - begin - Most / 2);
        var shown = line.Length - skipped > Most ? string.Concat(line.AsSpan(skipped, Most), "…") : line[skipped..];
        var prefix = string.Create(CultureInfo.InvariantCulture, $"LINE {number}: {(skipped > 0 ? "…" : "")}");
        return $"{prefix}{Output.CellWidth.Visible(shown.Replace('\t', ' '))}\n{new string(' ', prefix.Length + at - begin - skipped)}^";
    }
}
