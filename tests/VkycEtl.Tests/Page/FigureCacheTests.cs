using VkycEtl.Page.Figures;
using VkycEtl.Page.Query;

namespace VkycEtl.Tests.Page;

public sealed class FigureCacheTests
{
    private readonly FigureCache cache = new();
    private int reads;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_question_of_one_revision_is_asked_once()
    {
        var first = await cache.ReadAsync("r1", "a", ReadAsync, Token);
        Assert.Same(first, await cache.ReadAsync("r1", "a", ReadAsync, Token));
        Assert.NotSame(first, await cache.ReadAsync("r1", "b", ReadAsync, Token));
        Assert.Equal(2, reads);
        Assert.NotSame(first, await cache.ReadAsync("r2", "a", ReadAsync, Token));
        Assert.NotSame(first, await cache.ReadAsync("r1", "a", ReadAsync, Token));
        Assert.Equal(4, reads);
    }

    [Fact]
    public async Task What_failed_is_asked_again()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => cache.ReadAsync("r1", "a", _ => Task.FromException<Rows>(new TimeoutException()), Token));
        Assert.NotNull(await cache.ReadAsync("r1", "a", ReadAsync, Token));
    }

    [Fact]
    public async Task It_does_not_grow_without_end()
    {
        for (var i = 0; i < 1000; i++)
            await cache.ReadAsync("r1", $"{i}", ReadAsync, Token);
        await cache.ReadAsync("r1", "0", ReadAsync, Token);
        Assert.Equal(1001, reads);
    }

    [Fact]
    public async Task A_question_that_nobody_waits_for_any_more_is_stopped()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var stopped = new TaskCompletionSource();
        var waiters = new[] { first, second }.Select(waiter => cache.ReadAsync("r1", "a", AskAsync, waiter.Token)).ToList();
        Assert.Equal(1, reads);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiters[0]);
        Assert.False(stopped.Task.IsCompleted);
        Assert.False(waiters[1].IsCompleted);

        await second.CancelAsync();
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.NotNull(await cache.ReadAsync("r1", "a", ReadAsync, Token));
        Assert.Equal(2, reads);

        async Task<Rows> AskAsync(CancellationToken stop)
        {
            reads++;
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopped.SetResult();
            throw new OperationCanceledException(stop);
        }
    }

    private Task<Rows> ReadAsync(CancellationToken cancellationToken)
    {
        reads++;
        return Task.FromResult(new Rows([], []));
    }
}
