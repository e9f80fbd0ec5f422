using System.Collections.Concurrent;
using System.Web;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>What is chosen stands in the address; the keyboard alone comes everywhere.</summary>
public sealed class AddressTests(Chromium chromium, SimulatedPages pages)
{
    private const int MostTabs = 120;
    private const int Moving = 7;

    [Fact]
    public async Task Filters_survive_a_reload_Back_and_a_pasted_link()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.Address);
        var before = await FunnelAsync(open);
        await open.Tab.SelectOptionAsync("[name=app]", "appb-vkyc");
        await open.Tab.SelectOptionAsync("[name=days]", "7");
        await open.Tab.SelectOptionAsync("[name=cohort]", "scheduled");
        await open.Tab.SelectOptionAsync("[name=rule]", "strict");
        await AwaitAsync(open, "app=appb-vkyc&days=7&cohort=scheduled&rule=strict");
        var chosen = await FunnelAsync(open);
        Assert.NotEqual(before, chosen, StringComparer.Ordinal);

        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        await AssertChosenAsync(open, chosen);

        await using (var pasted = await chromium.OpenAsync(new Uri(open.Tab.Url)))
            await AssertChosenAsync(pasted, chosen);

        for (var back = 0; back < 4; back++)
            await open.Tab.GoBackAsync();
        await AwaitAsync(open, "");
        Assert.Equal(before, await FunnelAsync(open));
        Assert.Equal("", await open.Tab.Locator("[name=app]").InputValueAsync());
    }

    [Fact]
    public async Task A_range_of_days_and_an_open_transaction_are_in_the_address_too()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.Address);
        await open.Tab.SelectOptionAsync("[name=days]", "range");
        await open.Tab.WaitForSelectorAsync("[name=from]");
        var from = DateOnly.Parse(await open.Tab.Locator("[name=from]").InputValueAsync()).AddDays(2);
        await open.Tab.FillAsync("[name=from]", from.ToString("O"));
        await open.Tab.ClickAsync("[data-list='stage:0:open']");
        await open.Tab.ClickAsync("#list tbody button >> nth=0");
        await open.Tab.WaitForSelectorAsync("#transaction-events tbody tr");
        Assert.Contains($"from={from:O}", open.Tab.Url, StringComparison.Ordinal);

        await using var pasted = await chromium.OpenAsync(new Uri(open.Tab.Url));
        await pasted.Tab.WaitForSelectorAsync("#transaction-events tbody tr");
        Assert.Equal(await open.TextAsync("#transaction"), await pasted.TextAsync("#transaction"));
        await pasted.Tab.Keyboard.PressAsync("Escape");
        await pasted.Tab.Keyboard.PressAsync("Escape");
        await pasted.WaitAsync("!document.querySelector('dialog[open]') && !location.search.includes('list=')");
        Assert.Equal(from.ToString("O"), await pasted.Tab.Locator("[name=from]").InputValueAsync());
    }

    [Fact]
    public async Task An_opened_transaction_is_not_drawn_before_the_zone_of_its_times_is_known()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.Address);
        await open.Tab.ClickAsync("[data-list='stage:0:open']");
        await open.Tab.ClickAsync("#list tbody button >> nth=0");
        await open.Tab.WaitForSelectorAsync("#transaction-events tbody tr");
        var transaction = await open.TextAsync("#transaction");

        var asked = new ConcurrentQueue<int>();
        int Opened() => open.Requests.Count(address => address.AbsolutePath.StartsWith("/api/transactions/", StringComparison.Ordinal));
        var before = Opened();
        await open.Tab.RouteAsync("**/api/status", async route =>
        {
            // What the page asked for in the same breath has been told by the time that this is answered.
            await open.Tab.EvaluateAsync("new Promise(done => setTimeout(done))");
            asked.Enqueue(Opened());
            await route.ContinueAsync();
        });
        await open.Tab.ReloadAsync();
        await open.Tab.WaitForSelectorAsync("#transaction-events tbody tr");

        Assert.True(asked.TryPeek(out var first));
        Assert.Equal(before, first);
        Assert.Equal(transaction, await open.TextAsync("#transaction"));
    }

    [Fact]
    public async Task A_parameter_that_is_not_one_is_named_on_the_page()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.Address);
        await open.Tab.GotoAsync(running.At("?days=soon").ToString());
        await open.Tab.Locator("#trouble", new() { HasText = "days" }).WaitForAsync();
        Assert.Equal(0, await open.Tab.Locator(":is(#tiles, .panel):visible").CountAsync());
        await open.Tab.ClickAsync("#trouble a");
        await open.AwaitFiguresAsync();
        Assert.True(await open.Tab.IsVisibleAsync("#funnel"));
        Assert.False(await open.Tab.IsVisibleAsync("#trouble"));
    }

    [Fact]
    public async Task The_keyboard_alone_filters_opens_a_stage_and_a_time_line_and_comes_back()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        await TabToAsync(open, "[name=app]");
        await open.Tab.Keyboard.PressAsync("ArrowDown");
        await open.WaitAsync("location.search.includes('app=appa-vkyc')");
        await open.AwaitFiguresAsync();
        await TabToAsync(open, "[data-list='stage:4:open']");
        await open.Tab.Keyboard.PressAsync("Enter");
        await open.Tab.WaitForSelectorAsync("#list[open] tbody tr");
        Assert.Equal("Close", await open.Tab.EvaluateAsync<string>("document.activeElement.textContent"));
        await TabToAsync(open, "#list tbody button");
        await open.Tab.Keyboard.PressAsync("Enter");
        await open.Tab.WaitForSelectorAsync("#transaction[open] #transaction-events tbody tr");
        await open.Tab.Keyboard.PressAsync("Escape");
        await open.WaitAsync("!document.querySelector('#transaction').open && document.activeElement.matches('#list tbody button')");
        await open.Tab.Keyboard.PressAsync("Escape");
        await open.WaitAsync("!document.querySelector('#list').open && document.activeElement.matches(`[data-list='stage:4:open']`)");
        await open.AssertQuietAsync();
    }

    private static async Task TabToAsync(OpenPage open, string selector)
    {
        for (var tabs = 0; tabs < MostTabs; tabs++)
        {
            if (await open.Tab.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
                return;
            await open.Tab.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"no {MostTabs} tabs lead to {selector}");
    }

    private static async Task AssertChosenAsync(OpenPage open, string funnel)
    {
        Assert.Equal(funnel, await FunnelAsync(open));
        foreach (var (name, value) in new[] { ("app", "appb-vkyc"), ("days", "7"), ("cohort", "scheduled"), ("rule", "strict") })
            Assert.Equal(value, await open.Tab.Locator($"[name={name}]").InputValueAsync());
    }

    // Without those who still move: that follows the clock.
    private static async Task<string> FunnelAsync(OpenPage open) =>
        string.Join('\n', (await open.ReadTableAsync("#funnel table")).Select(row => string.Join(" | ", row.Where((_, column) => column != Moving).Select(cell => cell.Text))));

    // The address has the parameters, and the figures are those of it.
    private static async Task AwaitAsync(OpenPage open, string parameters)
    {
        await open.WaitAsync("parameters => location.search.replace('?', '') === parameters", parameters);
        var given = HttpUtility.ParseQueryString(parameters);
        var app = given["app"] is { } name ? $"app={name}&" : "";
        await open.WaitAsync("query => document.body.dataset.shown.endsWith(query) && !document.body.hasAttribute('aria-busy')", $" {app}days={given["days"] ?? "14"}&cohort={given["cohort"] ?? "any"}");
    }
}
