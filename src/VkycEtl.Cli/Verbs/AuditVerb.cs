using System.CommandLine;
using Confluent.Kafka;
using VkycEtl.Cli.Audit;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
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
                    var lags = context.Warehouse is not null
                        ? await ReadLagsAsync(context.Lag, context.Console, cancellationToken)
                        : await ReadLagsAsync(VkycSettings.Load(file, new DataDirectory(directory)), warehouse, context.Console, cancellationToken);
                    return await RunAsync(context, warehouse, lags, chosen, cancellationToken);
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
        foreach (var finding in report.Findings)
            await context.Console.Error.WriteLineAsync($"vkyc: {AuditRows.Line(finding)}");
        if (report.Findings.Count > 0)
            return ExitCode.Found;
        if (format == RowFormat.Table)
            await context.Console.Out.WriteLineAsync("Every offset is accounted for.");
        return ExitCode.Done;
    }

    private static async Task<TopicStanding?> ReadLagsAsync(
        VkycSettings settings, IWarehouse warehouse, VerbConsole console, CancellationToken cancellationToken)
    {
        if (settings.Kafka.BootstrapServers.Length == 0)
            return await ReadLagsAsync(lag: null, console, cancellationToken);
        using var broker = Broker.Configured(settings.Kafka);
        using var lag = new TopicLag(settings.Kafka, broker.Identities, warehouse);
        return await ReadLagsAsync(lag, console, cancellationToken);
    }

    private static async Task<TopicStanding?> ReadLagsAsync(TopicLag? lag, VerbConsole console, CancellationToken cancellationToken)
    {
        if (lag is null)
        {
            await console.Error.WriteLineAsync("note: no broker is configured (Kafka:BootstrapServers), so the log's ends are not compared.");
            return null;
        }

        try
        {
            return await lag.ReadAsync(cancellationToken);
        }
        catch (KafkaException exception)
        {
            await console.Error.WriteLineAsync($"note: the broker could not be asked, so the log's ends are not compared: {exception.Error.Reason}");
            return null;
        }
    }
}
