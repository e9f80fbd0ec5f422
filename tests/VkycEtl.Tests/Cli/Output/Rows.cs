using System.Text;
using DuckDB.NET.Data;
using VkycEtl.Cli.Output;

namespace VkycEtl.Tests.Cli.Output;

/// <summary>Runs SQL on DuckDB in memory and gives what a format makes of it.</summary>
internal static class Rows
{
    public static async Task<string> WriteAsync(string sql, RowFormat format, int tableRows = 1000, int? width = null) =>
        (await WriteAsync(sql, format, (output, error) => new VerbConsole(Stream.Null, output, error, width, HasInput: false), tableRows)).Output;

    public static async Task<(string Output, string Error)> WriteAsync(
        string sql, RowFormat format, Func<Stream, Stream, VerbConsole> createConsole, int tableRows = 1000)
    {
        await using var connection = new DuckDBConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var console = createConsole(output, error);
        await RowWriter.WriteAsync(reader, format, console, tableRows, TestContext.Current.CancellationToken);
        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
