namespace VkycEtl.Receiver;

/// <summary>How many bytes of bodies that are no JSON object a route keeps in any sixty minutes.</summary>
internal sealed class RejectedBudget(long maxBytesPerHour, TimeProvider clock)
{
    private const int Minutes = 60;

    private readonly Lock sync = new();
    private readonly (long Minute, long Bytes)[] kept = new (long, long)[Minutes];

    /// <summary>Takes bytes from the budget. An empty body counts as one byte, or there would be no end of them.</summary>
    /// <returns>False where they are over it; then nothing is taken.</returns>
    public bool TryTake(long bytes)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (sync)
        {
            var counted = Math.Max(1, bytes);
            var sum = kept.Sum(bucket => bucket.Minute > minute - Minutes ? bucket.Bytes : 0);
            if (sum + counted > maxBytesPerHour)
                return false;
            ref var now = ref kept[minute % Minutes];
            now = (minute, now.Minute == minute ? now.Bytes + counted : counted);
            return true;
        }
    }

    /// <summary>Gives bytes back that were taken and then not kept after all.</summary>
    public void GiveBack(long bytes)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (sync)
        {
            // In whichever minutes they stand now: only the sum counts.
            var left = Math.Max(1, bytes);
            for (var back = 0; back < Minutes && left > 0; back++)
            {
                ref var bucket = ref kept[(minute - back) % Minutes];
                if (bucket.Minute != minute - back)
                    continue;
                var given = Math.Min(left, bucket.Bytes);
                bucket.Bytes -= given;
                left -= given;
            }
        }
    }
}
