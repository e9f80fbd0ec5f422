using System.Data;
using VkycEtl.Cli.Hosting;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Audit;

/// <summary>An audit as rows: one a partition and pass, with what was found and how far behind the log it is.</summary>
internal static class AuditRows
{
    /// <summary>The rows.</summary>
    /// <param name="report">What the ledger says.</param>
    /// <param name="standing">What the broker says, or null.</param>
    public static DataTable Of(AuditReport report, TopicStanding? standing)
    {
        var table = new DataTable();
        table.Columns.Add("topic", typeof(string));
        table.Columns.Add("topic_id", typeof(string));
        foreach (var name in (string[])["partition", "pass", "first_offset", "last_offset", "loaded", "duplicates", "quarantined", "gaps", "lost", "log_end", "lag"])
            table.Columns.Add(name, typeof(long));
        table.Columns.Add("holds", typeof(bool));
        table.Columns.Add("findings", typeof(string[]));

        foreach (var one in report.Partitions)
        {
            var findings = Lines(report, finding => finding.Topic == one.Topic && finding.Partition == one.Partition);
            var isLatest = !report.Partitions.Any(other => other.TopicId == one.TopicId && other.Partition == one.Partition && other.Pass > one.Pass);
            var log = isLatest && standing?.TopicId == one.TopicId ? standing.Partitions.FirstOrDefault(lag => lag.Partition == one.Partition) : null;
            table.Rows.Add(
                one.Topic, one.TopicId, one.Partition, one.Pass, one.FirstOffset, one.LastOffset, one.Loaded, one.Duplicates, one.Quarantined, one.Gaps, one.Lost,
                log is null ? DBNull.Value : log.High, log is null ? DBNull.Value : log.Lag, IsWhole(one) && findings.Length == 0, findings);
        }

        // A partition that the ledger does not know yet: all of its log is lag.
        foreach (var log in standing?.Partitions.Where(lag => lag.High > lag.Low && !report.Partitions.Any(one => one.TopicId == standing.TopicId && one.Partition == lag.Partition)) ?? [])
            table.Rows.Add(standing!.Topic, standing.TopicId, log.Partition, DBNull.Value, DBNull.Value, DBNull.Value, 0, 0, 0, 0, 0, log.High, log.Lag, true, Array.Empty<string>());

        foreach (var finding in report.Findings.Where(finding => !report.Partitions.Any(one => one.Topic == finding.Topic && one.Partition == finding.Partition)))
        {
            table.Rows.Add(
                finding.Topic, DBNull.Value, finding.Partition, DBNull.Value, finding.FirstOffset, finding.LastOffset, DBNull.Value, DBNull.Value, DBNull.Value,
                DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value, false, new[] { Line(finding) });
        }

        return table;
    }

    /// <summary>A finding in one line, with its offsets.</summary>
    public static string Line(AuditFinding finding) =>
        $"{finding.Code}: {finding.Topic} {finding.Partition} offsets {finding.FirstOffset}–{finding.LastOffset}: {finding.Text}";

    private static bool IsWhole(AuditedPartition one) =>
        one.LastOffset - one.FirstOffset + 1 == one.Loaded + one.Duplicates + one.Quarantined + one.Gaps + one.Lost;

    private static string[] Lines(AuditReport report, Func<AuditFinding, bool> concerns) => [.. report.Findings.Where(concerns).Select(Line)];
}
