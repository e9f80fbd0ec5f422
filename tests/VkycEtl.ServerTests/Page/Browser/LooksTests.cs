using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Everyone can read it: axe finds nothing, nothing is clipped, nothing scrolls sideways; in light and dark, on a desk, a phone and paper.</summary>
public sealed class LooksTests(Chromium chromium, SimulatedPages pages)
{
    private const string Clipped = """
        [...document.querySelectorAll('h1, h2, p, th, td, summary, .number, label')]
            .filter(element => element.checkVisibility() && !element.matches('.unseen') && element.scrollWidth > element.clientWidth + 1)
            .map(element => `${element.tagName} ${element.textContent}`)
        """;

    // A table that is wider than its panel hides numbers behind a scroll bar. The partitions, folded away, may be.
    private const string Scrolled = """
        [...document.querySelectorAll('main .scroll, dialog[open] .scroll')]
            .filter(element => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1).map(element => element.getAttribute('aria-label'))
        """;

    private static readonly string Pictures = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "page-pictures")).FullName;

    [Theory]
    [InlineData("desk", 1440, 900, ColorScheme.Light, Media.Screen, "?days=30")]
    [InlineData("dark", 1440, 900, ColorScheme.Dark, Media.Screen, "?app=appb-vkyc")]
    [InlineData("phone", 390, 844, ColorScheme.Light, Media.Screen, "?days=30")]
    [InlineData("phone-dark", 390, 844, ColorScheme.Dark, Media.Screen, "?app=appc-vkyc")]
    [InlineData("print", 1440, 900, ColorScheme.Light, Media.Print, "?days=30")]
    public async Task Nothing_is_clipped_and_axe_finds_nothing(string name, int width, int height, ColorScheme scheme, Media media, string parameters)
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At(parameters), width, height, scheme);
        await open.Tab.EmulateMediaAsync(new() { Media = media, ColorScheme = scheme });
        await LookAsync(open, name);
        if (media == Media.Print)
        {
            Assert.False(await open.Tab.IsVisibleAsync("#filter-form"));
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

    private static async Task LookAsync(OpenPage open, string name)
    {
        await open.Tab.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true });
        Assert.Equal(0, await open.Tab.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - innerWidth)"));
        Assert.Empty(await open.Tab.EvaluateAsync<string[]>(Clipped));
        Assert.Empty(await open.Tab.EvaluateAsync<string[]>(Scrolled));

        // Evaluated, not added as a script: that the policy would refuse, and rightly.
        await open.Tab.EvaluateAsync(new BundledAxeScriptProvider().GetScript());
        var found = await open.Tab.EvaluateAsync<JsonElement>("axe.run().then(result => ({ passes: result.passes.length, violations: result.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`) }))");
        Assert.True(found.GetProperty("passes").GetInt32() > 10);
        Assert.Empty(found.GetProperty("violations").EnumerateArray().Select(violation => violation.GetString()));
    }
}
