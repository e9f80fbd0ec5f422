using System.Text.Json;
using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Everyone can read it: axe finds nothing, nothing is clipped, nothing scrolls sideways; in light and dark, on a desk, a phone and paper.</summary>
public sealed class LooksTests(Chromium chromium, SimulatedPages pages)
{
    // A text of the data may be cut where its title has all of it.
    private const string Clipped = """
        [...document.querySelectorAll('h1, h2, p, th, td, summary, .number, label')]
            .filter(element => element.checkVisibility() && !element.closest('.unseen') && element.scrollWidth > element.clientWidth + 1)
            .filter(element => !(element.matches('.long') && element.title.endsWith(element.textContent.trim())))
            .map(element => `${element.tagName} ${element.textContent}`)
        """;

    // A table that is wider or higher than its panel hides numbers behind a scroll bar. The partitions, folded away, may be; a dialog's rows go on below.
    private const string Scrolled = """
        [...document.querySelectorAll('main .panel, main .scroll, dialog[open] .scroll')]
            .filter(element => element.checkVisibility())
            .filter(element => element.scrollWidth > element.clientWidth + 1 || !element.closest('dialog') && element.scrollHeight > element.clientHeight + 1)
            .map(element => element.getAttribute('aria-label') ?? element.id)
        """;

    private const int TimesMore = 160;
    private const string Range = "a range up to today";

    private static readonly string Pictures = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "page-pictures")).FullName;

    [Theory]
    [InlineData("desk", 1440, 900, ColorScheme.Light, Media.Screen, "?days=30")]
    [InlineData("dark", 1440, 900, ColorScheme.Dark, Media.Screen, "?app=appb-vkyc")]
    [InlineData("range", 1440, 900, ColorScheme.Light, Media.Screen, Range)]
    [InlineData("laptop", 1280, 800, ColorScheme.Light, Media.Screen, "?days=30")]
    [InlineData("phone", 390, 844, ColorScheme.Light, Media.Screen, "?days=30")]
    [InlineData("phone-dark", 390, 844, ColorScheme.Dark, Media.Screen, "?app=appc-vkyc")]
    [InlineData("print", 1440, 900, ColorScheme.Light, Media.Print, "?days=30")]
    public async Task Nothing_is_clipped_and_axe_finds_nothing(string name, int width, int height, ColorScheme scheme, Media media, string parameters)
    {
        var running = await pages.GetAsync();
        if (parameters == Range)
        {
            var today = DateOnly.FromDateTime(DateTime.UtcNow);
            parameters = $"?from={today.AddDays(-20):O}&to={today:O}";
        }

        await using var open = await chromium.OpenAsync(running.At(parameters), width, height, scheme);
        await open.Tab.EmulateMediaAsync(new() { Media = media, ColorScheme = scheme });
        await LookAsync(open, name);
        if (media == Media.Print)
        {
            Assert.False(await open.Tab.IsVisibleAsync("#filter-form"));
            Assert.True(await open.Tab.IsVisibleAsync("#filters-chosen"));
            Assert.Equal("all apps · 30 days · any · open", await open.TextAsync("#filters-chosen"));
            return;
        }

        if (width == 1440 && height == 900)
            Assert.Equal(height, await open.Tab.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        await open.Tab.ClickAsync("[data-list='stage:4:open']");
        await open.Tab.WaitForSelectorAsync("#list tbody tr");
        await LookAsync(open, $"{name}-list");
        await open.Tab.ClickAsync("#list tbody button >> nth=0");
        await open.Tab.WaitForSelectorAsync("#transaction-events tbody tr");
        await LookAsync(open, $"{name}-transaction");
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Greater_numbers_and_longer_rows_are_not_clipped_either(int width, int height)
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30"), width, height);
        await open.RewriteAsync("**/api/figures/*", Enlarge);
        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        await open.Tab.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"longer-{width}.png"), FullPage = true });
        await AssertNothingIsClippedAsync(open);
        foreach (var fold in new[] { "reasons", "agents", "slots" })
            Assert.True(await open.Tab.IsVisibleAsync($"[data-more={fold}]"), fold);
        if (width == 1440)
            Assert.Equal(height, await open.Tab.EvaluateAsync<int>("document.documentElement.scrollHeight"));

        // Unfolded the panel grows, and the page with it.
        await open.Tab.ClickAsync("[data-more=agents]");
        await AssertNothingIsClippedAsync(open);
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Days_of_last_year_are_not_clipped_either(int width, int height)
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30"), width, height);
        await open.RewriteAsync("**/api/status", status => status["today"] = DateOnly.Parse((string)status["today"]!).AddYears(1).ToString("O"));
        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        Assert.Matches(@"\d \w{3} \d{4}", await open.TextAsync("#slot-days tbody th >> nth=0"));
        await open.Tab.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"year-{width}.png"), FullPage = true });
        await AssertNothingIsClippedAsync(open);
        if (width == 1440)
            Assert.Equal(height, await open.Tab.EvaluateAsync<int>("document.documentElement.scrollHeight"));
    }

    private static void Enlarge(JsonNode figure)
    {
        var rows = figure["rows"]!.AsArray();
        foreach (var row in rows.Select(row => row!.AsObject()))
        {
            foreach (var name in row.Select(cell => cell.Key).Where(name => name is not ("stage_no" or "apps" or "apps_sending")).ToList())
            {
                if (row[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number))
                    row[name] = number * TimesMore;
            }
        }

        // Of every stage but the first some apps or days know nothing: each has its note.
        if ((string?)figure["figure"] == "funnel")
        {
            foreach (var row in rows.Skip(1))
                row!["apps_sending"] = (long)row["apps"]! - 1;
        }

        if ((string?)figure["figure"] == "reasons")
            rows.Insert(0, new JsonObject { ["outcome"] = "INCOMPLETE", ["reason_key"] = "line", ["reason"] = "the line was bad and the customer asked for another day in the week after", ["attempts"] = 1234 });
        if ((string?)figure["figure"] == "quality")
        {
            var type = rows.Last()!.DeepClone();
            type["name"] = "VCIP_CUSTOMER_ASKED_FOR_ANOTHER_LANGUAGE";
            rows.Add(type);
        }
    }

    private static async Task AssertNothingIsClippedAsync(OpenPage open)
    {
        Assert.Equal(0, await open.Tab.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - innerWidth)"));
        Assert.Empty(await open.Tab.EvaluateAsync<string[]>(Clipped));
        Assert.Empty(await open.Tab.EvaluateAsync<string[]>(Scrolled));
    }

    private static async Task LookAsync(OpenPage open, string name)
    {
        await open.Tab.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true });
        await AssertNothingIsClippedAsync(open);

        // Evaluated, not added as a script: that the policy would refuse, and rightly.
        await open.Tab.EvaluateAsync(new BundledAxeScriptProvider().GetScript());
        var found = await open.Tab.EvaluateAsync<JsonElement>("axe.run().then(result => ({ passes: result.passes.length, violations: result.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`) }))");
        Assert.True(found.GetProperty("passes").GetInt32() > 10);
        Assert.Empty(found.GetProperty("violations").EnumerateArray().Select(violation => violation.GetString()));
    }
}
