using System.Data.Common;
using System.Numerics;

namespace VkycEtl.Page.Query;

/// <summary>A result in memory. Values are null, bool, long, int, double, string, DateOnly, DateTime (UTC), or a list of texts.</summary>
/// <param name="Columns">The columns' names.</param>
/// <param name="Values">A row each.</param>
internal sealed record Rows(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Values)
{
    /// <summary>Reads all that is left of a result.</summary>
    public static async Task<Rows> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var columns = ColumnsOf(reader);
        var values = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken))
            values.Add(ReadRow(reader));
        return new Rows(columns, values);
    }

    /// <summary>The names of a result's columns.</summary>
    public static string[] ColumnsOf(DbDataReader reader) => [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];

    /// <summary>The current row.</summary>
    public static object?[] ReadRow(DbDataReader reader)
    {
        var row = new object?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++)
            row[i] = ReadCell(reader, i);
        return row;
    }

    /// <summary>A copy with one column's texts replaced; this where there is no such column.</summary>
    public Rows Replace(string column, Func<string, string> replace)
    {
        var at = Columns.ToList().IndexOf(column);
        return at < 0 ? this : this with { Values = [.. Values.Select(Replaced)] };

        object?[] Replaced(object?[] row)
        {
            if (row[at] is not string text)
                return row;
            object?[] copy = [.. row];
            copy[at] = replace(text);
            return copy;
        }
    }

    /// <summary>A copy without some columns.</summary>
    public Rows Without(params string[] columns)
    {
        var kept = Enumerable.Range(0, Columns.Count).Where(i => !columns.Contains(Columns[i], StringComparer.Ordinal)).ToArray();
        return new Rows([.. kept.Select(i => Columns[i])], [.. Values.Select(row => kept.Select(i => row[i]).ToArray())]);
    }

    /// <summary>A value by its column's name.</summary>
    public object? At(int row, string column) => Values[row][Columns.ToList().IndexOf(column)];

    private static object? ReadCell(DbDataReader reader, int ordinal)
    {
        if (reader.IsDBNull(ordinal))
            return null;
        if (reader.GetDataTypeName(ordinal).Equals("date", StringComparison.OrdinalIgnoreCase))
            return reader.GetFieldValue<DateOnly>(ordinal);
        return reader.GetValue(ordinal) switch
        {
            DateTime time => DateTime.SpecifyKind(time, DateTimeKind.Utc),
            DateTimeOffset time => time.UtcDateTime,
            Guid guid => guid.ToString(),
            IEnumerable<string> texts => texts.ToList(),
            BigInteger whole => (long)whole,
            short small => (long)small,
            var value => value,
        };
    }
}
