using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Verbs;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>The unfinished day is that of the reporting zone, on the server's clock; the browser's zone is another one.</summary>
public sealed class ClockTests(Chromium chromium, SimulatedPages pages, PostgresServer postgres)
{
    [Fact]
    public async Task Before_and_after_midnight_only_the_day_that_is_not_over_is_hatched()
    {
        var running = await pages.GetAsync("postgres", postgres);
        var today = DateOnly.FromDateTime(DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(5.5)).DateTime);
        var clock = new SetClock { Now = new DateTimeOffset(today.ToDateTime(new TimeOnly(23, 59)), TimeSpan.FromHours(5.5)) };
        var settings = VkycSettings.Load(null, new DataDirectory(AppContext.BaseDirectory), new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Warehouse:Engine"] = "postgres",
            ["Warehouse:ConnectionString"] = running.Database,
        });
        await using var warehouse = Warehouses.Open(settings, clock);
        using var console = new VerbConsole(Stream.Null, Stream.Null, Stream.Null, Width: null, HasInput: false);
        await using var app = Roles.BuildPage(new VerbContext(console, clock), settings, "http://127.0.0.1:0", LogLevel.Warning, warehouse.Warehouse, worker: null);
        await app.StartAsync(TestContext.Current.CancellationToken);
        await using var open = await chromium.OpenAsync(new Uri(app.Urls.First()));
        await AssertUnfinishedAsync(open, today);

        clock.Now = clock.Now.AddMinutes(2);
        await AssertUnfinishedAsync(open, today.AddDays(1));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task AssertUnfinishedAsync(OpenPage open, DateOnly day)
    {
        await open.Tab.WaitForSelectorAsync($"#trend-chart[data-hatched='{day:O}']");
        var days = open.Tab.Locator("#trend-table tbody tr");
        Assert.Equal(14, await days.CountAsync());
        Assert.Contains("so far", await days.Last.TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await open.Tab.Locator("#trend-table tbody tr", new() { HasText = "so far" }).CountAsync());
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now.ToUniversalTime();
    }
}
