using System.Text.Json;
using VkycEtl.Page.Query;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Page.Status;

/// <summary>One partition and pass on the page.</summary>
/// <param name="Audited">What the ledger has of it.</param>
/// <param name="Next">First offset not accounted for, where this is the pass that goes on.</param>
/// <param name="Worker">What the worker of this process knows of it.</param>
/// <param name="FirstHole">First offset of the first thing that does not add up.</param>
/// <param name="IsBroken">Whether something does not add up.</param>
/// <param name="IsCurrent">Whether it is of the topic that is read now.</param>
internal sealed record PartitionRow(AuditedPartition Audited, long? Next, PartitionStatus? Worker, long? FirstHole, bool IsBroken, bool IsCurrent)
{
    /// <summary>Its number.</summary>
    public int Partition => Audited.Partition;

    /// <summary>All of them: the topic that is read now first.</summary>
    public static IReadOnlyList<PartitionRow> Of(LedgerView view, PageSource source)
    {
        if (view.Report is not { } report)
            return [];

        // A topic that was made anew has another id; the one that was loaded from last is read now. Which topic a worker elsewhere reads is not known.
        var current = view.Progress.Where(stored => source.Worker is null || stored.Progress.Topic == source.RawTopic).MaxBy(stored => stored.ChangedAt)?.Progress;
        return [.. report.Partitions.Concat(view.Progress.Where(IsWithoutRange).Select(Empty)).Select(Make).OrderBy(row => !row.IsCurrent).ThenBy(row => row.Audited.Topic, StringComparer.Ordinal).ThenBy(row => row.Partition)];

        // Progress whose ranges are gone shows too: that is what does not add up.
        bool IsWithoutRange(StoredProgress stored) => !report.Partitions.Any(audited => audited.ClusterId == stored.Progress.ClusterId
            && audited.TopicId == stored.Progress.TopicId && audited.Partition == stored.Progress.Partition && audited.Pass == stored.Progress.Pass);

        static AuditedPartition Empty(StoredProgress stored) => new(
            stored.Progress.ClusterId, stored.Progress.Topic, stored.Progress.TopicId, stored.Progress.Partition, stored.Progress.Pass, 0, stored.Progress.NextOffset - 1, 0, 0, 0, 0, 0);

        PartitionRow Make(AuditedPartition audited)
        {
            var next = view.Progress.FirstOrDefault(stored => stored.Progress is var at
                && at.ClusterId == audited.ClusterId && at.TopicId == audited.TopicId && at.Partition == audited.Partition && at.Pass == audited.Pass)?.Progress.NextOffset;
            var isCurrent = current is not null && audited.ClusterId == current.ClusterId && audited.TopicId == current.TopicId;
            var worker = isCurrent && next is not null ? source.Worker?.Partitions.FirstOrDefault(owned => owned.Partition == audited.Partition && owned.NextOffset >= next) : null;
            var finding = report.Findings.FirstOrDefault(finding => finding.Topic == audited.Topic && finding.Partition == audited.Partition
                && finding.FirstOffset <= audited.LastOffset + 1 && finding.LastOffset >= audited.FirstOffset);
            return new PartitionRow(audited, next, worker, finding?.FirstOffset, finding is not null, isCurrent);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("topic", Audited.Topic);
        json.WriteString("cluster_id", Audited.ClusterId);
        json.WriteString("topic_id", Audited.TopicId);
        json.WriteBoolean("current", IsCurrent);
        json.WriteNumber("partition", Audited.Partition);
        json.WriteNumber("pass", Audited.Pass);
        Write(json, "next_offset", Next);
        Write(json, "end_offset", Worker?.Lag is { } behind ? Worker.NextOffset + behind : null);
        Write(json, "lag", Worker?.Lag);
        json.WriteNumber("loaded", Audited.Loaded);
        json.WriteNumber("duplicates", Audited.Duplicates);
        json.WriteNumber("quarantined", Audited.Quarantined);
        json.WriteNumber("gaps", Audited.Gaps);
        json.WriteNumber("lost", Audited.Lost);
        Write(json, "first_hole", FirstHole);
        json.WriteBoolean("broken", IsBroken);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        json.WritePropertyName(name);
        CellText.Write(json, value);
    }
}
