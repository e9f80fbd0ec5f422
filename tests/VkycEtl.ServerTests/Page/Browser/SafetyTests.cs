namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>The browser's side of the policy: what the data says is text, nothing is refused in use, nothing leaves the origin.</summary>
public sealed class SafetyTests(Chromium chromium, SimulatedPages pages)
{
    [Fact]
    public async Task Using_all_of_it_breaks_no_policy_and_asks_nothing_of_another_origin()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var chart = (await open.Tab.Locator("#trend-chart").BoundingBoxAsync())!;
        for (var x = 4f; x < chart.Width; x += 12)
            await open.Tab.Mouse.MoveAsync(chart.X + x, chart.Y + (chart.Height / 2));
        await open.Tab.ClickAsync("#trend-as-table");
        await open.Tab.ClickAsync("#partitions summary");
        await open.Tab.ClickAsync("[data-list='stage:0:open']");
        await open.Tab.ClickAsync("#list tbody button >> nth=0");
        await open.Tab.WaitForSelectorAsync("#transaction-events tbody tr");
        await open.Tab.EmulateMediaAsync(new() { ColorScheme = Microsoft.Playwright.ColorScheme.Dark });
        await open.Tab.EmulateMediaAsync(new() { Media = Microsoft.Playwright.Media.Print });

        await open.AssertQuietAsync();
        Assert.Contains(open.Requests, request => request.AbsolutePath == "/echarts.common.min.js");
        Assert.All(open.Requests, request => Assert.True(request.Scheme == "data" || request.GetLeftPart(UriPartial.Authority) == running.Address.GetLeftPart(UriPartial.Authority), request.ToString()));
    }

    [Fact]
    public async Task A_policy_that_is_broken_would_be_seen_here()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.Address);
        await open.Tab.EvaluateAsync("document.querySelector('h1').setAttribute('style', 'color: red')");
        await open.WaitAsync("window.violations.length > 0");
        Assert.Contains("style-src", Assert.Single(await open.ReadViolationsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markup_and_formulas_in_the_data_stay_text()
    {
        const string markup = "<img src=x onerror=\"window.pwned = true\">";
        const string app = "<b>app</b>";
        const string transaction = "t/1?<script>window.pwned = true</script>";
        await using var running = await RunningPage.StartAsync(postgres: null, showPersonal: true);
        var now = DateTimeOffset.UtcNow;
        await running.SendAsync(
            Sample.Started(app, transaction, now.AddMinutes(-9), markup), Sample.Completed(app, transaction, now.AddMinutes(-8), "DECLINED", markup, markup),
            Sample.Started(app, "t-2", now.AddMinutes(-7)), Sample.Ended(app, "t-2", now.AddMinutes(-6), "=1+1"));
        await using var open = await chromium.OpenAsync(running.At("?days=2"));
        await open.Tab.Locator("#reasons", new() { HasText = markup }).WaitForAsync();
        await open.Tab.Locator("#reasons", new() { HasText = "=1+1" }).WaitForAsync();
        await open.Tab.SelectOptionAsync("[name=app]", app);
        await open.AwaitFiguresAsync();
        await open.Tab.Locator($"[data-list='reason:DECLINED:{markup.ToLowerInvariant()}']").ClickAsync();
        await open.Tab.Locator("#list tbody button", new() { HasText = transaction }).ClickAsync();
        await open.Tab.Locator("#transaction-events", new() { HasText = markup }).WaitForAsync();

        Assert.Equal(0, await open.Tab.Locator("body img, body script, main b, dialog b").CountAsync());
        Assert.Null(await open.Tab.EvaluateAsync<bool?>("window.pwned ?? null"));
        await open.AssertQuietAsync();
        Assert.Contains("'=1+1", await running.ReadAsync("/api/figures/reasons.csv?days=2"), StringComparison.Ordinal);
    }
}
