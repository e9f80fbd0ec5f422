using System.Globalization;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;
using VkycEtl.Cli.Simulate;
using VkycEtl.Cli.Verbs;
using VkycEtl.Pipeline.Load;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Up;

/// <summary><c>up --simulate N</c>: sends transactions through the front door, waits until the warehouse has them all, and shows how far they came.</summary>
internal static class SimulatedStart
{
    // Of the apps and days that send a step: what others do not send is not known.
    internal const string Funnel = """
        SELECT stage, CAST(sum(CASE WHEN reached IS NOT NULL THEN entered END) AS bigint) AS entered, CAST(sum(reached_open) AS bigint) AS reached,
            round(CAST(100.0 * sum(reached_open) / sum(CASE WHEN reached IS NOT NULL THEN entered END) AS numeric), 1) AS percent, CAST(sum(moving) AS bigint) AS still_moving
        FROM vkyc.funnel_daily
        WHERE cohort = 'any'
        GROUP BY stage_no, stage
        ORDER BY stage_no
        """;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StandstillPatience = TimeSpan.FromMinutes(2);

    /// <summary>Does it all.</summary>
    /// <exception cref="VerbFault">A webhook was refused, or the warehouse does not take in what was acknowledged.</exception>
    public static async Task RunAsync(
        VerbContext context, IWarehouse warehouse, Uri webhooks, RequestSigner? signer, int transactions, long? seed, CancellationToken cancellationToken)
    {
        var options = new SimulateOptions { Transactions = transactions, Seed = seed ?? SimulateVerb.RandomSeed(), End = SimulateVerb.Now(context.Time) };
        await context.Console.Out.WriteLineAsync($"Simulating {transactions:N0} transactions, seed {options.Seed}; their ids begin with {options.TransactionPrefix}");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var report = await SimulateVerb.SendAsync(context, options, new TrafficSender(http, webhooks, context.Time) { Signer = signer }, truth: null, cancellationToken);
        if (report.Acknowledged < report.Answered)
        {
            var answers = string.Join(", ", report.ByStatus.Select(answer => $"{answer.Key}: {answer.Value:N0}"));
            throw new VerbFault(ExitCode.Found, $"the receiver did not take every webhook ({answers}).");
        }

        await WaitAsync(context, warehouse, options.TransactionPrefix, report.Events, cancellationToken);
        await context.Console.Out.WriteLineAsync($"Sent {report.Answered:N0} webhooks of {report.Events:N0} events; all are in the warehouse.");
        await AwaitDerivedAsync(context, warehouse, cancellationToken);
        await context.Console.Out.WriteLineAsync("The funnel of all that is in the warehouse, read from vkyc.funnel_daily (reached: this step or a later one; NULL: no app sends it):");
        await WriteFunnelAsync(context, warehouse, cancellationToken);
    }

    private static async Task WaitAsync(VerbContext context, IWarehouse warehouse, string prefix, long events, CancellationToken cancellationToken)
    {
        var count = new Statement(
            "SELECT count(*) FROM vkyc.events WHERE transaction_id LIKE $prefix",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["prefix"] = prefix + "%" });
        using var progress = new ProgressLine(context.Console, context.Time);
        var (loaded, movedAt) = (-1L, context.Time.GetTimestamp());
        while (true)
        {
            var now = await ScalarAsync(warehouse, count, cancellationToken);
            if (now != loaded)
                movedAt = context.Time.GetTimestamp();
            loaded = now;
            var line = string.Create(CultureInfo.InvariantCulture, $"loaded {loaded:N0}/{events:N0} events");
            if (loaded >= events)
            {
                progress.End(line);
                return;
            }

            progress.Show(line);
            if (context.Time.GetElapsedTime(movedAt) > StandstillPatience)
            {
                throw new VerbFault(
                    ExitCode.Fatal,
                    $"the warehouse has {loaded:N0} of {events:N0} events, and no more came for {StandstillPatience.TotalMinutes:N0} minutes: 'vkyc audit' tells where they are.");
            }

            await Task.Delay(LookEvery, context.Time, cancellationToken);
        }
    }

    private static async Task AwaitDerivedAsync(VerbContext context, IWarehouse warehouse, CancellationToken cancellationToken)
    {
        var behind = new Statement("SELECT marts_behind_loads FROM vkyc.freshness", new Dictionary<string, string>(StringComparer.Ordinal));
        var begun = context.Time.GetTimestamp();
        while (await ScalarAsync(warehouse, behind, cancellationToken) > 0)
        {
            if (context.Time.GetElapsedTime(begun) > StandstillPatience)
                throw new VerbFault(ExitCode.Fatal, $"the derived tables have not taken in what was loaded within {StandstillPatience.TotalMinutes:N0} minutes: /metrics has vkyc_marts_failures, the log the cause.");
            await Task.Delay(LookEvery, context.Time, cancellationToken);
        }
    }

    private static async Task WriteFunnelAsync(VerbContext context, IWarehouse warehouse, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await using var command = new Statement(Funnel, new Dictionary<string, string>(StringComparer.Ordinal)).CreateCommand(connection, warehouse.Engine);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await RowWriter.WriteAsync(reader, RowFormat.Table, context.Console, tableRows: 0, cancellationToken);
    }

    private static async Task<long> ScalarAsync(IWarehouse warehouse, Statement statement, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await using var command = statement.CreateCommand(connection, warehouse.Engine);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
