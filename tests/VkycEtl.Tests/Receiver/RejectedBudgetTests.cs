using Microsoft.Extensions.Time.Testing;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

public sealed class RejectedBudgetTests
{
    [Fact]
    public void Bytes_come_back_an_hour_after_they_were_taken()
    {
        var clock = new FakeTimeProvider();
        var budget = new RejectedBudget(100, clock);
        Assert.True(budget.TryTake(60));
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.True(budget.TryTake(40));
        Assert.False(budget.TryTake(1));
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.False(budget.TryTake(61));
        Assert.True(budget.TryTake(60));
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.True(budget.TryTake(40));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.True(budget.TryTake(100));
    }

    [Fact]
    public void What_is_refused_takes_nothing_and_empty_bodies_have_an_end()
    {
        var budget = new RejectedBudget(3, new FakeTimeProvider());
        Assert.False(budget.TryTake(4));
        Assert.True(budget.TryTake(1));
        Assert.True(budget.TryTake(0));
        Assert.True(budget.TryTake(0));
        Assert.False(budget.TryTake(0));
        Assert.False(new RejectedBudget(0, new FakeTimeProvider()).TryTake(0));
    }

    [Fact]
    public void What_was_not_kept_after_all_is_given_back()
    {
        var clock = new FakeTimeProvider();
        var budget = new RejectedBudget(10, clock);
        Assert.True(budget.TryTake(4));
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.True(budget.TryTake(6));
        budget.GiveBack(6);
        Assert.True(budget.TryTake(6));
        Assert.False(budget.TryTake(1));

        // Taken in the minute before.
        clock.Advance(TimeSpan.FromSeconds(50));
        budget.GiveBack(6);
        Assert.True(budget.TryTake(6));
        Assert.False(budget.TryTake(1));
    }
}
