using System.Data.Common;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Query;

/// <summary>Results that are short enough to be held whole.</summary>
internal static class StatementRows
{
    /// <summary>Runs the statement; each row has its columns by name, in their order, as plain .NET values (<see cref="Cells"/>).</summary>
    public static async Task<List<OrderedDictionary<string, object?>>> ReadAsync(
        this Statement statement, DbConnection connection, string engine, CancellationToken cancellationToken)
    {
        await using var select = statement.CreateCommand(connection, engine);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var cells = Cells.Of(reader);
        var rows = new List<OrderedDictionary<string, object?>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new OrderedDictionary<string, object?>(cells.Length, StringComparer.Ordinal);
            foreach (var cell in cells)
                row.Add(cell.Name, cell.Read(reader));
            rows.Add(row);
        }

        return rows;
    }
}
