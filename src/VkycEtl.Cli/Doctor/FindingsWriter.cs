using System.Data;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Doctor;

/// <summary>Findings for people, a line each with the cure below it, or as rows.</summary>
internal static class FindingsWriter
{
    private static readonly Dictionary<Health, string> Words = new()
    {
        [Health.Ok] = "ok",
        [Health.Warning] = "warning",
        [Health.Fault] = "fault",
        [Health.Skipped] = "skipped",
    };

    /// <summary>Writes them.</summary>
    /// <returns>The exit code: 1 where there is a fault.</returns>
    public static async Task<int> WriteAsync(IReadOnlyList<Finding> findings, RowFormat format, VerbConsole console, CancellationToken cancellationToken)
    {
        if (format == RowFormat.Table)
            await WriteTextAsync(findings, console);
        else
            await WriteRowsAsync(findings, format, console, cancellationToken);
        return findings.Any(finding => finding.Health == Health.Fault) ? ExitCode.Found : ExitCode.Done;
    }

    private static async Task WriteTextAsync(IReadOnlyList<Finding> findings, VerbConsole console)
    {
        var width = findings.Max(finding => finding.Subject.Length + finding.Check.Length) + 2;
        foreach (var finding in findings)
        {
            var name = (finding.Check.Length == 0 ? finding.Subject : $"{finding.Subject}: {finding.Check}").PadRight(width);
            await console.Out.WriteLineAsync(TableWriter.Visible($"{Words[finding.Health],-7}  {name}  {finding.Seen}"));
            if (finding.Cure is { } cure)
                await console.Out.WriteLineAsync(TableWriter.Visible($"{"",-7}  {"".PadRight(width)}  -> {cure}"));
        }

        string Count(Health health, string one, string many)
        {
            var count = findings.Count(finding => finding.Health == health);
            return $"{count} {(count == 1 ? one : many)}";
        }

        // A notice, no finding: it is not in what a pipe takes.
        await console.Error.WriteLineAsync(
            $"{Count(Health.Ok, "ok", "ok")}, {Count(Health.Warning, "warning", "warnings")}, {Count(Health.Fault, "fault", "faults")}, {Count(Health.Skipped, "skipped", "skipped")}");
    }

    private static async Task WriteRowsAsync(IReadOnlyList<Finding> findings, RowFormat format, VerbConsole console, CancellationToken cancellationToken)
    {
        using var table = new DataTable();
        foreach (var name in (string[])["health", "subject", "check", "seen", "cure"])
            table.Columns.Add(name, typeof(string));
        foreach (var finding in findings)
            table.Rows.Add(Words[finding.Health], finding.Subject, finding.Check, finding.Seen, finding.Cure is null ? DBNull.Value : finding.Cure);
        await using var reader = table.CreateDataReader();
        await RowWriter.WriteAsync(reader, format, console, tableRows: 0, cancellationToken);
    }
}
