using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page;

/// <summary>A PostgreSQL warehouse with a read-only role, loaded and left alone, and a member of that role.</summary>
public sealed class ReadOnlyWorld : PageWorld
{
    private readonly PostgresServer postgres;
    private readonly string role = $"vkyc reader {Guid.NewGuid():n}";
    private readonly string login = $"analyst_{Guid.NewGuid():n}";

    public ReadOnlyWorld(PostgresServer postgres) => this.postgres = postgres;

    internal string Owner { get; private set; } = "";

    internal override int Transactions => 100;

    internal override async Task<Dictionary<string, string>> WarehouseAsync()
    {
        Owner = await postgres.CreateDatabaseAsync();
        return new(StringComparer.Ordinal) { ["Warehouse:Engine"] = "postgres", ["Warehouse:ConnectionString"] = Owner, ["Warehouse:ReadOnlyRole"] = role };
    }

    /// <summary>The connection string of a new member of the role.</summary>
    internal async Task<string> MemberAsync()
    {
        await ExecuteAsync($"DO $$ BEGIN IF to_regrole('{login}') IS NULL THEN CREATE ROLE {login} LOGIN PASSWORD 'secret'; GRANT \"{role}\" TO {login}; END IF; END $$");
        return new NpgsqlConnectionStringBuilder(Owner) { Username = login, Password = "secret" }.ConnectionString;
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Owner);
        await connection.ExecuteAsync(sql);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await ExecuteAsync($"DO $$ BEGIN IF to_regrole('{login}') IS NOT NULL THEN DROP OWNED BY {login}; DROP ROLE {login}; END IF; DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"; END $$");
    }
}

