using System.Text;
using DuckDB.NET.Data;
using VkycEtl.Cli.Output;

namespace VkycEtl.Tests.Cli.Output;

/// <summary>Runs SQL on DuckDB in memory and gives what a format makes of it.</summary>
internal static class Rows
{
    public static async Task<string> WriteAsync(string sql, RowFormat format, int tableRows = 1000, int? width = null)
    {
        await using var connection = new DuckDBConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        using var output = new MemoryStream();
        using var console = new VerbConsole(Stream.Null, output, Stream.Null, width, HasInput: false);
        await RowWriter.WriteAsync(reader, format, console, tableRows, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
