using System.ComponentModel.DataAnnotations;

namespace VkycEtl.Pipeline.Consume;

/// <summary>How the worker batches, bounds and hands over. Settings section <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The settings section.</summary>
    public const string Section = "Worker";

    /// <summary>A batch is loaded when it holds this many records. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int BatchRows { get; set; } = 10_000;

    /// <summary>A batch is loaded when its bodies reach this many bytes. At most two batches are in memory. Default 16 MiB.</summary>
    [Range(1024, 1 << 30)]
    public int BatchBytes { get; set; } = 16 << 20;

    /// <summary>A batch is loaded when its first record has waited this long. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BatchWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The share of a batch that may be refused by the database row by row; more (and at least 20 rows) is taken for a fault of the
    /// schema and stops the worker. Default 0.10.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MaxPoisonShare { get; set; } = 0.10;

    /// <summary>How long a revoked partition waits for the load in flight, and a stop for what is in memory. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:04:00")]
    public TimeSpan HandOverWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an idle worker asks whether topic and progress are still what it knows. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan VerifyEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Where <c>vkyc worker</c> serves health and metrics, e.g. <c>http://127.0.0.1:8081</c>. Empty: nowhere.</summary>
    public string Url { get; set; } = "";
}
