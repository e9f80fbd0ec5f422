using System.Diagnostics.Metrics;
using VkycEtl.Pipeline.Consume;

namespace VkycEtl.Pipeline.Publish;

/// <summary>The publisher's instruments: how long publications take, how many failed, and how old what readers see can be.</summary>
internal sealed class PublishMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly TimeProvider clock;
    private readonly Histogram<double> duration;
    private readonly Counter<long> failures;
    private long lastRan;

    /// <summary>Makes the instruments.</summary>
    public PublishMetrics(IMeterFactory meters, TimeProvider clock)
    {
        this.clock = clock;
        lastRan = clock.GetTimestamp();
        meter = meters.Create(WorkerMetrics.MeterName);
        duration = meter.CreateHistogram<double>("vkyc.publish.duration", "s", "Time of a publication that wrote files.");
        failures = meter.CreateCounter<long>("vkyc.publish.failures", description: "Publications that failed; readers keep the generation before.");
        meter.CreateObservableGauge(
            "vkyc.published.age", () => this.clock.GetElapsedTime(Interlocked.Read(ref lastRan)).TotalSeconds, "s",
            "Since the published files were last brought up to date or found to be so.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    /// <summary>A publication has ended well.</summary>
    public void Ran(TimeSpan took, bool hasWritten)
    {
        Interlocked.Exchange(ref lastRan, clock.GetTimestamp());
        if (hasWritten)
            duration.Record(took.TotalSeconds);
    }

    /// <summary>A publication has failed.</summary>
    public void Failed() => failures.Add(1);
}
