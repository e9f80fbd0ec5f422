using System.Diagnostics;

namespace VkycEtl.ServerTests.Servers;

/// <summary>Waits for a condition, with a deadline and a name for the failure.</summary>
public static class Eventually
{
    public static async Task TrueAsync(
        Func<Task<bool>> condition,
        string what,
        TimeSpan? within = null,
        Func<string>? details = null,
        CancellationToken cancellationToken = default)
    {
        var deadline = within ?? TimeSpan.FromSeconds(30);
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > deadline)
                Assert.Fail($"Not within {deadline.TotalSeconds} s: {what}. {details?.Invoke()}");
            await Task.Delay(50, cancellationToken);
        }
    }
}
