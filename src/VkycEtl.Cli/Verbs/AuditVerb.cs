using System.CommandLine;
using VkycEtl.Cli.Audit;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Output;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc audit</c>: proves that every raw offset is accounted for.</summary>
internal static class AuditVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var acknowledge = new Option<bool>("--acknowledge-lost")
        {
            Description = "Acknowledge the offsets that were removed before they were read: kept with when and by whom, and no finding from then on.",
        };
        var by = new Option<string?>("--by") { Description = "Who acknowledges; the user of this process unless given.", HelpName = "NAME" };
        var truth = new Option<string?>("--truth") { Description = "Also hold the warehouse against a file of 'vkyc simulate --truth': every row to the last column, and the quarantine.", HelpName = "FILE" };
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("audit", """
            Proves from ledger, events and quarantine that every offset is accounted for, partition by partition and pass by pass:
            offsets = loaded + duplicates + quarantined + gaps + lost. Exit code 1, with the offsets, where it does not hold.
              vkyc audit
              vkyc audit --acknowledge-lost --by "A. Operator"
              vkyc audit --truth truth.jsonl
            """)
        {
            acknowledge, by, truth, format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(format);
            var who = parsed.GetValue(acknowledge) ? parsed.GetValue(by) ?? Environment.UserName : null;
            var (directory, settingsFile) = (parsed.GetValue(data)!, parsed.GetValue(settings));
            var file = parsed.GetValue(truth) is { } given ? Path.GetFullPath(given) : null;
            var raw = new RawTopicStanding(directory, settingsFile);
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("audit", directory, settingsFile)
                {
                    CarriedArguments = ["audit", "--format", CommonOptions.Name(chosen), .. file is null ? (string[])[] : ["--truth", file], .. who is null ? (string[])[] : ["--acknowledge-lost", "--by", who]],
                },
                async warehouse =>
                {
                    if (who is not null)
                        await AcknowledgeAsync(context, warehouse, who, cancellationToken);
                    var code = await RunAsync(context, warehouse, await raw.ReadAsync(context, warehouse, cancellationToken), chosen, cancellationToken);
                    return file is null ? code : Math.Max(code, await CompareAsync(context, file, warehouse, cancellationToken));
                },
                cancellationToken);
        });
        return command;
    }

    /// <summary>Differences go to standard error: standard output is the audit's rows, in whatever format.</summary>
    private static async Task<int> CompareAsync(VerbContext context, string file, IWarehouse warehouse, CancellationToken cancellationToken)
    {
        const int mostLines = 50;
        var check = await TruthCheck.RunAsync(file, warehouse, cancellationToken);
        foreach (var difference in check.Differences.Take(mostLines))
            await context.Console.Error.WriteLineAsync(TableWriter.Visible($"vkyc: {difference}"));
        if (check.Differences.Count > mostLines)
            await context.Console.Error.WriteLineAsync($"vkyc: … and {check.Differences.Count - mostLines} more differences");
        await context.Console.Error.WriteLineAsync(check.Differences.Count == 0
            ? $"The warehouse holds what {file} says: {check.Rows:N0} rows, {check.Quarantined:N0} in quarantine."
            : $"vkyc: the warehouse differs from {file} in {check.Differences.Count:N0} places.");
        return check.Differences.Count == 0 ? ExitCode.Done : ExitCode.Found;
    }

    private static async Task AcknowledgeAsync(VerbContext context, IWarehouse warehouse, string by, CancellationToken cancellationToken)
    {
        foreach (var lost in await new LedgerAudit(warehouse, context.Time).AcknowledgeLostAsync(by, cancellationToken))
            await context.Console.Error.WriteLineAsync($"acknowledged by {by}: {AuditRows.Line(lost)}");
    }

    private static async Task<int> RunAsync(
        VerbContext context, IWarehouse warehouse, TopicStanding? standing, RowFormat format, CancellationToken cancellationToken)
    {
        var report = await new LedgerAudit(warehouse, context.Time).RunAsync(cancellationToken);
        using var rows = AuditRows.Of(report, standing);
        await using var reader = rows.CreateDataReader();
        await RowWriter.WriteAsync(reader, format, context.Console, tableRows: 0, cancellationToken);
        if (standing is not null && report.Partitions.Count(one => one.TopicId != standing.TopicId) is var earlier and > 0)
        {
            await context.Console.Error.WriteLineAsync(
                $"note: {earlier} of these are of topics that are not there any more (each start of 'vkyc up' with its broker inside makes a new one); their logs are gone, so log_end and lag are NULL.");
        }

        foreach (var finding in report.Findings)
            await context.Console.Error.WriteLineAsync($"vkyc: {AuditRows.Line(finding)}");
        if (report.Findings.Count > 0)
            return ExitCode.Found;
        if (format == RowFormat.Table)
            await context.Console.Error.WriteLineAsync("Every offset is accounted for.");
        return ExitCode.Done;
    }
}
