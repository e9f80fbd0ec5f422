using System.Text.Json;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Every number on the page is what the SQL behind its own link gives, run by <c>vkyc query</c>: two seeds, two engines.</summary>
public sealed class NumbersTests(Chromium chromium, SimulatedPages pages, PostgresServer postgres)
{
    private static readonly string[] Figures = ["funnel", "trend", "times", "outcomes", "reasons", "agents", "slots", "quality"];

    [Theory]
    [InlineData("duckdb", 1, "?days=30", "any", "open")]
    [InlineData("duckdb", 2, "?days=7&cohort=scheduled&rule=strict&app=appa-vkyc", "scheduled", "strict")]
    [InlineData("postgres", 1, "?rule=strict", "any", "strict")]
    [InlineData("postgres", 2, "?app=appb-vkyc", "any", "open")]
    public async Task Every_number_is_that_of_its_own_sql(string engine, int seed, string address, string cohort, string rule)
    {
        var running = await pages.GetAsync(engine, postgres, seed);
        await using var open = await chromium.OpenAsync(running.At(address));
        await ExpandAsync(open);

        // Some numbers follow the clock: where one moved between the page and the query, both are asked once more. The page keeps what it was answered for
        // up to a minute, so that the next minute must be in the time.
        var different = "";
        await Eventually.TrueAsync(
            async () =>
            {
                await open.Tab.ReloadAsync();
                await open.AwaitFiguresAsync();
                await ExpandAsync(open);
                different = await CompareAsync(running, open, cohort, rule);
                return different.Length == 0;
            },
            "the page says what its SQL says",
            TimeSpan.FromMinutes(2),
            () => different);
    }

    private static async Task ExpandAsync(OpenPage open)
    {
        await open.Tab.ClickAsync("#trend-as-table");
        foreach (var more in await open.Tab.Locator("main .more:visible").AllAsync())
            await more.ClickAsync();
    }

    private static async Task<string> CompareAsync(RunningPage running, OpenPage open, string cohort, string rule)
    {
        var rows = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
        foreach (var figure in Figures)
        {
            var link = await open.Tab.Locator($"[data-figure={figure}] a >> nth=0").GetAttributeAsync("href");
            rows[figure] = await running.QueryAsync(await running.ReadAsync(link!));
        }

        var funnel = await ReadAsync("#funnel table", 2, 3, 4, 6, 7);
        var times = (await ReadAsync("#times table", 1, 2, 3)).Select(row => row[2] == "0" ? ["0"] : row);
        var types = (await ReadAsync("#types", 1, 2)).Select(row => (string[])[row[0].Split(" of ") is [var apps, _] ? $"{apps} of" : row[0], row[1]]);
        string[] all =
        [
            Difference("funnel", ExpectedFigures.Funnel(rows["funnel"], rule, cohort), funnel),
            Difference("trend", ExpectedFigures.Trend(rows["trend"]), await ReadAsync("#trend-table table", 1, 2, 3, 4, 5, 6)),
            Difference("times", ExpectedFigures.Times(rows["times"]), times),
            Difference("outcomes", ExpectedFigures.OutcomesOf(rows["outcomes"]), await ReadAsync("#outcomes table:not([id])", 1, 2)),
            Difference("reasons", ExpectedFigures.Reasons(rows["reasons"]), await ReadAsync("#reasons", 0, 1, 2)),
            Difference("agents", ExpectedFigures.Agents(rows["agents"]), await ReadAsync("#agents table", 1, 2, 3)),
            Difference("slots", ExpectedFigures.Slots(rows["slots"]), (await ReadAsync("#slots table:not([id])", 1, 2)).Select(Trimmed)),
            Difference("slots by day", ExpectedFigures.SlotDays(rows["slots"]), await ReadAsync("#slot-days", 1, 2, 3)),
            Difference("types", ExpectedFigures.TypesOf(rows["quality"]), types),
            .. await CompareTilesAsync(running, open, rows, rule),
        ];
        return string.Join("; ", all.Where(part => part.Length > 0));

        async Task<List<string[]>> ReadAsync(string table, params int[] columns)
        {
            var shown = await open.ReadTableAsync(table);
            return [.. shown.Select(row => columns.Select(column => column < row.Count ? row[column].Text : "").ToArray())];
        }
    }

    private static async Task<string[]> CompareTilesAsync(RunningPage running, OpenPage open, Dictionary<string, IReadOnlyList<JsonElement>> rows, string rule)
    {
        var parameters = new Uri(open.Tab.Url).Query.TrimStart('?').Split('&').Where(part => part.StartsWith("app=", StringComparison.Ordinal) || part.StartsWith("cohort=", StringComparison.Ordinal));
        var days = await running.QueryAsync(await running.ReadAsync($"/api/figures/trend.sql?{string.Join('&', [.. parameters, "days=2"])}"));
        var approved = rows["funnel"][6];
        var start = rows["times"].FirstOrDefault(row => row.GetProperty("measure").GetString() == "assign_to_start");
        var judged = rows["trend"].Where(row => row.Number("approved_within_sla") is not null).ToList();
        return
        [
            await TileAsync("today", Words.Count(days[^1].Number("entered")), $"{Words.Count(days[0].Number("entered_by_now"))} same time yesterday"),
            await TileAsync("approved", Words.Percent(Words.Ratio(approved.Number($"reached_{rule}"), approved.Number("entered"))), ""),
            await TileAsync("sla", Words.Percent(Words.Ratio(judged.Sum("approved_within_sla"), judged.Sum("matured"))), ""),
            start.ValueKind == JsonValueKind.Undefined ? ""
                : await TileAsync("wait", Words.Duration(start.Number("p50_seconds")), $"p90 {Words.Duration(start.Number("p90_seconds"))} · n {Words.Count(start.Number("n"))}"),
        ];

        async Task<string> TileAsync(string id, string number, string note)
        {
            var (shown, said) = await open.ReadTileAsync(id);
            return shown.Text == number && said.Contains(note, StringComparison.Ordinal) ? "" : $"tile {id}: expected '{number}' and '{note}', found '{shown.Text}' and '{said}'";
        }
    }

    // A row of counts without a share ends before it.
    private static string[] Trimmed(string[] row) => row is [.. var head, ""] ? head : row;

    private static string Difference(string name, IEnumerable<string[]> expected, IEnumerable<string[]> shown)
    {
        var (want, have) = (Lines(expected), Lines(shown));
        return want == have ? "" : $"{name}: expected\n{want}\nfound\n{have}";

        static string Lines(IEnumerable<string[]> rows) => string.Join('\n', rows.Select(row => string.Join(" | ", row)));
    }
}
