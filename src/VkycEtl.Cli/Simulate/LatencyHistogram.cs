using System.Numerics;

namespace VkycEtl.Cli.Simulate;

/// <summary>
/// Latencies in buckets whose width grows with their value, as in an HDR histogram: 64 to each doubling, so that a percentile is at most 1.6 % above
/// the truth. Microseconds up to an hour.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Each = 64;
    private const int EachBits = 6;
    private const long Most = 3_600_000_000;

    private readonly long[] counts = new long[Each * (33 - EachBits)];
    private long all;
    private long most;

    /// <summary>Notes one. Safe from several threads.</summary>
    public void Add(TimeSpan latency)
    {
        var microseconds = Math.Clamp((long)latency.TotalMicroseconds, 0, Most);
        Interlocked.Increment(ref counts[Bucket(microseconds)]);
        Interlocked.Increment(ref all);
        for (var known = Interlocked.Read(ref most); microseconds > known; known = Interlocked.Read(ref most))
            Interlocked.CompareExchange(ref most, microseconds, known);
    }

    /// <summary>The least value that so great a share is not above; null where there is none.</summary>
    public TimeSpan? Percentile(double share)
    {
        if (all == 0)
            return null;
        var left = (long)Math.Ceiling(all * share);
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            left -= counts[bucket];
            if (left <= 0)
                return TimeSpan.FromMicroseconds(Math.Min(Top(bucket), most));
        }

        return Max;
    }

    /// <summary>The greatest; exact.</summary>
    public TimeSpan? Max => all == 0 ? null : TimeSpan.FromMicroseconds(most);

    private static int Bucket(long microseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)Math.Max(1, microseconds)) - EachBits);
        return shift == 0 ? (int)microseconds : shift * Each + (int)(microseconds >> shift);
    }

    private static long Top(int bucket)
    {
        var shift = Math.Max(0, bucket / Each - 1);
        return shift == 0 ? bucket : ((bucket - (long)shift * Each + 1) << shift) - 1;
    }
}
