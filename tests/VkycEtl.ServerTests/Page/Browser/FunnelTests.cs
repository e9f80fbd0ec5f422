namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>A stage whose events are not sent is words, never a number.</summary>
public sealed class FunnelTests(Chromium chromium, SimulatedPages pages)
{
    private const int Wait = 5;
    private const int Scheduled = 1;
    private const int Notified = 3;

    [Fact]
    public async Task A_stage_that_is_not_sent_is_said_in_words_without_zero_or_nan()
    {
        await using var running = await RunningPage.StartAsync(postgres: null);
        // At noon of a day of the reporting zone: around midnight the types would first be sent on different days. Three days, should this one end meanwhile.
        var india = TimeSpan.FromHours(5.5);
        var noon = new DateTimeOffset(DateTimeOffset.UtcNow.ToOffset(india).Date.AddDays(-1).AddHours(12), india);
        await running.SendAsync(
            Sample.Assigned("walk-in", "t-1", noon), Sample.Started("walk-in", "t-1", noon.AddMinutes(1)), Sample.Completed("walk-in", "t-1", noon.AddMinutes(2), "APPROVED"),
            Sample.Assigned("walk-in", "t-2", noon.AddMinutes(3)));
        await using var open = await chromium.OpenAsync(running.At("?app=walk-in&days=3"));
        await open.Tab.Locator("#funnel [data-list='stage:0:open'] data[value='2']").WaitForAsync();
        foreach (var stage in new[] { Scheduled, Notified })
        {
            var row = open.Tab.Locator($"#funnel tbody tr >> nth={stage}");
            var text = await row.InnerTextAsync();
            Assert.Contains("not sent by this app", text, StringComparison.Ordinal);
            Assert.DoesNotContain(text, char.IsDigit);
            Assert.Equal(0, await row.Locator(".bar, button, data[value]:not([value=''])").CountAsync());
        }

        // The next stage is compared with the last that is sent: started of assigned.
        var shown = await open.ReadTableAsync("#funnel table");
        Assert.Equal(["Call started", "", "1", "50.0 %", "50.0 %"], shown[4].Take(5).Select(cell => cell.Text), StringComparer.Ordinal);
        Assert.Equal("1", shown[4][6].Text);
        var (noShows, why) = await open.ReadTileAsync("no-show");
        Assert.Equal(("not sent", null), (noShows.Text, noShows.Value));
        Assert.Contains("SCHEDULED", why, StringComparison.Ordinal);
        var all = await open.TextAsync("body");
        foreach (var wrong in new[] { "NaN", "null", "undefined", "Infinity" })
            Assert.DoesNotContain(wrong, all, StringComparison.Ordinal);
        await open.AssertQuietAsync();
    }

    [Fact]
    public async Task A_wait_stands_beside_those_whose_wait_it_is()
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var any = await open.ReadTableAsync("#funnel table");
        Assert.All(new[] { 2, 4, 5 }, stage => Assert.NotEmpty(any[stage][Wait].Text));
        Assert.Equal(new Shown("", null), any[6][Wait]);

        await using var scheduled = await chromium.OpenAsync(running.At("?days=30&cohort=scheduled"));
        var fewer = await scheduled.ReadTableAsync("#funnel table");
        Assert.NotNull(fewer[2][2].Value);
        Assert.All(fewer, row => Assert.Equal("", row[Wait].Text));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(1)]
    public async Task Tiles_name_the_type_that_an_app_does_not_send(int days)
    {
        var running = await pages.GetAsync();
        await using var open = await chromium.OpenAsync(running.At($"?app=appc-vkyc&days={days}"));
        foreach (var (tile, type) in new[] { ("wait", "ASSIGNED"), ("no-show", "SCHEDULED") })
        {
            var (number, note) = await open.ReadTileAsync(tile);
            Assert.Equal((new Shown("not sent", null), $"this app does not send {type}"), (number, note));
        }
    }

    [Fact]
    public async Task An_empty_warehouse_shows_how_to_send_a_first_event_and_then_the_event()
    {
        await using var running = await RunningPage.StartAsync(postgres: null);
        await using var open = await chromium.OpenAsync(running.Address);
        await open.AwaitStateAsync("empty");
        Assert.Contains("curl", await open.TextAsync("#first-event"), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", await open.TextAsync("body"), StringComparison.Ordinal);
        await running.SendAsync(Sample.Assigned("first", "t-1", DateTimeOffset.UtcNow));
        await open.AwaitStateAsync("fresh");
        await open.Tab.Locator("#funnel [data-list='stage:0:open'] data[value='1']").WaitForAsync();
        Assert.False(await open.Tab.IsVisibleAsync("#empty"));
    }
}
