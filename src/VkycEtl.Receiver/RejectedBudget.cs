namespace VkycEtl.Receiver;

/// <summary>How many bytes of bodies that are no JSON object a route keeps in any sixty minutes.</summary>
internal sealed class RejectedBudget(long maxBytesPerHour, TimeProvider clock)
{
    private readonly Lock sync = new();
    private readonly Queue<(long Minute, long Bytes)> minutes = new();
    private long kept;

    /// <summary>Takes bytes from the budget.</summary>
    /// <returns>False where they are over it; then nothing is taken.</returns>
    public bool TryTake(long bytes)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (sync)
        {
            while (minutes.TryPeek(out var oldest) && oldest.Minute <= minute - 60)
                kept -= minutes.Dequeue().Bytes;
            if (kept + bytes > maxBytesPerHour)
                return false;
            kept += bytes;
            minutes.Enqueue((minute, bytes));
            return true;
        }
    }
}
