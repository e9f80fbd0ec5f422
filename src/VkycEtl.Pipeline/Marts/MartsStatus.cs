using System.Diagnostics.Metrics;
using VkycEtl.Pipeline.Consume;

namespace VkycEtl.Pipeline.Marts;

/// <summary>How the derived tables keep up: for metrics, health and the live line of <c>up</c>.</summary>
public sealed class MartsStatus : IDisposable
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600],
    };

    private readonly Meter meter;
    private readonly Histogram<double> freshness;
    private readonly Histogram<double> duration;
    private readonly Counter<long> applied;
    private readonly Counter<long> failures;
    private long behind;

    /// <summary>Makes the instruments.</summary>
    public MartsStatus(IMeterFactory meters)
    {
        meter = meters.Create(WorkerMetrics.MeterName);
        freshness = meter.CreateHistogram("vkyc.marts.freshness", "s", "From a webhook's receipt to its derived rows: the oldest of each refresh.", advice: Seconds);
        duration = meter.CreateHistogram("vkyc.marts.duration", "s", "Time of a refresh that applied loads.", advice: Seconds);
        applied = meter.CreateCounter<long>("vkyc.marts.loads", description: "Loads applied to the derived tables by this process.");
        failures = meter.CreateCounter<long>("vkyc.marts.failures", description: "Refreshes that failed; their loads stay in the queue.");
        meter.CreateObservableGauge("vkyc.marts.behind", () => Behind, description: "Loads whose derived rows are not there yet, when last looked.");
    }

    /// <summary>Loads that wait, when last looked.</summary>
    public long Behind => Interlocked.Read(ref behind);

    /// <summary>Why refreshes fail, in words; null where they do not.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    internal void Refreshed(Refreshed refreshed, TimeSpan took, DateTime now)
    {
        Trouble = null;
        Interlocked.Exchange(ref behind, refreshed.Behind);
        if (refreshed.Loads == 0)
            return;
        applied.Add(refreshed.Loads);
        duration.Record(took.TotalSeconds);
        if (refreshed.FirstReceivedAt is { } first)
            freshness.Record((now - first).TotalSeconds);
    }

    internal void Failed(string fault)
    {
        Trouble = fault;
        failures.Add(1);
    }
}
