using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.RawEvents;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

/// <summary>The answers of the contract's HTTP table, and what is then in the topic.</summary>
public sealed class WebhookTests
{
    private static readonly byte[] Event = """{"appId":"bank","transactionId":"t1","eventId":"e1","eventType":"NEW"}"""u8.ToArray();

    [Fact]
    public async Task An_event_is_answered_with_its_id_and_is_in_the_topic_with_key_and_headers()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(5.5)).AddTicks(1_234_567));
        await using var receiver = await TestReceiver.StartAsync(
            options => options.Routes["default"] = new RouteOptions { AppId = "fallback" }, clock);
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using var answer = await receiver.PostAsync(Event, change: request =>
        {
            request.Headers.Add("traceparent", trace);
            request.Headers.Add("X-Other", "not carried");
            request.Headers.Add("Cookie", "session=not-carried");
        });
        Assert.Equal("e1", await answer.AssertTakenAsync());
        Assert.False(answer.Headers.Contains("Server"));

        var record = Assert.Single(receiver.Read());
        Assert.Equal(Event, record.Message.Value);
        Assert.Equal("bank:t1", record.KeyText());
        Assert.Equal(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [RawHeaders.ReceivedAt] = "2026-03-01T06:30:00.123456Z",
                [RawHeaders.Route] = "default",
                [RawHeaders.AppId] = "fallback",
                [RawHeaders.Receiver] = $"{Environment.MachineName}:{Environment.ProcessId}",
                [RawHeaders.ContentType] = "application/json",
                [RawHeaders.TraceParent] = trace,
            },
            record.Message.Headers.Texts());
    }

    [Theory]
    [InlineData("""{"transactionId":"t"}""", "fallback:t")]
    [InlineData("""{"appId":"  ","transactionId":"t"}""", "fallback:t")]
    [InlineData("""{"appId":"a"}""", "a:")]
    [InlineData("""{"x":1}""", "fallback:")]
    public async Task The_key_takes_the_routes_app_where_the_body_names_none(string body, string key)
    {
        await using var receiver = await TestReceiver.StartAsync(options => options.Routes["default"] = new RouteOptions { AppId = "fallback" });
        using var answer = await receiver.PostAsync(Encoding.UTF8.GetBytes(body));
        await answer.AssertTakenAsync();
        Assert.Equal(key, Assert.Single(receiver.Read()).KeyText());
    }

    [Fact]
    public async Task Without_any_id_there_is_no_key_and_a_huge_id_makes_no_huge_key_or_answer()
    {
        await using var receiver = await TestReceiver.StartAsync();
        using var none = await receiver.PostAsync("{}"u8.ToArray());
        Assert.Null(await none.AssertTakenAsync());
        var huge = new string('x', 100_000);
        using var big = await receiver.PostAsync(Encoding.UTF8.GetBytes($$"""{"appId":"{{huge}}","eventId":"{{huge}}"}"""));
        Assert.Null(await big.AssertTakenAsync());
        Assert.Equal([0, 32], receiver.Read().Select(record => record.Message.Key?.Length ?? 0).Order());
    }

    [Fact]
    public async Task Every_route_has_its_own_path_and_name_in_the_records()
    {
        await using var receiver = await TestReceiver.StartAsync(options => options.Routes["bank"] = new RouteOptions { Path = "/hooks/bank", AppId = "b" });
        using var answer = await receiver.PostAsync(Event, "/hooks/bank");
        await answer.AssertTakenAsync();
        Assert.Equal("bank", Assert.Single(receiver.Read()).Message.Headers.Texts()[RawHeaders.Route]);
    }

    [Fact]
    public async Task A_route_has_its_own_limit_of_size_and_its_own_paths_of_ids()
    {
        await using var receiver = await TestReceiver.StartAsync(options =>
        {
            options.MaxBodyBytes = 1000;
            options.Routes["small"] = new RouteOptions { Path = "/small", MaxBodyBytes = 60, Paths = new IdPathOptions { EventId = "id", TransactionId = "data.ref" } };
            options.Routes["large"] = new RouteOptions { Path = "/large", MaxBodyBytes = 2000 };
        });
        using var taken = await receiver.PostAsync("""{"id":"e7","appId":"a","data":{"ref":"t7"}}"""u8.ToArray(), "/small");
        Assert.Equal("e7", await taken.AssertTakenAsync());
        Assert.Equal("a:t7", Assert.Single(receiver.Read()).KeyText());
        using var over = await receiver.PostAsync(ObjectOf(61), "/small");
        Assert.Contains("over 60 bytes", await over.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        using var large = await receiver.PostAsync(ObjectOf(2000), "/large");
        await large.AssertTakenAsync();
    }

    [Theory]
    [InlineData("not-a-traceparent")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    public async Task A_traceparent_that_is_none_and_a_long_content_type_are_not_carried(string trace)
    {
        await using var receiver = await TestReceiver.StartAsync();
        using var answer = await receiver.PostAsync(Event, change: request =>
        {
            request.Headers.TryAddWithoutValidation("traceparent", trace);
            request.Content!.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; x=" + new string('y', 300));
        });
        await answer.AssertTakenAsync();
        var headers = Assert.Single(receiver.Read()).Message.Headers.Texts();
        Assert.Equal(
            $"{RawHeaders.ReceivedAt} {RawHeaders.Receiver} {RawHeaders.Route}", string.Join(' ', headers.Keys.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task What_is_no_post_is_405_with_allow(string method)
    {
        await using var receiver = await TestReceiver.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(receiver.Address, TestReceiver.Path));
        using var answer = await receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await answer.AssertProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.Equal("POST", Assert.Single(answer.Content.Headers.Allow));
        Assert.Empty(receiver.Read());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/webhooks")]
    [InlineData("/webhooks/other")]
    [InlineData("/webhooks/file.txt")]
    public async Task Elsewhere_is_404(string path)
    {
        await using var receiver = await TestReceiver.StartAsync();
        using var answer = await receiver.PostAsync(Event, path);
        await answer.AssertProblemAsync(HttpStatusCode.NotFound);
        Assert.Empty(receiver.Read());
    }

    [Theory]
    [InlineData(1001, false)]
    [InlineData(1001, true)]
    [InlineData(500_000, true)]
    public async Task A_body_over_the_limit_is_413_by_its_length_or_by_what_comes(int size, bool isChunked)
    {
        await using var receiver = await TestReceiver.StartAsync(options => options.MaxBodyBytes = 1000);
        using var answer = await receiver.PostAsync(ObjectOf(size), change: request => request.Headers.TransferEncodingChunked = isChunked);
        Assert.Contains("1000", await answer.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        Assert.Empty(receiver.Read());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_the_limit_is_taken_even_above_the_servers_own_buffers(bool isChunked)
    {
        const int limit = 3 << 20;
        await using var receiver = await TestReceiver.StartAsync(options => options.MaxBodyBytes = limit, kafka: kafka => kafka.MaxMessageBytes = 4 << 20);
        using var answer = await receiver.PostAsync(ObjectOf(limit), change: request => request.Headers.TransferEncodingChunked = isChunked);
        await answer.AssertTakenAsync();
        Assert.Equal(limit, Assert.Single(receiver.Read()).Message.Value!.Length);
    }

    [Fact]
    public async Task A_record_larger_than_the_broker_takes_is_413()
    {
        await using var receiver = await TestReceiver.StartAsync(kafka: kafka => kafka.MaxMessageBytes = 64 * 1024);
        using var answer = await receiver.PostAsync(ObjectOf(100_000));
        await answer.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        using var next = await receiver.PostAsync(Event);
        await next.AssertTakenAsync();
    }

    public static TheoryData<string, string, string> NoObjects { get; } = new()
    {
        { "empty", "", "empty" },
        { "no JSON", "hello", "line 1, byte 1" },
        { "truncated", "{\"eventId\":\"e\",\n\"a\":", "line 2, byte 5" },
        { "two values", "{} {}", "line 1, byte 4" },
        { "list", "[1]", "no object" },
        { "text", "\"x\"", "no object" },
        { "null", "null", "no object" },
        { "NaN", "{\"a\":NaN}", "line 1, byte 6" },
        { "space", "  ", "line 1" },
        { "mark and more", "\uFEFF{\"a\" 1}", "line 1, byte 9" },
        { "mark only", "\uFEFF", "empty" },
    };

    [Theory]
    [MemberData(nameof(NoObjects))]
    public async Task What_is_no_object_is_400_that_says_where_and_is_kept(string name, string body, string where)
    {
        Assert.NotEmpty(name);
        await using var receiver = await TestReceiver.StartAsync();
        using var answer = await receiver.PostAsync(Encoding.UTF8.GetBytes(body));
        Assert.Contains(where, await answer.AssertProblemAsync(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        var record = Assert.Single(receiver.Read());
        Assert.Equal(Encoding.UTF8.GetBytes(body), record.Message.Value ?? []);
        Assert.Contains(where, record.Message.Headers.Texts()[RawHeaders.Rejected], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_utf8_is_400_with_its_first_byte_and_is_kept()
    {
        await using var receiver = await TestReceiver.StartAsync();
        byte[] body = [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        using var answer = await receiver.PostAsync(body);
        Assert.Contains("byte 6", await answer.AssertProblemAsync(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(body, Assert.Single(receiver.Read()).Message.Value);
    }

    [Fact]
    public async Task Over_the_hours_budget_of_rejected_bytes_is_429_until_the_hour_has_passed()
    {
        var clock = new FakeTimeProvider();
        await using var receiver = await TestReceiver.StartAsync(
            options => options.Routes["default"] = new RouteOptions { MaxRejectedBytesPerHour = 10 }, clock);
        await SendAsync("1234567890", HttpStatusCode.BadRequest);
        await SendAsync("1", (HttpStatusCode)429);
        await SendAsync("", (HttpStatusCode)429);
        using (var good = await receiver.PostAsync(Event))
            await good.AssertTakenAsync();
        clock.Advance(TimeSpan.FromMinutes(58));
        await SendAsync("1", (HttpStatusCode)429);
        clock.Advance(TimeSpan.FromMinutes(2));
        await SendAsync("2", HttpStatusCode.BadRequest);
        var kept = receiver.Read().Select(record => Encoding.UTF8.GetString(record.Message.Value!));
        Assert.Equal($"1234567890 2 {Encoding.UTF8.GetString(Event)}", string.Join(' ', kept.Order(StringComparer.Ordinal)));

        async Task SendAsync(string body, HttpStatusCode status)
        {
            using var answer = await receiver.PostAsync(Encoding.UTF8.GetBytes(body));
            await answer.AssertProblemAsync(status);
            Assert.Equal(status == (HttpStatusCode)429, answer.Headers.RetryAfter is not null);
        }
    }

    [Fact]
    public async Task Any_object_is_taken_however_strange()
    {
        string[] bodies =
        [
            "{}",
            "\uFEFF{\"eventId\":\"marked\"}",
            $$"""{"a":{{new string('[', 70)}}{{new string(']', 70)}}}""",
            $$"""{"a":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""",
            $$"""{{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"k{i}\":{i}")))}}}""",
            """{"eventId":"\ud800","appId":"\udc00x"}""",
            """{"\ud800":1,"app\ud800":2,"eventI\udc00":3,"transactionId":"t"}""",
            """{"eventId":12345678901234567890123,"appId":1e400,"transactionId":true}""",
            """{"eventId":{"a":1},"appId":[],"transactionId":null,"eventId":"last"}""",
            """{"a":"\u0000","\u0000":1}""",
        ];
        await using var receiver = await TestReceiver.StartAsync();
        foreach (var body in bodies)
        {
            using var answer = await receiver.PostAsync(Encoding.UTF8.GetBytes(body));
            await answer.AssertTakenAsync();
        }

        Assert.Equal(bodies.Order(StringComparer.Ordinal), receiver.Read().Select(record => Encoding.UTF8.GetString(record.Message.Value!)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Any_bytes_are_answered_200_or_400_and_are_in_the_topic_byte_for_byte()
    {
        await using var receiver = await TestReceiver.StartAsync();
        var sent = new List<string>();
        var bodies = Gen.OneOf(
            Gen.Byte.Array[0, 200],
            Gen.String[0, 50].Select(text => Encoding.UTF8.GetBytes($$"""{"eventId":"{{text}}"}""")));
        await bodies.SampleAsync(
            async body =>
            {
                using var answer = await receiver.PostAsync(body);
                sent.Add(Convert.ToHexString(body));
                return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest;
            },
            iter: 300,
            threads: 1);
        Assert.Equal(sent.Order(StringComparer.Ordinal), receiver.Read().Select(record => Convert.ToHexString(record.Message.Value ?? [])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_a_body_or_an_id_is_logged()
    {
        await using var receiver = await TestReceiver.StartAsync();
        using var taken = await receiver.PostAsync("""{"appId":"priv-app","transactionId":"priv-t","eventId":"priv-e","eventDetails":"priv-d"}"""u8.ToArray());
        await taken.AssertTakenAsync();
        using var rejected = await receiver.PostAsync("priv-body"u8.ToArray());
        await rejected.AssertProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains("no JSON object", receiver.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("priv-", receiver.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_breaks_off_writes_nothing_and_one_with_a_broken_chunk_gets_a_problem()
    {
        await using var receiver = await TestReceiver.StartAsync();
        using (var broken = new TcpClient("127.0.0.1", receiver.Address.Port))
        {
            await SendAsync(broken, "Content-Length: 50\r\n\r\n{\"eventId\":");
            var answers = broken.GetStream();
            broken.Client.Shutdown(SocketShutdown.Send);
            await ReadAsync(answers);
        }

        using var chunked = new TcpClient("127.0.0.1", receiver.Address.Port);
        await SendAsync(chunked, "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n");
        var answer = await ReadAsync(chunked.GetStream());
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Empty(receiver.Read());

        // To the end, which may be a reset: the server closes with some of the request unread.
        static async Task<string> ReadAsync(Stream answers)
        {
            using var read = new MemoryStream();
            try
            {
                await answers.CopyToAsync(read, TestContext.Current.CancellationToken);
            }
            catch (IOException reset) when (reset.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
                return Encoding.ASCII.GetString(read.ToArray());
            }

            return Encoding.ASCII.GetString(read.ToArray());
        }

        static async Task SendAsync(TcpClient client, string rest) => await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST {TestReceiver.Path} HTTP/1.1\r\nHost: x\r\n{rest}"), TestContext.Current.CancellationToken);
    }

    private static byte[] ObjectOf(int size) => Encoding.ASCII.GetBytes($$"""{"a":"{{new string('x', size - 8)}}"}""");
}
