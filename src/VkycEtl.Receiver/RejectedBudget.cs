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
}
