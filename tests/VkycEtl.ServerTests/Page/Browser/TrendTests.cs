
namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>The trend of days whose entrants are not all older than the SLA.</summary>
public sealed class TrendTests(Chromium chromium, SimulatedPages pages)
{
    [Fact]
    public async Task A_day_of_which_few_are_old_enough_is_drawn_hollow_and_says_how_many()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=7"));
        var day = "";
        await open.RewriteAsync("**/api/figures/trend?*", trend =>
        {
            var rows = trend["rows"]!.AsArray();
            foreach (var row in rows)
                (row!["entered"], row["matured"], row["approved_within_sla"], row["sla_rate"]) = (158, 158, 79, 0.5);
            var yesterday = rows[^2]!;
            (yesterday["matured"], yesterday["approved_within_sla"], yesterday["sla_rate"]) = (4, 4, 1);

            // Days ago as well, where another app does not send COMPLETED: those are as old as they will be.
            rows[0]!["matured"] = 100;
            if (rows.Count == 7)
                day = (string)yesterday["day"]!;
        });
        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        await open.Tab.WaitForSelectorAsync($"#trend-chart[data-hollow='{day}']");
        await open.Tab.ClickAsync("#trend-as-table");
        Assert.Contains("4 of 158 old enough", string.Join(' ', (await open.TextAsync("#trend-table")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(1, await open.Tab.Locator("#trend-table small", new() { HasText = "old enough" }).CountAsync());
    }
}
