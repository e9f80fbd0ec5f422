using System.Diagnostics.Metrics;

namespace VkycEtl.Receiver;

/// <summary>The receiver's instruments.</summary>
public sealed class ReceiverMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "VkycEtl.Receiver";

    private readonly Meter meter;
    private readonly Counter<long> webhooks;
    private readonly Counter<long> bytes;
    private readonly Counter<long> rejectedBytes;
    private readonly Counter<long> secretsRefused;
    private readonly Histogram<double> produce;

    /// <summary>Makes the instruments.</summary>
    public ReceiverMetrics(IMeterFactory meters)
    {
        meter = meters.Create(MeterName);
        webhooks = meter.CreateCounter<long>("vkyc.webhooks", description: "Requests answered, by route and status.");
        bytes = meter.CreateCounter<long>("vkyc.webhooks.size", "By", "Bodies acknowledged by the broker.");
        rejectedBytes = meter.CreateCounter<long>("vkyc.webhooks.rejected.size", "By", "Bodies that are no JSON object, by route and whether kept.");
        secretsRefused = meter.CreateCounter<long>("vkyc.secrets.refused", description: "Files of secrets that changed into none, by route; the old secrets stayed.");
        produce = meter.CreateHistogram(
            "vkyc.produce.duration",
            "s",
            "From a record handed to the producer to the broker's acknowledgement.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    internal void Answered(string route, int status) =>
        webhooks.Add(1, new KeyValuePair<string, object?>("route", route), new KeyValuePair<string, object?>("status", status));

    internal void Rejected(string route, int size, bool kept) =>
        rejectedBytes.Add(size, new KeyValuePair<string, object?>("route", route), new KeyValuePair<string, object?>("kept", kept));

    internal void SecretsRefused(string route) => secretsRefused.Add(1, new KeyValuePair<string, object?>("route", route));

    internal void Written(int size, TimeSpan duration)
    {
        bytes.Add(size);
        produce.Record(duration.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
