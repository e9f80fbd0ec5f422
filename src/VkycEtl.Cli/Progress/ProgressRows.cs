using System.Data;
using VkycEtl.Cli.Hosting;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Progress;

/// <summary>Stored progress beside the log, as rows: one a partition of each topic there was.</summary>
internal static class ProgressRows
{
    /// <summary>The rows.</summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="standing">What the broker says, or null.</param>
    public static DataTable Of(IReadOnlyList<StoredProgress> stored, TopicStanding? standing)
    {
        var table = new DataTable();
        table.Columns.Add("topic", typeof(string));
        foreach (var name in (string[])["partition", "pass", "next_offset", "log_start", "log_end", "lag"])
            table.Columns.Add(name, typeof(long));
        table.Columns.Add("state", typeof(string));
        table.Columns.Add(new DataColumn("last_change", typeof(DateTime)) { DateTimeMode = DataSetDateTime.Utc });
        table.Columns.Add("topic_id", typeof(string));
        foreach (var one in stored)
        {
            var log = standing?.TopicId == one.Progress.TopicId ? standing.Partitions.FirstOrDefault(lag => lag.Partition == one.Progress.Partition) : null;
            table.Rows.Add(
                one.Progress.Topic, one.Progress.Partition, one.Progress.Pass, one.Progress.NextOffset, Known(log?.Low), Known(log?.High), Known(log?.Lag),
                State(one.Progress, log, standing), one.ChangedAt, one.Progress.TopicId);
        }

        foreach (var log in standing?.Partitions.Where(log => log.Next is null) ?? [])
            table.Rows.Add(standing!.Topic, log.Partition, DBNull.Value, DBNull.Value, log.Low, log.High, log.Lag, "not begun", DBNull.Value, standing.TopicId);
        return table;
    }

    /// <summary>How a partition stands, in words.</summary>
    public static string State(PartitionProgress progress, PartitionLag? log, TopicStanding? standing) => log switch
    {
        null when standing is null => "unknown",
        null => "an earlier topic",
        _ when progress.NextOffset > log.High => "beyond the log's end",
        _ when progress.NextOffset < log.Low => "before the log's start",
        _ when log.Lag == 0 => "up to date",
        _ => "behind",
    };

    private static object Known(long? value) => value is { } known ? known : DBNull.Value;
}
