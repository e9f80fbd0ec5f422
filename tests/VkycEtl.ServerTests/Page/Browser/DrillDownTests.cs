using System.Globalization;
using System.Web;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>A number that is clicked opens as many transactions as it says, and its CSV has as many lines.</summary>
public sealed class DrillDownTests(Chromium chromium, SimulatedPages pages, PostgresServer postgres)
{
    private const string Dialog = "#list[open]";

    [Theory]
    [InlineData("duckdb", "open")]
    [InlineData("duckdb", "strict")]
    [InlineData("postgres", "open")]
    [InlineData("postgres", "strict")]
    public async Task What_is_lost_before_a_stage_is_its_list_and_its_csv(string engine, string rule)
    {
        var running = await pages.GetAsync(engine, postgres);
        await using var open = await chromium.OpenAsync(running.At($"?days=30&rule={rule}"));
        var lost = await open.Tab.Locator("#funnel button[data-list^=lost]").EvaluateAllAsync<string[]>("buttons => buttons.map(button => button.dataset.list)");
        Assert.NotEmpty(lost);
        foreach (var list in lost)
        {
            var button = open.Tab.Locator($"[data-list='{list}']");
            var number = int.Parse((await button.InnerTextAsync()).Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            await button.ClickAsync();
            await open.Tab.WaitForSelectorAsync($"{Dialog} .about[data-total='{number}']");
            await ReadToTheEndAsync(open, number);
            var csv = await running.ReadAsync((await open.Tab.Locator($"{Dialog} .links a >> nth=1").GetAttributeAsync("href"))!);
            Assert.Equal(number, csv.TrimEnd().Split('\n').Length - 1);
            await open.Tab.Keyboard.PressAsync("Escape");
            await open.Tab.WaitForSelectorAsync("#list:not([open])", new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
        }

        await open.AssertQuietAsync();
    }

    [Theory]
    [InlineData("duckdb")]
    [InlineData("postgres")]
    public async Task Every_number_that_can_be_clicked_is_as_long_as_its_list(string engine)
    {
        var running = await pages.GetAsync(engine, postgres);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var different = "";

        // Some follow the clock: where one moved in between, all are asked once more.
        await Eventually.TrueAsync(
            async () =>
            {
                await open.Tab.ReloadAsync();
                await open.AwaitFiguresAsync();
                var numbers = await open.Tab.Locator("main button[data-list]").EvaluateAllAsync<string[][]>(
                    "buttons => buttons.map(button => [button.dataset.list, button.querySelector('data').getAttribute('value')])");
                Assert.True(numbers.Length > 30, $"{numbers.Length} numbers");
                var lengths = await Task.WhenAll(numbers.Select(async pair =>
                    (await running.ReadJsonAsync($"/api/transactions?days=30&list={HttpUtility.UrlEncode(pair[0])}")).GetProperty("total").GetInt64().ToString(CultureInfo.InvariantCulture)));
                different = string.Join("; ", numbers.Zip(lengths).Where(pair => pair.First[1] != pair.Second).Select(pair => $"{pair.First[0]}: {pair.First[1]}, listed {pair.Second}"));
                return different.Length == 0;
            },
            "each number is as long as its list",
            TimeSpan.FromSeconds(20),
            () => different);
    }

    [Theory]
    [InlineData("appa-vkyc%2Fnope", "There is no such transaction")]
    [InlineData("zzz", "The address names none")]
    [InlineData("appa-vkyc%2F%25zz", "The address names none")]
    public async Task A_transaction_that_is_none_is_said_and_nothing_else(string named, string words)
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At($"?tx={named}"));
        await open.Tab.Locator("#transaction[open] .about", new() { HasText = words }).WaitForAsync();
        Assert.Equal(0, await open.Tab.Locator("#transaction :is(table, dl, h3, #quarantined-unknown):visible").CountAsync());
        Assert.DoesNotContain("/api/", await open.TextAsync("#transaction"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_is_loading_says_nothing_of_the_one_before()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30&list=stage:0:open"));
        await open.Tab.WaitForSelectorAsync($"{Dialog} .about[data-total]");
        await open.Tab.Keyboard.PressAsync("Escape");
        var loaded = await open.HoldAsync("**/api/transactions?*");
        await open.Tab.ClickAsync("[data-list='stage:4:open']");
        await open.Tab.Locator($"{Dialog} .about", new() { HasText = "Loading" }).WaitForAsync();
        Assert.Equal(0, await open.Tab.Locator($"{Dialog} .about[data-total], {Dialog} tbody tr, #list-more:visible").CountAsync());
        loaded.SetResult();
        await open.Tab.WaitForSelectorAsync($"{Dialog} .about[data-total]");
        Assert.True(await open.Tab.Locator($"{Dialog} tbody tr").CountAsync() > 0);
    }

    [Fact]
    public async Task More_that_is_asked_for_twice_at_once_comes_once()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30&list=stage:0:open"));
        await open.Tab.WaitForSelectorAsync($"{Dialog} .about[data-total]");
        var (asked, answered, both) = (0, 0, new TaskCompletionSource());
        await open.Tab.RouteAsync("**/api/transactions?*cursor=*", async route =>
        {
            if (Interlocked.Increment(ref asked) == 2)
                both.SetResult();
            await both.Task;
            await route.ContinueAsync();
        });
        open.Tab.RequestFinished += (_, request) => answered += request.Url.Contains("cursor=", StringComparison.Ordinal) ? 1 : 0;
        await open.Tab.EvaluateAsync("for (const press of [1, 2]) document.querySelector('#list-more').click()");
        await Eventually.TrueAsync(() => Task.FromResult(answered == 2), "both are answered");
        await open.WaitAsync("document.querySelectorAll('#list tbody tr').length > 50");
        await open.Tab.UnrouteAllAsync();
        await ReadToTheEndAsync(open, int.Parse((await open.Tab.Locator($"{Dialog} .about").GetAttributeAsync("data-total"))!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_time_line_that_is_closed_gives_back_the_place_in_the_list()
    {
        const int row = 70;
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30&list=stage:0:open"));
        await open.Tab.WaitForSelectorAsync($"{Dialog} .about[data-total]");
        await open.Tab.ClickAsync("#list-more");
        await open.WaitAsync("document.querySelectorAll('#list tbody tr').length === 100");
        await open.Tab.Locator($"{Dialog} tbody button >> nth={row}").PressAsync("Enter");
        await open.Tab.WaitForSelectorAsync("#transaction-events tbody tr");
        await open.Tab.Keyboard.PressAsync("Escape");
        await open.Tab.WaitForSelectorAsync("#transaction:not([open])", new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
        await open.AwaitNextPollAsync();
        Assert.Equal(100, await open.Tab.Locator($"{Dialog} tbody tr").CountAsync());
        Assert.True(await open.Tab.EvaluateAsync<bool>($"document.activeElement === document.querySelectorAll('#list tbody button')[{row}]"));
        Assert.Equal(2, open.Requests.Count(request => request.AbsolutePath == "/api/transactions"));
    }

    private static async Task ReadToTheEndAsync(OpenPage open, int number)
    {
        var rows = open.Tab.Locator($"{Dialog} tbody tr");
        while (await open.Tab.Locator("#list-more").IsVisibleAsync())
        {
            var before = await rows.CountAsync();
            await open.Tab.ClickAsync("#list-more");
            await open.WaitAsync("before => document.querySelectorAll('#list tbody tr').length > before", before);
        }

        Assert.Equal(number, await rows.CountAsync());
    }
}
