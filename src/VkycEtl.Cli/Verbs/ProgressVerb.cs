using System.CommandLine;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Progress;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc progress</c>: where each partition stands, and moving it by hand.</summary>
internal static class ProgressVerb
{
    /// <summary>The verb with its two parts.</summary>
    public static Command Create(VerbContext context) => new("progress", """
        Where each partition stands, as stored with the rows; and moving it by hand, which opens a new pass.
          vkyc progress list
          vkyc progress set --partition 3 --offset 1200
        """)
    {
        CreateList(context),
        ProgressSetVerb.Create(context),
    };

    private static Command CreateList(VerbContext context)
    {
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("list", """
            Lists stored progress beside the log: the first offset not accounted for, the log's start and end, and how far behind it is.
              vkyc progress list
              vkyc progress list --format json
            """)
        {
            format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(format);
            var raw = new RawTopicStanding(parsed.GetValue(data)!, parsed.GetValue(settings));
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("progress", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    CarriedArguments = ["progress", "list", "--format", CommonOptions.Name(chosen)],
                },
                async warehouse =>
                {
                    var stored = await new LedgerProgress(warehouse, context.Time).ReadAllAsync(cancellationToken);
                    using var rows = ProgressRows.Of(stored, await raw.ReadAsync(context, warehouse, cancellationToken));
                    await using var reader = rows.CreateDataReader();
                    await RowWriter.WriteAsync(reader, chosen, context.Console, tableRows: 0, cancellationToken);
                    return ExitCode.Done;
                },
                cancellationToken);
        });
        return command;
    }
}
