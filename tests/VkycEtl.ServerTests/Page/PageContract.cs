using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using VkycEtl.ServerTests.Servers;
using Xunit.Sdk;

namespace VkycEtl.ServerTests.Page;

/// <summary>What the page's server promises on every engine: numbers are what their SQL gives, and a list is as long as the number behind it.</summary>
public abstract class PageContract(PageWorld world)
{
    private const string Range = "days=60";

    private static readonly string[] Figures = ["funnel", "trend", "times", "outcomes", "reasons", "agents", "slots", "quality"];

    [Fact]
    public async Task Every_figure_is_what_its_sql_gives()
    {
        foreach (var figure in Figures)
        {
            foreach (var query in (string[])[Range, $"{Range}&app=appb-vkyc&cohort=scheduled", "from=2020-01-01&to=2020-01-02", $"{Range}&app=none%27%20OR%20%271%27=%271"])
            {
                await AgreeAsync(async () =>
                {
                    var shown = await world.JsonAsync($"/api/figures/{figure}?{query}");
                    var sql = await world.TextAsync($"/api/figures/{figure}.sql?{query}");
                    Assert.DoesNotContain('$', sql);
                    var rows = await world.QueryAsync(sql);
                    AssertSame(shown.GetProperty("rows"), rows, $"{figure}?{query}");
                    var csv = await world.TextAsync($"/api/figures/{figure}.csv?{query}");
                    Assert.Equal(rows.GetArrayLength() + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
                });
            }
        }
    }

    [Fact]
    public async Task Figures_are_what_the_views_say()
    {
        await AgreeAsync(async () =>
        {
            var funnel = (await world.JsonAsync($"/api/figures/funnel?{Range}")).GetProperty("rows");
            var approved = funnel.EnumerateArray().Last();
            var trend = (await world.JsonAsync($"/api/figures/trend?{Range}")).GetProperty("rows").EnumerateArray().ToList();
            var sla = (await world.QueryAsync("SELECT sum(entered) AS entered, sum(CASE WHEN approved_within_sla IS NOT NULL THEN matured END) AS matured, sum(approved_within_sla) AS within_sla FROM vkyc.sla_daily"))[0];
            Assert.Equal(300, PageWorld.Number(funnel[0], "entered"));
            Assert.Equal(PageWorld.Number(sla, "entered"), trend.Sum(day => PageWorld.Number(day, "entered")));
            Assert.Equal(PageWorld.Number(sla, "matured"), trend.Sum(day => PageWorld.Number(day, "matured")));
            Assert.Equal(PageWorld.Number(sla, "within_sla"), trend.Sum(day => PageWorld.Number(day, "approved_within_sla")));
            Assert.Equal(PageWorld.Number(approved, "reached"), trend.Sum(day => PageWorld.Number(day, "approved")));
            Assert.Equal(PageWorld.Number(approved, "moving"), trend.Sum(day => PageWorld.Number(day, "moving")));
            Assert.All(trend, day => Assert.InRange(PageWorld.Number(day, "entered_by_now"), 0, PageWorld.Number(day, "entered")));
            Assert.Equal(PageWorld.Number(trend[^1], "entered"), PageWorld.Number(trend[^1], "entered_by_now"));
        });

        // The days to come as well: a slot may be booked for tomorrow, and the views have it.
        var now = DateTime.UtcNow;
        var whole = string.Create(CultureInfo.InvariantCulture, $"from={now.AddDays(-60):yyyy-MM-dd}&to={now.AddDays(60):yyyy-MM-dd}");
        foreach (var (figure, view, column) in new[] { ("reasons", "reasons_daily", "attempts"), ("agents", "agents_daily", "attempts"), ("agents", "agents_daily", "incomplete"), ("outcomes", "outcomes_daily", "open_stale"), ("slots", "slots_daily", "no_show"), ("slots", "slots_daily", "started_in_slot") })
        {
            await AgreeAsync(async () =>
            {
                var rows = (await world.JsonAsync($"/api/figures/{figure}?{whole}")).GetProperty("rows").EnumerateArray();
                Assert.Equal(await world.CountAsync($"SELECT CAST(sum({column}) AS bigint) AS n FROM vkyc.{view}"), rows.Sum(row => PageWorld.Number(row, column)));
            });
        }

        // Every day of the two that count by instants is the view's, in every column: of all apps together, and of one alone with its rates.
        foreach (var (figure, view, columns) in new[]
        {
            ("outcomes", "outcomes_daily", (string[])["attempts", "started", "completed", "approved", "declined", "other", "incomplete", "abandoned", "open_attempts", "open_stale", "first_attempts", "first_attempts_approved"]),
            ("slots", "slots_daily", (string[])["slots", "reschedules", "matured", "started_before", "started_in_slot", "started_after", "no_show"]),
        })
        {
            var sums = string.Join(", ", columns.Select(column => $"CAST(sum({column}) AS bigint) AS {column}"));
            await AgreeAsync(async () =>
            {
                Assert.Equal(
                    Days(await world.QueryAsync($"SELECT day, {sums} FROM vkyc.{view} GROUP BY day ORDER BY day"), columns),
                    Days((await world.JsonAsync($"/api/figures/{figure}?{whole}")).GetProperty("rows"), columns));
                string[] all = figure == "outcomes" ? [.. columns, "approval_rate", "completion_rate"] : columns;
                Assert.Equal(
                    Days(await world.QueryAsync($"SELECT * FROM vkyc.{view} WHERE app_id = 'appb-vkyc' ORDER BY day"), all),
                    Days((await world.JsonAsync($"/api/figures/{figure}?{whole}&app=appb-vkyc")).GetProperty("rows"), all));
            });
        }

        // A day by itself: its percentiles and rates are the view's.
        var day = (await world.QueryAsync("SELECT day, app_id, n, p50_seconds, negatives FROM vkyc.stage_times_daily WHERE measure = 'call' ORDER BY n DESC, day, app_id LIMIT 1"))[0];
        var on = day.GetProperty("day").GetString();
        var times = (await world.JsonAsync($"/api/figures/times?from={on}&to={on}&app={day.GetProperty("app_id").GetString()}")).GetProperty("rows").EnumerateArray().Single(row => row.GetProperty("measure").GetString() == "call");
        Assert.Equal(PageWorld.Number(day, "n"), PageWorld.Number(times, "n"));
        Assert.Equal(day.GetProperty("p50_seconds").GetDouble(), times.GetProperty("p50_seconds").GetDouble(), 6);
        var completion = await world.QueryAsync($"SELECT completion_rate, approval_rate FROM vkyc.outcomes_daily WHERE day = '{on}' AND app_id = '{day.GetProperty("app_id").GetString()}'");
        var outcomes = (await world.JsonAsync($"/api/figures/outcomes?from={on}&to={on}&app={day.GetProperty("app_id").GetString()}")).GetProperty("rows")[0];
        Assert.Equal(completion[0].GetProperty("completion_rate").GetRawText(), outcomes.GetProperty("completion_rate").GetRawText());
        Assert.Equal(completion[0].GetProperty("approval_rate").GetRawText(), outcomes.GetProperty("approval_rate").GetRawText());
    }

    [Fact]
    public async Task A_list_is_as_long_as_the_number_behind_it()
    {
        foreach (var filter in (string[])[Range, $"{Range}&cohort=scheduled", $"{Range}&app=appb-vkyc", $"{Range}&app=appc-vkyc&cohort=scheduled", "days=5"])
        {
            await AgreeAsync(async () =>
            {
                foreach (var row in (await world.JsonAsync($"/api/figures/funnel?{filter}")).GetProperty("rows").EnumerateArray())
                {
                    var stage = PageWorld.Number(row, "stage_no");
                    foreach (var rule in (string[])["open", "strict"])
                    {
                        await AssertTotalAsync(PageWorld.Number(row, "reached_" + rule), $"stage:{stage}:{rule}", filter);
                        if (stage > 0)
                            await AssertTotalAsync(PageWorld.Number(row, "previous_" + rule) - PageWorld.Number(row, "reached_" + rule), $"lost:{stage}:{rule}", filter);
                    }

                    await AssertTotalAsync(PageWorld.Number(row, "moving"), $"moving:{stage}", filter);
                }
            });
        }

        foreach (var days in (string[])["days=4", Range])
        {
            await AgreeAsync(async () =>
            {
                var noShows = (await world.JsonAsync($"/api/figures/slots?{days}")).GetProperty("rows").EnumerateArray().Sum(row => PageWorld.Number(row, "no_show"));
                Assert.True(noShows > 0 || days != Range);
                await AssertTotalAsync(noShows, "no_show", days);
                foreach (var row in (await world.JsonAsync($"/api/figures/times?{days}")).GetProperty("rows").EnumerateArray())
                    await AssertTotalAsync(PageWorld.Number(row, "n"), $"measure:{row.GetProperty("measure").GetString()}", days);
            });
        }
    }

    [Fact]
    public async Task Reasons_and_agents_open_as_many_attempts_as_they_say()
    {
        JsonElement agents = default;
        foreach (var days in (string[])["days=4", Range])
        {
            var reasons = (await world.JsonAsync($"/api/figures/reasons?{days}")).GetProperty("rows");
            agents = (await world.JsonAsync($"/api/figures/agents?{days}")).GetProperty("rows");
            Assert.True(reasons.GetArrayLength() > 3 && agents.GetArrayLength() > 3);
            foreach (var row in reasons.EnumerateArray())
                await AssertTotalAsync(PageWorld.Number(row, "attempts"), $"reason:{row.GetProperty("outcome").GetString()}:{row.GetProperty("reason_key").GetString()}", days);
            foreach (var row in agents.EnumerateArray())
                await AssertTotalAsync(PageWorld.Number(row, "attempts"), $"agent:{row.GetProperty("agent").GetString()}", days);
        }

        // Pseudonyms: one an agent, and no agent in the clear.
        var known = (await world.QueryAsync("SELECT DISTINCT agent_key FROM vkyc.call_attempts WHERE agent_key IS NOT NULL")).EnumerateArray().Select(row => row.GetProperty("agent_key").GetString()!).ToList();
        Assert.Equal(known.Count, agents.EnumerateArray().Select(row => row.GetProperty("agent").GetString()).Where(agent => agent is not null).Distinct(StringComparer.Ordinal).Count());
        var pseudonym = agents[0].GetProperty("agent").GetString()!;
        Assert.Contains("$value", await world.TextAsync($"/api/transactions.sql?{Range}&list=agent:{pseudonym}"), StringComparison.Ordinal);
        foreach (var text in (string[])[agents.GetRawText(), await world.TextAsync($"/api/figures/agents.csv?{Range}"), await world.TextAsync($"/api/transactions.sql?{Range}&list=agent:{pseudonym}")])
            Assert.All(known, agent => Assert.DoesNotContain(agent, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_of_a_list_hold_every_row_once()
    {
        foreach (var list in (string[])["stage:0:open", "measure:call"])
        {
            var rows = new List<string>();
            var cursor = "";
            long total;
            do
            {
                var page = await world.JsonAsync($"/api/transactions?{Range}&list={list}{cursor}");
                total = PageWorld.Number(page, "total");
                Assert.InRange(page.GetProperty("rows").GetArrayLength(), 1, 50);
                rows.AddRange(page.GetProperty("rows").EnumerateArray().Select(row => $"{row.GetProperty("app_id")}/{row.GetProperty("transaction_id")}/{row.GetProperty("attempt_no")}"));
                cursor = page.GetProperty("next").GetString() is { } next ? $"&cursor={next}" : "";
            }
            while (cursor.Length > 0);
            Assert.Equal(total, rows.Count);
            Assert.Equal(total, rows.Distinct(StringComparer.Ordinal).Count());
            var all = await world.QueryAsync(await world.TextAsync($"/api/transactions.sql?{Range}&list={list}"));
            Assert.Equal(all.EnumerateArray().Select(row => $"{row.GetProperty("app_id")}/{row.GetProperty("transaction_id")}/{row.GetProperty("attempt_no")}"), rows, StringComparer.Ordinal);
        }
    }

    [Fact]
    public async Task A_transaction_opens_with_its_events_attempts_and_masks()
    {
        var sought = (await world.QueryAsync("SELECT app_id, transaction_id, events, attempts, state FROM vkyc.transactions WHERE attempts > 1 ORDER BY events DESC, transaction_id LIMIT 1"))[0];
        var (app, id) = (sought.GetProperty("app_id").GetString()!, sought.GetProperty("transaction_id").GetString()!);
        var text = await world.TextAsync($"/api/transactions/{Uri.EscapeDataString(app)}/{Uri.EscapeDataString(id)}");
        using var found = JsonDocument.Parse(text);
        var transaction = found.RootElement.GetProperty("transaction");
        Assert.Equal((id, sought.GetProperty("state").GetString()), (transaction.GetProperty("transaction_id").GetString(), transaction.GetProperty("state").GetString()));
        Assert.Equal(PageWorld.Number(sought, "events"), found.RootElement.GetProperty("events").GetArrayLength());
        Assert.Equal(PageWorld.Number(sought, "attempts"), found.RootElement.GetProperty("attempts").GetArrayLength());
        var times = found.RootElement.GetProperty("events").EnumerateArray().Select(row => row.GetProperty("event_time").GetDateTime()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal(0, found.RootElement.GetProperty("quarantined").GetArrayLength());
        var agents = await world.QueryAsync($"SELECT DISTINCT agent_id FROM vkyc.events WHERE transaction_id = '{id}' AND agent_id IS NOT NULL");
        Assert.NotEqual(0, agents.GetArrayLength());
        Assert.All(agents.EnumerateArray(), agent => Assert.DoesNotContain(agent.GetProperty("agent_id").GetString()!, text, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(transaction.GetProperty("latest_agent_key").GetString(), found.RootElement.GetProperty("attempts").EnumerateArray().Select(row => row.GetProperty("agent_key").GetString()), StringComparer.Ordinal);
        Assert.Contains(transaction.GetProperty("latest_agent_key").GetString(), found.RootElement.GetProperty("events").EnumerateArray().Select(row => row.GetProperty("agent").GetString()), StringComparer.Ordinal);
        using var none = await world.Http.GetAsync(new Uri($"/api/transactions/{app}/%27%20OR%20%271%27=%271", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task Nothing_that_is_asked_changes_anything()
    {
        var before = await StateAsync();
        string[] injections = ["'; DELETE FROM vkyc.transactions; --", "' OR '1'='1", "\\'; DROP TABLE vkyc.events; --", "$value", "$1; DELETE FROM vkyc.events", "%00", "\u2019 OR 1=1"];
        string[] places = ["figures/funnel?app=", "figures/quality.csv?app=", "figures/trend?cohort=", "figures/times?from=2026-01-01&to=", "transactions?list=", "transactions?list=reason:DECLINED:", "transactions.csv?list=agent:", "transactions?list=moving&cursor=", "figures/funnel?days="];
        foreach (var place in places)
        {
            foreach (var injection in injections)
            {
                var value = injection == "%00" ? injection : Uri.EscapeDataString(injection);
                using var answer = await world.Http.GetAsync(new Uri($"/api/{place}{value}", UriKind.Relative), TestContext.Current.CancellationToken);
                var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{place}{injection}: {answer.StatusCode}: {text}");
                if (place.StartsWith("transactions?list=reason", StringComparison.Ordinal) && answer.StatusCode == HttpStatusCode.OK)
                    Assert.Equal("""{"total":0,"rows":[],"next":null}""", text);
            }
        }

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task The_pipeline_says_that_it_is_complete()
    {
        var status = await world.JsonAsync("/api/status");
        Assert.True(status.GetProperty("complete").GetBoolean());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("fault").ValueKind);
        var identity = status.GetProperty("identity");
        Assert.Equal(PageWorld.Number(identity, "offsets"), ((string[])["loaded", "duplicates", "quarantined", "gaps", "lost"]).Sum(part => PageWorld.Number(identity, part)));
        Assert.Equal(await world.CountAsync("SELECT count(*) AS n FROM vkyc.events"), PageWorld.Number(identity, "loaded"));
        var partitions = status.GetProperty("partitions").EnumerateArray().ToList();
        Assert.Equal(PageWorld.Number(identity, "loaded"), partitions.Sum(row => PageWorld.Number(row, "loaded")));
        Assert.All(partitions, row => Assert.False(row.GetProperty("broken").GetBoolean()));
        await Eventually.TrueAsync(async () => (await world.JsonAsync("/api/status")).GetProperty("lag_events") is { ValueKind: JsonValueKind.Number } lag && lag.GetInt64() == 0, "the worker's lag is known and 0");
        Assert.Equal(["appa-vkyc", "appb-vkyc", "appc-vkyc"], status.GetProperty("apps").EnumerateArray().Select(app => app.GetString()!), StringComparer.Ordinal);
    }

    /// <summary>
    /// Reads and compares until all of it agrees: some numbers follow the clock, and the page keeps a figure for up to a minute while SQL counts now. Only a
    /// comparison that fails is made again, never what was answered with a fault.
    /// </summary>
    private static async Task AgreeAsync(Func<Task> compare)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await compare();
                return;
            }
            catch (XunitException) when (clock.Elapsed < TimeSpan.FromMinutes(2))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            }
        }
    }

    private static List<string> Days(JsonElement rows, string[] columns) =>
        [.. rows.EnumerateArray().Select(row => $"{row.GetProperty("day")}: {string.Join(' ', columns.Select(column => row.GetProperty(column).GetRawText()))}")];

    private async Task<string> StateAsync() => (await world.QueryAsync("""
        SELECT (SELECT count(*) FROM vkyc.events) AS events, (SELECT count(*) FROM vkyc.transactions) AS transactions, (SELECT count(*) FROM vkyc.call_attempts) AS attempts,
               (SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('vkyc', 'vkyc_etl')) AS relations
        """)).GetRawText();

    private async Task AssertTotalAsync(long number, string list, string filter)
    {
        var query = $"{filter}&list={Uri.EscapeDataString(list)}";
        var page = await world.JsonAsync($"/api/transactions?{query}");
        Assert.True(number == PageWorld.Number(page, "total"), $"{list} ({filter}): the number is {number}, the list's total {page.GetProperty("total")}");
        Assert.Equal(Math.Min(number, 50), page.GetProperty("rows").GetArrayLength());
        var csv = await world.TextAsync($"/api/transactions.csv?{query}");
        Assert.Equal(number + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    // The same columns and values; an agent only under its pseudonym.
    private static void AssertSame(JsonElement shown, JsonElement given, string what)
    {
        Assert.True(shown.GetArrayLength() == given.GetArrayLength(), $"{what}: {shown.GetArrayLength()} rows are shown, the SQL gives {given.GetArrayLength()}");
        foreach (var (left, right) in shown.EnumerateArray().Zip(given.EnumerateArray()))
        {
            Assert.Equal(left.EnumerateObject().Select(cell => cell.Name), right.EnumerateObject().Select(cell => cell.Name), StringComparer.Ordinal);
            foreach (var (cell, other) in left.EnumerateObject().Zip(right.EnumerateObject()))
            {
                var isSame = cell.Name == "agent" ? cell.Value.ValueKind == other.Value.ValueKind : cell.Value.ToString() == other.Value.ToString() && cell.Value.ValueKind == other.Value.ValueKind;
                Assert.True(isSame, $"{what}, {cell.Name}: {cell.Value} is shown, the SQL gives {other.Value}");
            }
        }
    }
}

public sealed class DuckDbPageTests(DuckDbPage world) : PageContract(world), IClassFixture<DuckDbPage>;

public sealed class PostgresPageTests(PostgresPage world) : PageContract(world), IClassFixture<PostgresPage>;
