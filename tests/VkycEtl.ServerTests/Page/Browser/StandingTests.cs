using System.Globalization;
using Npgsql;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>What goes wrong behind the page is said on it, and passes when it has passed; the focus stays where it was.</summary>
public sealed class StandingTests(Chromium chromium, PostgresServer postgres, SharedKafka kafka)
{
    private const string AnyPort = "http://127.0.0.1:0";
    private const string Focused = "document.activeElement.matches(`[data-list='stage:0:open']`)";

    [Fact]
    public async Task A_server_that_is_killed_leaves_its_figures_greyed_and_the_focus_in_place()
    {
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 3, transactions: 50);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var figures = await open.TextAsync("#funnel");
        await open.Tab.FocusAsync("[data-list='stage:0:open']");
        await running.KillAsync();
        await open.AwaitStateAsync("disconnected");
        Assert.Contains("figures as of", await open.TextAsync("#standing"), StringComparison.Ordinal);
        Assert.Equal(figures, await open.TextAsync("#funnel"));
        Assert.True(await open.Tab.EvaluateAsync<bool>(Focused));

        await running.RestartAsync();
        await open.AwaitStateAsync("fresh");
        Assert.True(await open.Tab.EvaluateAsync<bool>(Focused));
        Assert.Empty(await open.ReadViolationsAsync());
    }

    [Fact]
    public async Task A_database_that_is_away_is_said_and_what_it_had_stays()
    {
        await using var server = await PrivatePostgres.StartNewAsync(TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Warehouse:Engine"] = "postgres",
            ["Warehouse:ConnectionString"] = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken),
            ["Page:Url"] = AnyPort,
        };
        await using (var migrate = VkycProcess.Start(settings, "migrate"))
            Assert.Equal(0, await migrate.WaitForExitAsync());
        await using var page = VkycProcess.Start(settings, "page");
        await using var open = await chromium.OpenAsync(await AddressOfAsync(page));
        await open.AwaitStateAsync("empty");
        await open.Tab.FocusAsync("[name=cohort]");
        await server.StopAsync();
        await open.AwaitStateAsync("disconnected");
        Assert.Contains("figures as of", await open.TextAsync("#standing"), StringComparison.Ordinal);
        await server.StartAsync(TestContext.Current.CancellationToken);
        await open.AwaitStateAsync("empty");
        Assert.True(await open.Tab.EvaluateAsync<bool>("document.activeElement.name === 'cohort'"));
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_a_stale_page_until_another_one_loads()
    {
        var scenario = await Scenario.CreateAsync(kafka, postgres);
        await using var worker = scenario.StartWorker();
        await scenario.AwaitAsync("to_regclass('vkyc.freshness') IS NOT NULL", "the worker has made the tables", () => worker.Output);
        await using var page = VkycProcess.Start(new Dictionary<string, string>(scenario.Settings, StringComparer.Ordinal) { ["Page:Url"] = AnyPort }, "page");
        await using var open = await chromium.OpenAsync(await AddressOfAsync(page));
        await scenario.SendAsync(30);
        await open.AwaitStateAsync("fresh");

        // It is killed between a load and the derived rows of that load.
        await using (await scenario.HoldLoadsAsync("vkyc.transactions"))
        {
            await scenario.SendAsync(30);
            await scenario.AwaitHeldLoadAsync(() => worker.Output);
            await worker.KillAsync();
        }

        await open.AwaitStateAsync("stale");
        Assert.Contains("nothing loaded for", await open.TextAsync("#standing"), StringComparison.Ordinal);
        await using var next = scenario.StartWorker();
        await open.AwaitStateAsync("fresh");
    }

    [Fact]
    public async Task A_ledger_row_that_is_gone_is_red_with_partition_offsets_and_command()
    {
        await using var running = await RunningPage.StartAsync(postgres, seed: 4, transactions: 50);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        await open.AwaitStateAsync("fresh");
        Assert.Equal("✓ complete", await open.TextAsync("#complete"));
        await using var database = NpgsqlDataSource.Create(running.Database!);

        // A partition's last range: its progress then says more than the ledger does.
        await using (var damage = database.CreateCommand("DELETE FROM vkyc_etl.load_ranges WHERE ctid = (SELECT ctid FROM vkyc_etl.load_ranges ORDER BY last_offset DESC LIMIT 1)"))
            Assert.Equal(1, await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        await open.AwaitStateAsync("broken");
        var words = await open.TextAsync("#complete");
        foreach (var part in new[] { "not complete", "partition", "offset", "vkyc audit" })
            Assert.Contains(part, words, StringComparison.Ordinal);
        Assert.Equal("rgb(179, 38, 30)", await open.Tab.EvaluateAsync<string>("getComputedStyle(document.querySelector('#complete')).color"));
        await open.Tab.ClickAsync("#partitions summary");
        Assert.Contains("does not add up", await open.TextAsync("#partitions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_known_is_amber_and_short_and_says_why_where_asked()
    {
        const string why = "not known here: the page's credential does not read vkyc_etl. To show it: GRANT USAGE ON SCHEMA vkyc_etl TO \"reader\";";
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 5, transactions: 20);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        await open.RewriteAsync("**/api/status", status => (status["complete"], status["identity"], status["lag_events"], status["fault"]) = (null, null, null, why));
        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        Assert.Equal("? completeness not known", await open.TextAsync("#complete"));
        Assert.Equal("rgb(138, 90, 0)", await open.Tab.EvaluateAsync<string>("getComputedStyle(document.querySelector('#complete')).color"));
        Assert.False(await open.Tab.IsVisibleAsync("#why p"));
        await open.Tab.ClickAsync("#why summary");
        Assert.Equal(why, await open.TextAsync("#why p"));
    }

    [Fact]
    public async Task Figures_that_take_long_are_asked_for_again_at_leisure_and_say_of_when_they_are()
    {
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 6, transactions: 20);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var polls = 0;
        await open.RewriteAsync("**/api/status", status =>
        {
            // Events come all the time.
            status["revision"] = $"{Interlocked.Increment(ref polls)}";
        });
        var held = new TaskCompletionSource();
        await open.Tab.RouteAsync("**/api/figures/times?*", async route =>
        {
            // A slow warehouse: longer than figures.js calls an effort.
            await Task.Delay(1_500);
            if (route.Request.Url.Contains("days=7&", StringComparison.Ordinal))
                await held.Task;
            await route.ContinueAsync();
        });
        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        var (asked, seen) = (Asked(), polls);
        await Eventually.TrueAsync(() => Task.FromResult(polls > seen), "the status is asked for again");
        await open.WaitAsync("document.querySelector('#age').textContent.includes('figures as of')");
        Assert.Equal(asked, Asked());

        // Another choice does not wait.
        await open.Tab.SelectOptionAsync("[name=days]", "14");
        await Eventually.TrueAsync(() => Task.FromResult(Asked() == asked + 1), "the figures of the choice are asked for", TimeSpan.FromSeconds(5));

        // Whoever goes back to what rests is shown that, not what was still on its way.
        await open.WaitAsync("document.body.dataset.shown.includes('days=14')");
        await open.Tab.SelectOptionAsync("[name=days]", "7");
        await Eventually.TrueAsync(() => Task.FromResult(Asked() == asked + 2), "the figures of the next choice are asked for", TimeSpan.FromSeconds(5));
        await open.Tab.GoBackAsync();
        await open.WaitAsync("!document.body.hasAttribute('aria-busy')");
        held.SetResult();
        Assert.Contains("days=14", await open.Tab.EvaluateAsync<string>("document.body.dataset.shown"), StringComparison.Ordinal);

        int Asked() => open.Requests.Count(request => request.AbsolutePath == "/api/figures/times");
    }

    [Fact]
    public async Task Whoever_goes_back_to_what_was_refused_is_not_shown_what_was_on_its_way()
    {
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 6, transactions: 20);
        await using var open = await chromium.OpenAsync(running.Address);
        await open.Tab.GotoAsync(running.At("?days=0").ToString());
        await open.Tab.Locator("#trouble", new() { HasText = "days" }).WaitForAsync();
        var held = await open.HoldAsync("**/api/figures/times?*");
        await open.Tab.SelectOptionAsync("[name=days]", "7");
        await open.WaitAsync("document.body.hasAttribute('aria-busy')");
        await open.Tab.GoBackAsync();

        // Given up at once: sooner than the page gives up a server that does not answer (15 s).
        await Eventually.TrueAsync(() => open.Tab.EvaluateAsync<bool>("!document.body.hasAttribute('aria-busy')"), "nothing is on its way", TimeSpan.FromSeconds(10));
        held.SetResult();
        await open.AwaitNextPollAsync();
        Assert.True(await open.Tab.IsVisibleAsync("#trouble"));
        Assert.False(await open.Tab.EvaluateAsync<bool>("'shown' in document.body.dataset"));
    }

    [Fact]
    public async Task Figures_of_another_choice_are_pale_keep_their_links_and_open_a_list_once_theirs_are_there()
    {
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 6, transactions: 20);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var held = await open.HoldAsync("**/api/figures/times?*");
        await open.Tab.SelectOptionAsync("[name=days]", "14");
        await open.WaitAsync("document.body.hasAttribute('aria-busy')");
        Assert.True(await open.Tab.EvaluateAsync<bool>("document.body.hasAttribute('data-other')"));
        Assert.Contains("days=30", await SqlAsync(), StringComparison.Ordinal);

        // What is looked at meanwhile does not begin the wait anew.
        var answered = 0;
        open.Tab.RequestFinished += (_, request) => answered += request.Url.EndsWith("/api/status", StringComparison.Ordinal) ? 1 : 0;
        await open.Tab.SelectOptionAsync("[name=rule]", "strict");
        await Eventually.TrueAsync(() => Task.FromResult(answered > 0), "the status is asked for again");
        await open.Tab.ClickAsync("[data-list='stage:0:strict']");
        Assert.DoesNotContain("list=", open.Tab.Url, StringComparison.Ordinal);
        Assert.Single(open.Requests, request => request.AbsolutePath == "/api/figures/times" && request.Query.Contains("days=14", StringComparison.Ordinal));
        held.SetResult();
        await open.Tab.WaitForSelectorAsync("#list[open]");
        await open.WaitAsync("document.body.dataset.shown.includes('days=14')");
        Assert.False(await open.Tab.EvaluateAsync<bool>("document.body.hasAttribute('data-other')"));
        Assert.Contains("days=14", await SqlAsync(), StringComparison.Ordinal);

        async Task<string> SqlAsync() => (await open.Tab.Locator("[data-figure=times] a >> nth=0").GetAttributeAsync("href"))!;
    }

    [Fact]
    public async Task How_long_ago_an_event_was_follows_the_clock_where_nothing_comes()
    {
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 7, transactions: 20);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        await open.RewriteAsync("**/api/status", status => status["as_of"] = ((DateTimeOffset)status["as_of"]!).AddDays(1000).UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        await open.Tab.ReloadAsync();
        await open.AwaitFiguresAsync();
        var ages = await open.Tab.Locator("#types tbody td:last-child").AllInnerTextsAsync();
        Assert.NotEmpty(ages);
        Assert.All(ages, age => Assert.Matches("^(never|1,0.. d ago)", age.Trim()));
    }

    [Fact]
    public async Task A_partition_of_a_topic_that_was_made_anew_stands_once_beside_that_of_the_old_one()
    {
        await using var running = await RunningPage.StartAsync(postgres: null, seed: 8, transactions: 20);
        await using var open = await chromium.OpenAsync(running.At("?days=30"));
        var (polls, partitions) = (0, 0);
        await open.RewriteAsync("**/api/status", status =>
        {
            var rows = status["partitions"]!.AsArray();
            partitions = rows.Count;
            foreach (var row in rows.ToList())
            {
                var old = row!.DeepClone();
                (old["topic_id"], old["current"]) = ("another", false);
                rows.Add(old);
            }

            Interlocked.Increment(ref polls);
        });
        await Eventually.TrueAsync(() => Task.FromResult(polls > 2), "the status is asked for some times");
        Assert.True(partitions > 0);
        Assert.Equal(2 * partitions, await open.Tab.Locator("#partitions tbody tr").CountAsync());
        Assert.Equal(partitions, await open.Tab.Locator("#partitions tbody small", new() { HasText = "not read now" }).CountAsync());
    }

    private static async Task<Uri> AddressOfAsync(VkycProcess page)
    {
        const string words = "The page is at ";
        await Eventually.TrueAsync(() => Task.FromResult(page.Output.Contains(words, StringComparison.Ordinal)), "the page is served", TimeSpan.FromSeconds(60), () => page.Output);
        return new Uri(page.Output.Split(words)[1].Split(". Ctrl-C")[0]);
    }
}
