using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Dapper;

namespace VkycEtl.ServerTests.Marts;

/// <summary>The rows of one table or view as text, cell by cell to the last digit, whatever the driver calls its types.</summary>
internal sealed record Cells(string Relation, IReadOnlyList<string> Columns, IReadOnlyList<string> Kinds, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public const string LastChangedAt = "last_changed_at";

    /// <summary>Each column with what it holds.</summary>
    public string Heading => string.Join(" | ", Columns.Zip(Kinds, (column, kind) => $"{column} ({kind})"));

    /// <summary>Reads a relation. Days come as numbers, since one may lie outside the years that .NET has.</summary>
    public static async Task<Cells> ReadAsync(DbConnection connection, string relation)
    {
        var columns = (await connection.QueryAsync<(string Name, string Type)>($"""
            SELECT column_name, lower(data_type) FROM information_schema.columns
            WHERE table_schema = 'vkyc' AND table_name = '{relation}' ORDER BY ordinal_position
            """)).ToList();
        Assert.True(columns.Count > 0, $"There is no vkyc.{relation}");
        var selected = columns.Select(column => column.Type == "date" ? $"{column.Name} - DATE '1970-01-01'" : column.Name);
        await using var reader = await connection.ExecuteReaderAsync($"SELECT {string.Join(", ", selected)} FROM vkyc.{relation}");
        var rows = new List<IReadOnlyList<string>>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, columns.Count).Select(column => Text(reader.GetValue(column)))]);
        return new Cells(relation, [.. columns.Select(column => column.Name)], [.. columns.Select(column => KindOf(column.Type))], rows);
    }

    /// <summary>The same of rows that were worked out.</summary>
    public static Cells Of<T>(string relation, IEnumerable<T> rows)
    {
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        return new Cells(
            relation,
            [.. properties.Select(property => Snake(property.Name))],
            [.. properties.Select(property => property.Name is "Day" or "CohortDay" ? "day" : KindOf(property.PropertyType))],
            [.. rows.Select(row => properties.Select(property => Text(property.GetValue(row))).ToList())]);
    }

    /// <summary>The same without some columns.</summary>
    public Cells Without(params string[] columns)
    {
        var kept = Enumerable.Range(0, Columns.Count).Where(column => !columns.Contains(Columns[column], StringComparer.Ordinal)).ToList();
        return new Cells(Relation, [.. kept.Select(column => Columns[column])], [.. kept.Select(column => Kinds[column])], [.. Rows.Select(row => kept.Select(column => row[column]).ToList())]);
    }

    /// <summary>One column's values by another's.</summary>
    public Dictionary<string, string> By(string key, string value) =>
        Rows.ToDictionary(row => row[Index(key)], row => row[Index(value)], StringComparer.Ordinal);

    /// <summary>Whole rows, in an order that does not matter.</summary>
    public IReadOnlyList<string> Sorted() => [.. Rows.Select(row => string.Join(" | ", row)).Order(StringComparer.Ordinal)];

    /// <summary>Whole rows by a key.</summary>
    public Dictionary<string, string> ByKey(string key) =>
        Rows.ToDictionary(row => row[Index(key)], row => string.Join(" | ", row), StringComparer.Ordinal);

    /// <summary>Fails with the rows that only one side has, of every relation that differs.</summary>
    public static void AssertEqual(IEnumerable<(Cells Expected, Cells Found)> pairs, string what)
    {
        var differences = pairs.Select(pair => Difference(pair.Expected, pair.Found)).OfType<string>().ToList();
        Assert.True(differences.Count == 0, $"{what}\n{string.Join('\n', differences)}");
    }

    private static string? Difference(Cells expected, Cells found)
    {
        if (expected.Heading != found.Heading)
            return $"vkyc.{expected.Relation} has columns\n  {found.Heading}\nand not\n  {expected.Heading}";
        var (missing, surplus) = (Lines(expected), Lines(found));
        foreach (var line in missing.Keys.Intersect(surplus.Keys, StringComparer.Ordinal).ToList())
        {
            var common = Math.Min(missing[line], surplus[line]);
            missing[line] -= common;
            surplus[line] -= common;
        }

        var lines = missing.Where(line => line.Value > 0).Select(line => $"- {line.Key}")
            .Concat(surplus.Where(line => line.Value > 0).Select(line => $"+ {line.Key}"))
            .OrderBy(line => line[2..], StringComparer.Ordinal)
            .ToList();
        return lines.Count == 0
            ? null
            : $"vkyc.{expected.Relation} differs in {lines.Count} lines (- expected, + found)\n  {expected.Heading}\n{string.Join('\n', lines.Take(12))}";
    }

    private static Dictionary<string, int> Lines(Cells cells) =>
        cells.Rows.GroupBy(row => string.Join(" | ", row), StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Count(), StringComparer.Ordinal);

    private static string Text(object? value) => value switch
    {
        null or DBNull => "NULL",
        string text => $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'",
        bool flag => flag ? "true" : "false",
        Guid uuid => $"'{uuid:d}'",
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IEnumerable list => string.Join(',', list.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"No text for {value.GetType()}"),
    };

    private static string KindOf(string type) => type switch
    {
        "text" or "varchar" => "text",
        "integer" or "bigint" => "whole",
        "double" or "double precision" => "double",
        "date" => "day",
        "timestamp with time zone" => "time",
        _ => type,
    };

    private static string KindOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name switch
    {
        nameof(String) => "text",
        nameof(Int32) or nameof(Int64) => "whole",
        nameof(Double) => "double",
        nameof(DateTime) => "time",
        nameof(Guid) => "uuid",
        _ => "boolean",
    };

    private static string Snake(string name) =>
        string.Concat(name.Select((letter, at) => char.IsUpper(letter) && at > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    private int Index(string column) => Columns.ToList().IndexOf(column);
}
