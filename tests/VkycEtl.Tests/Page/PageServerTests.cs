using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.Page;

namespace VkycEtl.Tests.Page;

/// <summary>The page's server over an empty warehouse: who gets in, and how answers are dressed.</summary>
public sealed class PageServerTests
{
    private const string Token = "0123456789abcdef";

    private static readonly string[] Everything =
    [
        "/api/status", "/api/figures/funnel", "/api/figures/trend", "/api/figures/times", "/api/figures/outcomes", "/api/figures/reasons", "/api/figures/agents", "/api/figures/slots",
        "/api/figures/quality", "/api/figures/trend.csv", "/api/figures/trend.sql", "/api/transactions?list=moving", "/api/transactions.csv?list=no_show", "/api/transactions.sql?list=agent:x",
    ];

    [Fact]
    public async Task An_empty_warehouse_answers_everything()
    {
        await using var page = await TestPage.StartAsync();
        foreach (var path in Everything)
            Assert.Equal(HttpStatusCode.OK, (await page.GetAsync(path)).StatusCode);
        var funnel = await JsonAsync(await page.GetAsync("/api/figures/funnel"));
        Assert.Equal(7, funnel.GetProperty("rows").GetArrayLength());
        Assert.All(funnel.GetProperty("rows").EnumerateArray(), row =>
        {
            Assert.Equal(0, row.GetProperty("apps").GetInt32());
            Assert.Equal(JsonValueKind.Null, row.GetProperty("entered").ValueKind);
        });
        var status = await JsonAsync(await page.GetAsync("/api/status"));
        Assert.True(status.GetProperty("complete").GetBoolean());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("lag_events").ValueKind);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("fault").ValueKind);
        Assert.Equal("""{"total":0,"rows":[],"next":null}""", await (await page.GetAsync("/api/transactions?list=moving")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, (await page.GetAsync("/api/transactions/app/none")).StatusCode);
    }

    [Fact]
    public async Task From_elsewhere_nothing_is_shown_without_a_token()
    {
        await using var page = await TestPage.StartAsync();
        (string, string)[] strangers = [("Host", "evil.example"), ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")];
        foreach (var stranger in strangers)
        {
            foreach (var path in (string[])["/", "/page.js", "/nothing", .. Everything])
            {
                var answer = await page.GetAsync(path, stranger);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
                AssertStrict(answer);
            }

            Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(page, "", stranger)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/status", stranger, ("Authorization", "Bearer "))).StatusCode);
        }
    }

    [Fact]
    public async Task The_token_lets_in_as_bearer_and_as_cookie()
    {
        await using var page = await TestPage.StartAsync(new PageOptions { Token = Token });
        var stranger = ("Host", "vkyc.example");

        // From this machine too: a proxy on it, in front of the page, looks just so.
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/status")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/api/status", ("Authorization", $"Bearer {Token}"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/api/status", stranger, ("Authorization", $"Bearer {Token}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/status", stranger, ("Authorization", $"Bearer {Token}x"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/status", stranger, ("Authorization", $"Basic {Token}"))).StatusCode);

        // What a person sees first is the form; a wrong token stays there.
        var first = await page.GetAsync("/", stranger);
        Assert.Equal((HttpStatusCode.Unauthorized, "text/html"), (first.StatusCode, first.Content.Headers.ContentType!.MediaType));
        Assert.Contains("action=\"/login\"", await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/login", stranger)).StatusCode);

        // The form's styles come without a token, and nothing else does.
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/page.css", stranger)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/page.js", stranger)).StatusCode);
        var wrong = await LoginAsync(page, Token + "x", stranger);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));

        var right = await LoginAsync(page, Token, stranger);
        Assert.Equal((HttpStatusCode.SeeOther, "/"), (right.StatusCode, right.Headers.Location!.ToString()));
        var cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, cookie, StringComparison.Ordinal);
        var value = cookie.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/api/status", stranger, ("Cookie", value))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/status", stranger, ("Cookie", value + "0"))).StatusCode);
        Assert.DoesNotContain(page.Log.Collector.GetSnapshot(), line => line.Message.Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_login_leads_to_what_was_asked_for()
    {
        const string query = "?app=a%26b&days=30&tx=a%2F%22x";
        await using var page = await TestPage.StartAsync(new PageOptions { Token = Token });
        var stranger = ("Host", "vkyc.example");
        var form = await (await page.GetAsync("/" + query, stranger)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"action=\"/login{WebUtility.HtmlEncode(query)}\"", form, StringComparison.Ordinal);

        // A wrong token first, as happens.
        var again = await (await LoginAsync(page, Token + "x", stranger, query)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"action=\"/login{WebUtility.HtmlEncode(query)}\"", again, StringComparison.Ordinal);
        Assert.Equal("/" + query, (await LoginAsync(page, Token, stranger, query)).Headers.Location!.OriginalString);
        Assert.Equal("/?https://elsewhere.example", (await LoginAsync(page, Token, stranger, "?https://elsewhere.example")).Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_figure_is_sent_once_a_revision()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.Zero };
        await using var page = await TestPage.StartAsync(clock: clock);
        var first = await page.GetAsync("/api/figures/times?days=3");
        var tag = first.Headers.ETag!.ToString();
        Assert.Equal("private, no-cache", first.Headers.CacheControl!.ToString().Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotModified, (await page.GetAsync("/api/figures/times?days=3", ("If-None-Match", tag))).StatusCode);
        foreach (var other in (string[])["/api/figures/times?days=4", "/api/figures/times?days=3&app=x", "/api/figures/times.csv?days=3", "/api/figures/agents?days=3"])
            Assert.Equal(HttpStatusCode.OK, (await page.GetAsync(other, ("If-None-Match", tag))).StatusCode);

        // Slots change with the minute, times with the day.
        var slots = (await page.GetAsync("/api/figures/slots")).Headers.ETag!.ToString();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/api/figures/slots", ("If-None-Match", slots))).StatusCode);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/api/figures/times?days=3", ("If-None-Match", tag))).StatusCode);
        Assert.Equal("no-store", (await page.GetAsync("/api/transactions?list=moving")).Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task The_unfinished_day_is_the_reporting_zones()
    {
        // 23:59 and 00:01 in India.
        foreach (var (utc, today) in new[] { ("2026-03-14T18:29:00Z", "2026-03-14"), ("2026-03-14T18:31:00Z", "2026-03-15") })
        {
            await using var page = await TestPage.StartAsync(clock: new FakeTimeProvider(DateTimeOffset.Parse(utc)));
            var trend = await JsonAsync(await page.GetAsync("/api/figures/trend?days=2"));
            Assert.Equal(today, trend.GetProperty("partial_day").GetString());
            Assert.Equal([(false, today)], trend.GetProperty("rows").EnumerateArray().Select(row => (row.GetProperty("complete").GetBoolean(), row.GetProperty("day").GetString()!)).Where(row => !row.Item1));
            var past = await JsonAsync(await page.GetAsync("/api/figures/trend?from=2026-03-01&to=2026-03-02"));
            Assert.Equal(JsonValueKind.Null, past.GetProperty("partial_day").ValueKind);
        }
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_not_understood_are_told_apart()
    {
        await using var page = await TestPage.StartAsync();
        Assert.Equal(404, await ProblemAsync(page.GetAsync("/nothing")));
        Assert.Equal(404, await ProblemAsync(page.GetAsync("/api/figures/events")));
        Assert.Equal(404, await ProblemAsync(page.GetAsync("/api/figures/funnel.xml")));
        Assert.Equal(404, await ProblemAsync(page.GetAsync("/api/transactions/only-one")));
        Assert.Equal(400, await ProblemAsync(page.GetAsync("/api/figures/funnel?days=x")));
        Assert.Equal(400, await ProblemAsync(page.GetAsync("/api/transactions?list=moving&cursor=x")));
        Assert.Equal(400, await ProblemAsync(page.GetAsync("/api/transactions")));
        Assert.Equal(400, await ProblemAsync(page.GetAsync("/api/status?x=1")));
        Assert.Equal(400, await ProblemAsync(page.GetAsync("/api/transactions/a/b?x=1")));
        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete])
            Assert.Equal(405, await ProblemAsync(page.SendAsync(method, "/api/status")));
        var head = await page.SendAsync(HttpMethod.Head, "/api/status");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        AssertStrict(head);
    }

    [Fact]
    public async Task Files_are_sent_zipped_once_and_never_from_outside_the_page()
    {
        await using var page = await TestPage.StartAsync();
        foreach (var (path, type) in new[] { ("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/echarts.common.min.js", "text/javascript") })
        {
            var plain = await page.GetAsync(path);
            AssertStrict(plain);
            Assert.Equal((HttpStatusCode.OK, type), (plain.StatusCode, plain.Content.Headers.ContentType!.MediaType));
            Assert.Empty(plain.Content.Headers.ContentEncoding);
            var zipped = await page.GetAsync(path, ("Accept-Encoding", "br, gzip"));
            Assert.Equal(["gzip"], zipped.Content.Headers.ContentEncoding);
            Assert.Equal("Accept-Encoding", Assert.Single(zipped.Headers.Vary));
            await using var unzipped = new GZipStream(await zipped.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
            using var copy = new MemoryStream();
            await unzipped.CopyToAsync(copy, TestContext.Current.CancellationToken);
            Assert.Equal(await plain.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), copy.ToArray());
            Assert.NotEqual(plain.Headers.ETag, zipped.Headers.ETag);
            Assert.Equal(HttpStatusCode.NotModified, (await page.GetAsync(path, ("If-None-Match", plain.Headers.ETag!.ToString()))).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await page.GetAsync(path, ("Accept-Encoding", "gzip;q=0"), ("If-None-Match", zipped.Headers.ETag!.ToString()))).StatusCode);
        }

        foreach (var path in (string[])["/page.html", "/echarts.LICENSE", "/..%2f..%2fetc/passwd", "/figures/funnel.sql", "/PAGE.CSS/"])
            Assert.Equal(404, await ProblemAsync(page.GetAsync(path)));
    }

    [Fact]
    public async Task A_warehouse_that_is_not_migrated_is_503_with_the_cure()
    {
        await using var page = await TestPage.StartAsync(isMigrated: false);
        foreach (var path in (string[])["/api/status", "/api/figures/funnel", "/api/transactions?list=moving"])
        {
            var answer = await page.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
            Assert.Contains("vkyc migrate", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        // A wrong parameter is told all the same, and one line in the log is enough.
        Assert.Equal(400, await ProblemAsync(page.GetAsync("/api/figures/funnel?days=x")));
        Assert.Single(page.Log.Collector.GetSnapshot(), line => line.Id.Id == 6002);
    }

    private static async Task<HttpResponseMessage> LoginAsync(TestPage page, string token, (string Name, string Value) header, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login" + query) { Content = new FormUrlEncodedContent([new("token", token)]) };
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return await page.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<int> ProblemAsync(Task<HttpResponseMessage> asking)
    {
        var answer = await asking;
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        AssertStrict(answer);
        var problem = await JsonAsync(answer);
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        return (int)answer.StatusCode;
    }

    private static void AssertStrict(HttpResponseMessage answer)
    {
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        using var parsed = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return parsed.RootElement.Clone();
    }
}