/// <summary><c>vkyc page</c>, by itself, on PostgreSQL.</summary>
public sealed class PageAloneTests(ReadOnlyWorld world) : IClassFixture<ReadOnlyWorld>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_member_of_the_read_only_role_sees_the_figures_and_what_would_show_the_rest()
    {
        await using var page = await StartAsync(await world.MemberAsync());
        foreach (var figure in (string[])["times", "reasons", "outcomes", "slots", "quality"])
            Assert.Equal(Rows(await world.TextAsync($"/api/figures/{figure}?days=30")), Rows(await page.TextAsync($"/api/figures/{figure}?days=30")));
        Assert.Equal(100, Rows(await page.TextAsync("/api/figures/funnel?days=30"), row => row.GetProperty("entered"))[0].GetInt64());

        var status = await page.JsonAsync("/api/status");
        Assert.Equal(JsonValueKind.Null, status.GetProperty("complete").ValueKind);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("identity").ValueKind);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("lag_events").ValueKind);
        Assert.Equal(0, status.GetProperty("freshness").GetProperty("marts_behind_loads").GetInt64());
        var grants = Regex.Matches(status.GetProperty("fault").GetString()!, "GRANT [^;]+;", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Value).ToList();
        Assert.Equal(2, grants.Count);

        // A transaction opens; who opened it is in the log, and its id and agents are not.
        var transaction = (await world.QueryAsync("SELECT app_id, transaction_id, CAST(transaction_key AS text) AS transaction_key FROM vkyc.transactions WHERE attempts > 0 ORDER BY transaction_id LIMIT 1"))[0];
        var id = transaction.GetProperty("transaction_id").GetString()!;
        var opened = await page.JsonAsync($"/api/transactions/{transaction.GetProperty("app_id").GetString()}/{id}");
        Assert.Equal(JsonValueKind.Null, opened.GetProperty("quarantined").ValueKind);
        await Eventually.TrueAsync(() => Task.FromResult(page.Output.Contains(transaction.GetProperty("transaction_key").GetString()!, StringComparison.Ordinal)), "the access is logged", details: () => page.Output);
        Assert.DoesNotContain(id, page.Output, StringComparison.Ordinal);

        // The two lines do what they say.
        foreach (var grant in grants)
            await world.ExecuteAsync(grant);
        await Eventually.TrueAsync(async () => (await page.JsonAsync("/api/status")).GetProperty("complete").ValueKind == JsonValueKind.True, "the identity is shown", Patience);
        Assert.Equal(JsonValueKind.Null, (await page.JsonAsync("/api/status")).GetProperty("fault").ValueKind);
        Assert.Equal(JsonValueKind.Array, (await page.JsonAsync($"/api/transactions/{transaction.GetProperty("app_id").GetString()}/{id}")).GetProperty("quarantined").ValueKind);
    }

    [Fact]
    public async Task A_warehouse_that_goes_away_is_503_until_it_is_back()
    {
        var server = new NpgsqlConnectionStringBuilder(world.Owner);
        await using var proxy = new PostgresProxy(server.Port);
        await using var page = await StartAsync(new NpgsqlConnectionStringBuilder(world.Owner) { Host = "127.0.0.1", Port = proxy.Port, Timeout = 3 }.ConnectionString);
        await page.TextAsync("/api/figures/funnel");
        proxy.Sever();
        foreach (var path in (string[])["/api/figures/funnel?days=3", "/api/status", "/api/transactions?list=moving", "/api/transactions/a/b"])
        {
            using var answer = await page.Http.GetAsync(new Uri(path, UriKind.Relative), Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        }

        await page.TextAsync("/");
        proxy.Restore();
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await page.Http.GetAsync(new Uri("/api/status", UriKind.Relative), Token);
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "it answers again");
        await Eventually.TrueAsync(() => Task.FromResult(page.Output.Contains("can be read again", StringComparison.Ordinal)), "the log says so", details: () => page.Output);
    }

    [Fact]
    public async Task A_hole_in_the_ledger_is_named()
    {
        await using var page = await StartAsync(world.Owner);
        Assert.True((await page.JsonAsync("/api/status")).GetProperty("complete").GetBoolean());
        await world.ExecuteAsync("CREATE TABLE public.kept AS SELECT * FROM vkyc_etl.load_ranges WHERE partition = 3; DELETE FROM vkyc_etl.load_ranges WHERE partition = 3");
        await Eventually.TrueAsync(async () => (await page.JsonAsync("/api/status")).GetProperty("complete").ValueKind == JsonValueKind.False, "the hole is seen");
        var fault = (await page.JsonAsync("/api/status")).GetProperty("fault").GetString()!;
        Assert.Contains("partition 3", fault, StringComparison.Ordinal);
        Assert.Contains("vkyc audit", fault, StringComparison.Ordinal);
        await world.ExecuteAsync("INSERT INTO vkyc_etl.load_ranges SELECT * FROM public.kept; DROP TABLE public.kept");
        await Eventually.TrueAsync(async () => (await page.JsonAsync("/api/status")).GetProperty("complete").GetBoolean(), "it is whole again");
    }

    [Fact]
    public async Task Pseudonyms_of_a_process_that_is_gone_are_not_what_a_browser_keeps()
    {
        await using var before = await StartAsync(world.Owner);
        await using var after = await StartAsync(world.Owner);
        var path = new Uri("/api/figures/agents?days=30", UriKind.Relative);
        using var kept = await before.Http.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(before));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(after));

        async Task<HttpStatusCode> StatusAsync(RunningPage page)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.IfNoneMatch.Add(kept.Headers.ETag!);
            using var answer = await page.Http.SendAsync(request, Token);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task The_topic_that_a_worker_elsewhere_reads_is_the_one_loaded_last()
    {
        await using var page = await StartAsync(world.Owner, rawTopic: "not-the-workers");
        var partitions = (await page.JsonAsync("/api/status")).GetProperty("partitions");
        Assert.True(partitions.GetArrayLength() > 0);
        Assert.All(partitions.EnumerateArray(), partition => Assert.True(partition.GetProperty("current").GetBoolean()));
    }

    [Fact]
    public async Task Another_address_without_a_token_refuses_to_start()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Warehouse:Engine"] = "postgres", ["Warehouse:ConnectionString"] = world.Owner, ["Page:Url"] = "http://0.0.0.0:0" };
        await using var page = VkycProcess.Start(settings, "page");
        Assert.Equal(2, await page.WaitForExitAsync());
        Assert.Contains("Page:Token", page.Output, StringComparison.Ordinal);
    }

    private static string Rows(string json) => string.Join('\n', Rows(json, row => row));

    private static List<JsonElement> Rows(string json, Func<JsonElement, JsonElement> cell)
    {
        using var parsed = JsonDocument.Parse(json);
        return [.. parsed.RootElement.GetProperty("rows").EnumerateArray().Select(row => cell(row).Clone())];
    }

    private static async Task<RunningPage> StartAsync(string connection, string? rawTopic = null)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Warehouse:Engine"] = "postgres", ["Warehouse:ConnectionString"] = connection, ["Page:Url"] = "http://127.0.0.1:0" };
        if (rawTopic is not null)
            settings["Kafka:RawTopic"] = rawTopic;
        var page = new RunningPage(VkycProcess.Start(settings, "page"));
        await Eventually.TrueAsync(() => Task.FromResult(page.Output.Contains("The page is at", StringComparison.Ordinal)), "the page is served", details: () => page.Output);
        page.Http.BaseAddress = new Uri(Regex.Match(page.Output, @"The page is at (?<url>http://\S+)\.", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["url"].Value);
        return page;
    }

    private sealed class RunningPage(VkycProcess process) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new();

        public string Output => process.Output;

        public async Task<string> TextAsync(string path)
        {
            using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), Token);
            var text = await answer.Content.ReadAsStringAsync(Token);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}: {text}\n{Output}");
            return text;
        }

        public async Task<JsonElement> JsonAsync(string path)
        {
            using var parsed = JsonDocument.Parse(await TextAsync(path));
            return parsed.RootElement.Clone();
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await process.DisposeAsync();
        }
    }
}
