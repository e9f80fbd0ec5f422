using System.Globalization;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>What is not there is said as what it is: nobody came, or nothing of it is sent.</summary>
public sealed class EmptyTests(Chromium chromium, SimulatedPages pages)
{
    [Fact]
    public async Task Days_on_which_nobody_entered_say_nothing_of_what_is_sent_and_keep_nothing_of_others()
    {
        var running = await pages.GetAsync();
        var today = DateTime.UtcNow;
        var days = string.Create(CultureInfo.InvariantCulture, $"from={today.AddDays(40):yyyy-MM-dd}&to={today.AddDays(42):yyyy-MM-dd}");
        await using var open = await chromium.OpenAsync(running.At($"?{days}"));
        await open.Tab.EvaluateAsync("document.querySelector('[name=days]').value = '30'");
        await open.Tab.DispatchEventAsync("[name=days]", "change");
        await open.WaitAsync("document.body.dataset.shown.includes('days=30')");
        Assert.True(await open.Tab.IsVisibleAsync("[data-more=reasons]"));
        await open.Tab.GoBackAsync();
        await open.WaitAsync("days => document.body.dataset.shown.includes(days)", days);
        foreach (var panel in (string[])["reasons", "agents", "quality", "slots"])
            Assert.False(await open.Tab.IsVisibleAsync($"[data-more={panel}]"), panel);
        await open.Tab.ClickAsync("#trend-as-table");
        var trend = await open.TextAsync("#trend-table");
        Assert.DoesNotContain("not sent", trend, StringComparison.Ordinal);
        Assert.DoesNotContain("so far", trend, StringComparison.Ordinal);
        Assert.All(await open.ReadTableAsync("#trend-table table"), row => Assert.Equal(["0", "–", "–", "–", "–", "–"], row.Skip(1).Select(cell => cell.Text), StringComparer.Ordinal));
        await open.AssertQuietAsync();
    }

    [Fact]
    public async Task Calls_of_an_app_that_sends_no_completion_are_not_approved_or_declined()
    {
        await using var running = await RunningPage.StartAsync(postgres: null);
        var now = DateTimeOffset.UtcNow;
        await running.SendAsync(Sample.Started("short", "t-1", now.AddMinutes(-9)), Sample.Ended("short", "t-1", now.AddMinutes(-8), "network"));
        await using var open = await chromium.OpenAsync(running.At("?app=short&days=2"));
        var rows = await open.ReadTableAsync("#outcomes table:not([id])");
        Assert.Equal(
            ["not sent", "not sent", "not sent", "100.0 %", "0.0 %", "0.0 %", "not sent", "not sent"], rows.Select(row => row[2].Text), StringComparer.Ordinal);
        Assert.Equal(["", "", "", "1", "0", "0", "", ""], rows.Select(row => row[1].Text), StringComparer.Ordinal);
        await open.AssertQuietAsync();
    }
}
