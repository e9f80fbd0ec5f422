using System.Diagnostics.Metrics;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Pipeline.Consume;

/// <summary>
/// The worker's instruments, named after the accounting identity: <c>vkyc.offsets</c> by outcome (loaded, duplicates, quarantined, gaps,
/// lost) counts every offset once; batch size and duration, freshness from webhook to committed row, lag, retries by class.
/// </summary>
public sealed class WorkerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "VkycEtl.Worker";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
    };

    private static readonly InstrumentAdvice<long> Rows = new()
    {
        HistogramBucketBoundaries = [1, 10, 100, 1_000, 5_000, 10_000, 50_000, 100_000],
    };

    private readonly Meter meter;
    private readonly Counter<long> loaded;
    private readonly Counter<long> duplicates;
    private readonly Counter<long> quarantined;
    private readonly Counter<long> gaps;
    private readonly Counter<long> lost;
    private readonly Counter<long> retries;
    private readonly Histogram<long> batchRows;
    private readonly Histogram<double> batchDuration;
    private readonly Histogram<double> freshness;

    /// <summary>Makes the instruments.</summary>
    public WorkerMetrics(IMeterFactory meters, WorkerStatus status)
    {
        meter = meters.Create(MeterName);
        loaded = meter.CreateCounter<long>("vkyc.offsets.loaded", description: "Offsets that became a row.");
        duplicates = meter.CreateCounter<long>("vkyc.offsets.duplicates", description: "Offsets whose event was there already.");
        quarantined = meter.CreateCounter<long>("vkyc.offsets.quarantined", description: "Offsets put into quarantine.");
        gaps = meter.CreateCounter<long>("vkyc.offsets.gaps", description: "Offsets that the log shows to no consumer.");
        lost = meter.CreateCounter<long>("vkyc.offsets.lost", description: "Offsets removed before they were read.");
        retries = meter.CreateCounter<long>("vkyc.retries", description: "Retried operations, by the class of the fault.");
        batchRows = meter.CreateHistogram("vkyc.batch.rows", description: "Records in a committed batch.", advice: Rows);
        batchDuration = meter.CreateHistogram(
            "vkyc.batch.duration", "s", "From a batch's first record to its commit.", advice: Seconds);
        freshness = meter.CreateHistogram("vkyc.freshness", "s", "From a webhook's receipt to its committed row.", advice: Seconds);
        meter.CreateObservableGauge(
            "vkyc.consumer.lag",
            () => status.Partitions.Where(partition => partition.Lag is not null).Select(partition =>
                new Measurement<long>(partition.Lag!.Value, new KeyValuePair<string, object?>("partition", partition.Partition))),
            description: "Records between the next offset and the log's end.");
        meter.CreateObservableGauge("vkyc.batch.waiting", () => status.Waiting, description: "Records read and flattened, in the batch that is being filled.");
        meter.CreateObservableGauge(
            "vkyc.partitions.diverged",
            () => status.Partitions.Count(partition => partition.State == "diverged"),
            description: "Partitions stopped because the log no longer holds what was loaded from it.");
    }

    internal void Committed(LoadBatch batch, IReadOnlyList<RangeCounts> counts, DateTime now)
    {
        loaded.Add(counts.Sum(count => count.Loaded));
        duplicates.Add(counts.Sum(count => count.Duplicates));
        quarantined.Add(counts.Sum(count => count.Quarantined));
        gaps.Add(batch.Ranges.Sum(range => range.Gaps));
        lost.Add(batch.Ranges.Sum(range => range.Lost));
        batchRows.Record(batch.Rows.Count + batch.Quarantined.Count);
        batchDuration.Record((now - batch.BegunAt).TotalSeconds);
        foreach (var row in batch.Rows)
            freshness.Record((now - row.Raw.ReceivedAt).TotalSeconds);
    }

    internal void Retried(string faultClass) => retries.Add(1, new KeyValuePair<string, object?>("class", faultClass));

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
