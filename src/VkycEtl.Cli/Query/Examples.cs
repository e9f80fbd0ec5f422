using System.Data;
using System.Globalization;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Query;

/// <summary>A ready question of sql/examples: runs unchanged on every engine, and reads schema <c>vkyc</c> only.</summary>
/// <param name="Number">Its number: what its file's name begins with.</param>
/// <param name="File">Its file.</param>
/// <param name="Sql">The statement, with the comment that says what it asks.</param>
internal sealed record Example(int Number, string File, string Sql)
{
    /// <summary>What it asks: the comment's first sentence.</summary>
    public string Question => Sql[..(Sql.IndexOf('?', StringComparison.Ordinal) + 1)].TrimStart('-', ' ');
}

/// <summary>The ready questions that come with the program.</summary>
internal static class Examples
{
    /// <summary>Where their files are.</summary>
    public static string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "sql", "examples");

    /// <summary>All of them, by number.</summary>
    public static IReadOnlyList<Example> All() =>
    [
        .. System.IO.Directory.EnumerateFiles(Directory, "*.sql")
            .Select(file => new Example(int.Parse(Path.GetFileName(file).Split('-')[0], CultureInfo.InvariantCulture), file, System.IO.File.ReadAllText(file)))
            .OrderBy(example => example.Number),
    ];

    /// <summary>The one with a number.</summary>
    /// <exception cref="VerbFault">There is none.</exception>
    public static Example Find(string number)
    {
        var all = All();
        return (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? all.FirstOrDefault(example => example.Number == wanted) : null)
            ?? throw new VerbFault(ExitCode.Usage, $"--example {TableWriter.Visible(number)}: must be a number from {all[0].Number} to {all[^1].Number}; 'vkyc query --example' lists them.");
    }

    /// <summary>Lists them; no warehouse is needed.</summary>
    public static async Task<int> ListAsync(RowFormat format, VerbConsole console, CancellationToken cancellationToken)
    {
        using var table = new DataTable();
        table.Columns.Add("example", typeof(int));
        table.Columns.Add("question", typeof(string));
        table.Columns.Add("file", typeof(string));
        foreach (var example in All())
            table.Rows.Add(example.Number, example.Question, Path.GetFileName(example.File));
        await using var reader = table.CreateDataReader();
        await RowWriter.WriteAsync(reader, format, console, tableRows: 0, cancellationToken);
        if (format == RowFormat.Table)
            await console.Error.WriteLineAsync($"'vkyc query --example N' runs one. The files, to be changed as you need them, are in {Directory}");
        return ExitCode.Done;
    }
}
