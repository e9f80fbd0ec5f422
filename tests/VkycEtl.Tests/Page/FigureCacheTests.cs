using VkycEtl.Page.Figures;
using VkycEtl.Page.Query;

namespace VkycEtl.Tests.Page;

public sealed class FigureCacheTests
{
    private readonly FigureCache cache = new();
    private int reads;

    [Fact]
    public async Task The_same_question_of_one_revision_is_asked_once()
    {
        var first = await cache.ReadAsync("r1", "a", ReadAsync);
        Assert.Same(first, await cache.ReadAsync("r1", "a", ReadAsync));
        Assert.NotSame(first, await cache.ReadAsync("r1", "b", ReadAsync));
        Assert.Equal(2, reads);
        Assert.NotSame(first, await cache.ReadAsync("r2", "a", ReadAsync));
        Assert.NotSame(first, await cache.ReadAsync("r1", "a", ReadAsync));
        Assert.Equal(4, reads);
    }

    [Fact]
    public async Task What_failed_is_asked_again()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => cache.ReadAsync("r1", "a", () => Task.FromException<Rows>(new TimeoutException())));
        Assert.NotNull(await cache.ReadAsync("r1", "a", ReadAsync));
    }

    [Fact]
    public async Task It_does_not_grow_without_end()
    {
        for (var i = 0; i < 1000; i++)
            await cache.ReadAsync("r1", $"{i}", ReadAsync);
        await cache.ReadAsync("r1", "0", ReadAsync);
        Assert.Equal(1001, reads);
    }

    private Task<Rows> ReadAsync()
    {
        reads++;
        return Task.FromResult(new Rows([], []));
    }
}
