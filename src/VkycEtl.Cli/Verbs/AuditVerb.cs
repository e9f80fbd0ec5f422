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
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("audit", """
            Proves from ledger, events and quarantine that every offset is accounted for, partition by partition and pass by pass:
            offsets = loaded + duplicates + quarantined + gaps + lost. Exit code 1, with the offsets, where it does not hold.
              vkyc audit
              vkyc audit --acknowledge-lost --by "A. Operator"
            """)
        {
            acknowledge, by, format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(format);
            var who = parsed.GetValue(acknowledge) ? parsed.GetValue(by) ?? Environment.UserName : null;
            var (directory, file) = (parsed.GetValue(data)!, parsed.GetValue(settings));
            var raw = new RawTopicStanding(directory, file);
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("audit", directory, file)
                {
                    CarriedArguments = ["audit", "--format", CommonOptions.Name(chosen), .. who is null ? (string[])[] : ["--acknowledge-lost", "--by", who]],
                },
                async warehouse =>
                {
                    if (who is not null)
                        await AcknowledgeAsync(context, warehouse, who, cancellationToken);
                    return await RunAsync(context, warehouse, await raw.ReadAsync(context, warehouse, cancellationToken), chosen, cancellationToken);
                },
                cancellationToken);
        });
        return command;
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
