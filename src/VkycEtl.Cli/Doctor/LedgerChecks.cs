using System.Globalization;
using Dapper;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Progress;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Doctor;

/// <summary>Where loading stands: progress against the log, what was lost, what lies in quarantine.</summary>
internal static class LedgerChecks
{
    public static readonly TimeSpan Standstill = TimeSpan.FromMinutes(5);

    private const string Open = """
        SELECT reason_code AS "Reason", count(*) AS "Records" FROM vkyc_etl.quarantine WHERE resolved_at IS NULL GROUP BY reason_code ORDER BY reason_code
        """;

    private const string Queue = """
        SELECT count(*) AS "Loads", min(committed_at) AS "Since" FROM vkyc_etl.loads WHERE marts_applied_at IS NULL
        """;

    public static async Task<IReadOnlyList<Finding>> RunAsync(Case what, IWarehouse warehouse, TopicStanding? standing, CancellationToken cancellationToken)
    {
        var stored = await new LedgerProgress(warehouse, what.Context.Time).ReadAllAsync(cancellationToken);
        var findings = new List<Finding>();
        findings.AddRange(Progress(what, stored, standing));

        var lost = await new LedgerAudit(warehouse, what.Context.Time).FindLostAsync(cancellationToken);
        findings.Add(lost.Count == 0
            ? Finding.Ok("ledger", "lost", "no offset was lost that nobody has acknowledged")
            : Finding.Fault("ledger", "lost", string.Join("; ", lost.Select(Audit.AuditRows.Line)), "get these events from the sender again if you can; then vkyc audit --acknowledge-lost --by NAME"));

        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        var open = (await connection.QueryAsync<(string Reason, long Records)>(new CommandDefinition(Open, cancellationToken: cancellationToken))).ToList();
        findings.Add(open.Count == 0
            ? Finding.Ok("ledger", "quarantine", "nothing is in quarantine")
            : Finding.Warning(
                "ledger", "quarantine", $"in quarantine: {string.Join(", ", open.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Records} {one.Reason}")))}",
                "vkyc quarantine list; they are kept, with their bytes"));
        findings.Add(Derived(what, await connection.QuerySingleAsync<(long Loads, DateTime? Since)>(new CommandDefinition(Queue, cancellationToken: cancellationToken))));
        return findings;
    }

    private static Finding Derived(Case what, (long Loads, DateTime? Since) queue)
    {
        var waited = what.Context.Time.GetUtcNow().UtcDateTime - queue.Since;
        if (queue.Loads == 0)
            return Finding.Ok("ledger", "derived tables", "hold everything that is loaded");
        var seen = string.Create(CultureInfo.InvariantCulture, $"{queue.Loads:N0} loads are not in the derived tables yet");
        return waited > Standstill
            ? Finding.Fault("ledger", "derived tables", string.Create(CultureInfo.InvariantCulture, $"{seen}, the oldest since {waited.Value.TotalMinutes:N0} min"), "a worker derives them: start one, or look for [3201] in its log")
            : Finding.Ok("ledger", "derived tables", $"{seen}; none has waited for longer than {Standstill.TotalMinutes:0} minutes");
    }

    private static IEnumerable<Finding> Progress(Case what, IReadOnlyList<StoredProgress> stored, TopicStanding? standing)
    {
        if (standing is null)
        {
            yield return what.HasBrokerInside
                ? Finding.Ok("ledger", "progress", "kept with the rows; the broker inside knows no other")
                : Finding.Skipped("ledger", "progress", "the log is not known, so progress has nothing to be compared with");
            yield break;
        }

        var current = stored.Where(one => one.Progress.TopicId == standing.TopicId).ToList();
        var beyond = standing.Partitions.Where(log => log.Next > log.High).ToList();
        if (beyond.Count > 0)
        {
            yield return Finding.Fault(
                "ledger", "progress", $"stored progress is beyond the log's end in partitions {string.Join(", ", beyond.Select(log => log.Partition))}: the log is not the one that was loaded (log_diverged)",
                "find out which is right; vkyc progress set --partition P --to beginning reads the log as it is now");
        }

        var gone = standing.Partitions.Where(log => log.Next < log.Low).ToList();
        if (gone.Count > 0)
        {
            yield return Finding.Fault(
                "ledger", "retention", $"offsets were removed before they were loaded: {string.Join(", ", gone.Select(log => string.Create(CultureInfo.InvariantCulture, $"partition {log.Partition} {log.Next}–{log.Low - 1}")))}",
                "start the worker now, and lengthen the topic's retention; the ledger will show them as lost");
        }

        yield return Lag(what, current, standing);
        foreach (var state in current.GroupBy(one => ProgressRows.State(one.Progress, standing.Partitions.FirstOrDefault(log => log.Partition == one.Progress.Partition), standing), StringComparer.Ordinal))
            yield return Finding.Ok("ledger", $"partitions {state.Key}", string.Join(", ", state.Select(one => one.Progress.Partition)));
    }

    /// <summary>A partition that has not moved for long though an event has waited there for long stands still, however busy the others are.</summary>
    private static Finding Lag(Case what, List<StoredProgress> current, TopicStanding standing)
    {
        if (standing.Lag == 0)
            return Finding.Ok("ledger", "lag", "everything in the log is loaded");
        var now = what.Context.Time.GetUtcNow().UtcDateTime;
        var still = standing.Partitions.Where(log => log.Lag > 0 && log.IsOverdue != false)
            .Select(log => (log.Partition, log.Lag, Moved: current.Find(one => one.Progress.Partition == log.Partition)?.ChangedAt))
            .Where(log => log.Moved is null || now - log.Moved > Standstill).ToList();
        var seen = string.Create(CultureInfo.InvariantCulture, $"{standing.Lag:N0} events are not loaded yet");
        if (still.Count == 0)
            return Finding.Ok("ledger", "lag", $"{seen}; none has waited for longer than {Standstill.TotalMinutes:0} minutes in a partition that stands still");
        var which = string.Join(", ", still.Select(log => string.Create(
            CultureInfo.InvariantCulture, $"partition {log.Partition} {(log.Moved is { } moved ? $"since {(now - moved).TotalMinutes:N0} min" : "ever")}")));
        return Finding.Fault("ledger", "lag", $"{seen}; nothing was loaded of {which}", "start a worker, or look what holds it: its log, locks in the database");
    }
}
