using System.CommandLine;
using System.Globalization;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Progress;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc progress set</c>: moves partitions, after it has said what that means and the topic has been named.</summary>
internal static class ProgressSetVerb
{
    private const int Tries = 10;

    private sealed record Request(IReadOnlyList<int> Partitions, bool All, Target Target, string? TopicId, string? Confirmed, bool SkipUnread, string By);

    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var partition = new Option<int[]>("--partition") { Description = "The partition; may be given several times.", HelpName = "P", AllowMultipleArgumentsPerToken = true };
        var all = new Option<bool>("--all") { Description = "All partitions of the topic." };
        var offset = new Option<long?>("--offset") { Description = "The next offset to be read.", HelpName = "N" };
        var to = new Option<string?>("--to") { Description = "In place of --offset: beginning, end, or the first record of a time, such as 2026-03-01T15:00:00+05:30.", HelpName = "beginning|end|TIME" };
        var topicId = new Option<string?>("--topic-id") { Description = "The topic's id, where there is progress of more than one topic.", HelpName = "ID" };
        var confirm = new Option<string?>("--confirm") { Description = "Do it: the topic's name, as a sign that it is meant. Without it what would be done is printed, and nothing is changed.", HelpName = "TOPIC" };
        var skip = new Option<bool>("--skip-unread") { Description = "Allow offsets to be skipped that were never read: they are not loaded." };
        var by = new Option<string?>("--by") { Description = "Who sets it, for what is skipped; the user of this process unless given.", HelpName = "NAME" };
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        offset.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value < 0)
                result.AddError($"--offset {value}: must be at least 0.");
        });
        to.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Target.Parse(result.Tokens[0].Value) is null)
                result.AddError($"--to {result.Tokens[0].Value}: must be beginning, end, or a time with its zone such as 2026-03-01T15:00:00+05:30.");
        });
        var command = new Command("set", """
            Opens a new pass of partitions at an offset, and first says what that means: what is read again and is there already counts as duplicates; what
            the log no longer holds counts as lost; what is skipped is never loaded. Nothing is changed until --confirm names the topic. A running worker
            notices by itself.
              vkyc progress set --partition 3 --offset 1200
              vkyc progress set --partition 3 --offset 1200 --confirm vkyc.raw
              vkyc progress set --all --to 2026-03-01T00:00:00+05:30 --confirm vkyc.raw
            """)
        {
            partition, all, offset, to, topicId, confirm, skip, by, data, settings,
        };
        command.Validators.Add(result =>
        {
            var (isOffset, isTo) = (result.GetResult(offset) is not null, result.GetResult(to) is not null);
            if (isOffset == isTo)
                result.AddError("give --offset N or --to beginning, end or TIME.");
            if ((result.GetResult(partition) is not null) == (result.GetResult(all) is { Implicit: false }))
                result.AddError("give --partition P or --all.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var target = parsed.GetValue(offset) is { } given ? new Target(given, null, null) : Target.Parse(parsed.GetValue(to)!)!;
            var request = new Request(
                parsed.GetValue(partition) ?? [], parsed.GetValue(all), target, parsed.GetValue(topicId), parsed.GetValue(confirm), parsed.GetValue(skip),
                parsed.GetValue(by) ?? Environment.UserName);
            var raw = new RawTopicStanding(parsed.GetValue(data)!, parsed.GetValue(settings));
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("progress", parsed.GetValue(data)!, parsed.GetValue(settings)) { CarriedArguments = Carried(request, parsed.GetValue(to)) },
                warehouse => raw.UseAsync(
                    context, warehouse, (standing, lag) => SetAsync(context, new LedgerProgress(warehouse, context.Time), standing, lag, request, cancellationToken), cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static string[] Carried(Request request, string? to) =>
    [
        "progress", "set",
        .. request.Partitions.SelectMany(one => (string[])["--partition", one.ToString(CultureInfo.InvariantCulture)]),
        .. request.All ? (string[])["--all"] : [],
        .. request.Target.Offset is { } offset ? (string[])["--offset", offset.ToString(CultureInfo.InvariantCulture)] : ["--to", to!],
        .. request.TopicId is { } id ? (string[])["--topic-id", id] : [],
        .. request.Confirmed is { } topic ? (string[])["--confirm", topic] : [],
        .. request.SkipUnread ? (string[])["--skip-unread"] : [],
        "--by", request.By,
    ];

    private static async Task<int> SetAsync(
        VerbContext context, LedgerProgress progress, TopicStanding? standing, TopicLag? lag, Request request, CancellationToken cancellationToken)
    {
        var moves = Moves(await progress.ReadAllAsync(cancellationToken), standing, lag, request);
        foreach (var move in moves)
        {
            await context.Console.Out.WriteLineAsync(move.Line());
            foreach (var consequence in move.Consequences(await progress.ReadLoadedSinceAsync(move.Before, move.Offset, cancellationToken)))
                await context.Console.Out.WriteLineAsync($"  {consequence}");
        }

        var topic = moves[0].Before.Topic;
        var skipped = moves.Sum(move => move.Skipped);
        if (request.Confirmed is null)
        {
            await context.Console.Out.WriteLineAsync($"Nothing was changed. To do it, add --confirm {topic}{(skipped > 0 && !request.SkipUnread ? " --skip-unread" : "")}");
            return ExitCode.Done;
        }

        if (request.Confirmed != topic)
            throw new VerbFault(ExitCode.Usage, $"--confirm {request.Confirmed}: the topic is {topic}; nothing was changed.");
        if (skipped > 0 && !request.SkipUnread)
            throw new VerbFault(ExitCode.Usage, $"{skipped} offsets would never be loaded; nothing was changed. If that is meant, add --skip-unread.");
        foreach (var move in moves)
            await context.Console.Out.WriteLineAsync($"Set. {(await SetAsync(progress, move, request, cancellationToken)).Line()}");
        return ExitCode.Done;
    }

    /// <summary>Sets one, again where a worker has just moved it on; never where that makes it another move than the one that was shown.</summary>
    private static async Task<ProgressMove> SetAsync(LedgerProgress progress, ProgressMove move, Request request, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if ((await progress.SetAsync(move.Before, move.Offset, request.By, cancellationToken)).IsSet)
                return move;
            var now = (await progress.ReadAllAsync(cancellationToken)).Select(stored => stored.Progress)
                .First(stored => stored.ClusterId == move.Before.ClusterId && stored.TopicId == move.Before.TopicId && stored.Partition == move.Before.Partition);
            var again = move with { Before = now };
            if (now.Pass != move.Before.Pass || again.Skipped > move.Skipped)
                break;
            move = again;
        }

        throw new VerbFault(ExitCode.Found, $"{move.Before.Topic} partition {move.Before.Partition} has moved meanwhile, and was not changed: look again with vkyc progress list.");
    }

    private static List<ProgressMove> Moves(IReadOnlyList<StoredProgress> stored, TopicStanding? standing, TopicLag? lag, Request request)
    {
        var ids = stored.Select(one => one.Progress.TopicId).Distinct(StringComparer.Ordinal).ToList();
        var id = request.TopicId ?? (ids.Count == 1 ? ids[0] : standing is not null && ids.Contains(standing.TopicId, StringComparer.Ordinal) ? standing.TopicId : null);
        if (stored.Count == 0)
            throw new VerbFault(ExitCode.Usage, "there is no progress yet: a worker begins each partition at its log's start by itself.");
        if (id is null || !ids.Contains(id, StringComparer.Ordinal))
            throw new VerbFault(ExitCode.Usage, $"there is progress under the topic ids {string.Join(", ", ids)}: name one with --topic-id.");
        var known = stored.Select(one => one.Progress).Where(one => one.TopicId == id).ToList();
        var chosen = request.All ? known : [.. request.Partitions.Distinct().Select(partition => known.Find(one => one.Partition == partition)
            ?? throw new VerbFault(ExitCode.Usage, $"there is no progress of partition {partition}: vkyc progress list shows what there is."))];
        var isCurrent = standing?.TopicId == id;
        return [.. chosen.Select(before => ProgressMove.Of(
            before, isCurrent ? standing!.Partitions.FirstOrDefault(log => log.Partition == before.Partition) : null, request.Target, isCurrent ? lag : null))];
    }
}
