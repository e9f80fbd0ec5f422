using System.CommandLine;
using System.Globalization;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc progress</c>: where each partition stands, and moving it by hand.</summary>
internal static class ProgressVerb
{
    private const string ListSql = """
        SELECT topic, topic_id, partition, pass, next_offset, anchor_offset, updated_at
        FROM vkyc_etl.partition_progress
        ORDER BY topic, topic_id, partition
        """;

    /// <summary>The verb with its two parts.</summary>
    public static Command Create(VerbContext context) => new("progress", """
        Where each partition stands, as stored with the rows; and moving it by hand, which opens a new pass.
          vkyc progress list
          vkyc progress set --partition 3 --offset 1200
        """)
    {
        CreateList(context),
        CreateSet(context),
    };

    private static Command CreateList(VerbContext context)
    {
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("list", """
            Lists stored progress: the first offset not accounted for, partition by partition.
              vkyc progress list --format json
            """)
        {
            format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(format);
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("progress", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    CarriedArguments = ["progress", "list", "--format", CommonOptions.Name(chosen)],
                },
                async warehouse =>
                {
                    await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
                    await using var select = new Statement(ListSql, new Dictionary<string, string>(StringComparer.Ordinal)).CreateCommand(connection, warehouse.Engine);
                    await using var reader = await select.ExecuteReaderAsync(cancellationToken);
                    await RowWriter.WriteAsync(reader, chosen, context.Console, tableRows: 0, cancellationToken);
                    return ExitCode.Done;
                },
                cancellationToken);
        });
        return command;
    }

    private static Command CreateSet(VerbContext context)
    {
        var partition = new Option<int>("--partition") { Description = "The partition.", HelpName = "P", Required = true };
        var offset = new Option<long>("--offset") { Description = "The next offset to be read.", HelpName = "N", Required = true };
        var topicId = new Option<string?>("--topic-id") { Description = "The topic's id, where there is progress of more than one topic.", HelpName = "ID" };
        var yes = new Option<bool>("--yes") { Description = "Do it; without it, what would be done is printed and nothing is changed." };
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        offset.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value < 0)
                result.AddError($"--offset {value}: must be at least 0.");
        });
        var command = new Command("set", """
            Opens a new pass of a partition at an offset. What is read again and is there already counts as duplicates; offsets that the log no longer
            holds count as lost; offsets that are skipped are in no pass. A running worker notices by itself.
              vkyc progress set --partition 3 --offset 1200 --yes
            """)
        {
            partition, offset, topicId, yes, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = new Request(parsed.GetValue(partition), parsed.GetValue(offset), parsed.GetValue(topicId), parsed.GetValue(yes));
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("progress", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    CarriedArguments =
                    [
                        "progress", "set", "--partition", $"{request.Partition}", "--offset", $"{request.Offset}",
                        .. request.TopicId is { } id ? (string[])["--topic-id", id] : [], .. request.IsMeant ? (string[])["--yes"] : [],
                    ],
                },
                warehouse => SetAsync(context, new LedgerProgress(warehouse, context.Time), request, cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> SetAsync(VerbContext context, LedgerProgress progress, Request request, CancellationToken cancellationToken)
    {
        var found = (await progress.ReadAllAsync(cancellationToken))
            .Where(stored => stored.Partition == request.Partition && (request.TopicId is null || stored.TopicId == request.TopicId)).ToList();
        if (found.Count == 0)
            throw new VerbFault(ExitCode.Usage, $"there is no progress of partition {request.Partition}: vkyc progress list shows what there is.");
        if (found.Count > 1)
            throw new VerbFault(ExitCode.Usage, $"partition {request.Partition} has progress under the topic ids {string.Join(", ", found.Select(stored => stored.TopicId))}: name one with --topic-id.");

        var before = found[0];
        var what = $"{before.Topic} ({before.TopicId}) partition {before.Partition}: pass {before.Pass} at offset {before.NextOffset} -> pass {before.Pass + 1} at offset {request.Offset}, "
            + (request.Offset <= before.NextOffset ? $"{before.NextOffset - request.Offset} offsets are read again" : $"{request.Offset - before.NextOffset} offsets are skipped");
        if (!request.IsMeant)
        {
            await context.Console.Out.WriteLineAsync($"Would set {what}. Nothing was changed: add --yes.");
            return ExitCode.Done;
        }

        if (!(await progress.SetAsync(before, request.Offset, cancellationToken)).IsSet)
            throw new VerbFault(ExitCode.Found, $"{before.Topic} partition {before.Partition} has moved on from offset {before.NextOffset} meanwhile; nothing was changed, try again.");
        await context.Console.Out.WriteLineAsync($"Set {what}.");
        return ExitCode.Done;
    }

    private sealed record Request(int Partition, long Offset, string? TopicId, bool IsMeant);
}
