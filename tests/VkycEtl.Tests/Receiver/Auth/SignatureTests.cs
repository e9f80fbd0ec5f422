using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

/// <summary>Signatures made by others: published examples, published vectors, and OpenSSL.</summary>
public sealed class SignatureTests
{
    private const string CorporaVariable = "VKYC_TEST_CORPORA";
    private const string Body = """{"eventId":"e1"}""";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Examples that senders and standards publish: section of ops/SENDERS.md, headers, body, the time at which it was signed.</summary>
    public static TheoryData<string, string[], string, long> Published { get; } = new()
    {
        // docs.github.com, "Validating webhook deliveries".
        { "sha256=", ["X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"], "Hello, World!", 1 },

        // api.slack.com, "Verifying requests from Slack".
        {
            "Time in a header",
            ["X-Request-Timestamp: 1531420618", "X-Signature: v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"],
            "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA"
            + "&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
            + "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
            1531420618
        },

        // The Standard Webhooks specification's example.
        {
            "Standard Webhooks",
            ["webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330", "webhook-signature: v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v2,x"],
            """{"test": 2432232314}""",
            1614265330
        },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_examples_are_taken_by_the_documented_settings(string section, string[] headers, string body, long signedAt)
    {
        var auth = SenderBlocks.Auth(section);
        var bytes = Encoding.UTF8.GetBytes(body);
        var now = DateTimeOffset.FromUnixTimeSeconds(signedAt);
        Assert.Null(FaultOf(auth, headers, bytes, now + TimeSpan.FromMinutes(5)));
        Assert.NotNull(FaultOf(auth, headers, [.. bytes, (byte)' '], now));
        foreach (var left in headers)
            Assert.NotNull(FaultOf(auth, [.. headers.Where(header => header != left)], bytes, now));
        if (auth.HasTimestamp)
        {
            Assert.Contains("not within 300 s of", FaultOf(auth, headers, bytes, now + TimeSpan.FromSeconds(301)), StringComparison.Ordinal);
            Assert.Contains("not within 300 s of", FaultOf(auth, headers, bytes, now - TimeSpan.FromSeconds(301)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Published_vectors_are_judged_as_published()
    {
        var folder = Environment.GetEnvironmentVariable(CorporaVariable);
        Assert.SkipWhen(folder is null, $"needs the folder of public test vectors: set {CorporaVariable}");
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "hmac", "hmac_sha256_test.json")));
        var judged = 0;
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            // A signature that is cut short is none, however right its digits are.
            var isWhole = group.GetProperty("tagSize").GetInt32() == 256;
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                string Text(string name) => test.GetProperty(name).GetString()!;
                foreach (var encoding in Enum.GetValues<SignatureEncoding>())
                {
                    var auth = new AuthOptions { Kind = AuthKind.Hmac, Header = "S", Secrets = [Text("key")], SecretEncoding = SecretEncoding.Hex, Encoding = encoding };
                    var tag = encoding == SignatureEncoding.Hex ? Text("tag") : Convert.ToBase64String(Convert.FromHexString(Text("tag")));
                    var isTaken = FaultOf(auth, [$"S: {tag}"], Convert.FromHexString(Text("msg")), Now) is null;
                    Assert.True(isTaken == (isWhole && Text("result") == "valid"), $"test {test.GetProperty("tcId")}: {Text("comment")}");
                    judged++;
                }
            }
        }

        Assert.Equal(2 * vectors.RootElement.GetProperty("numberOfTests").GetInt32(), judged);
    }

    [Theory]
    [InlineData("Hex signature", "X-Signature: $hex", "$body")]
    [InlineData("sha256=", "X-Hub-Signature-256: sha256=$hex", "$body")]
    [InlineData("Base64 signature", "X-Hmac-SHA256: $base64", "$body")]
    [InlineData("t=, v1=", "X-Signature: v1=00,t=$time,v0=$hex,v1=$hex", "$time.$body")]
    [InlineData("Time in a header", "X-Signature: v0=$hex;X-Request-Timestamp: $time", "v0:$time:$body")]
    [InlineData("Standard Webhooks", "webhook-id: msg_1;webhook-timestamp: $time;webhook-signature: v1a,x v1,$base64", "msg_1.$time.$body")]
    public async Task What_openssl_signs_is_taken_over_http_and_nothing_else(string section, string headers, string signed)
    {
        var auth = SenderBlocks.Auth(section);
        var time = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var key = auth.SecretEncoding == SecretEncoding.Base64 ? Convert.FromBase64String(auth.Secrets[0]["whsec_".Length..]) : Encoding.UTF8.GetBytes(auth.Secrets[0]);
        var mac = await OpenSsl.HmacSha256Async(key, Encoding.UTF8.GetBytes(signed.Replace("$time", time, StringComparison.Ordinal).Replace("$body", Body, StringComparison.Ordinal)));
        var filled = headers.Replace("$time", time, StringComparison.Ordinal).Replace("$hex", Convert.ToHexStringLower(mac), StringComparison.Ordinal)
            .Replace("$base64", Convert.ToBase64String(mac), StringComparison.Ordinal).Split(';');
        await using var receiver = await TestReceiver.StartAsync(options => options.Routes["default"] = new RouteOptions { Auth = auth }, new FakeTimeProvider(Now));
        using (var taken = await SendAsync(Body, filled))
            await taken.AssertTakenAsync();
        using (var other = await SendAsync(Body + " ", filled))
            Assert.DoesNotContain(Convert.ToHexStringLower(mac), await other.AssertProblemAsync(HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        using (var none = await SendAsync(Body, []))
        {
            Assert.Contains(auth.Header, await none.AssertProblemAsync(HttpStatusCode.Unauthorized), StringComparison.Ordinal);
            Assert.StartsWith("HMAC-SHA256", none.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.Single(receiver.Read());
        Assert.DoesNotContain(auth.Secrets[0], receiver.Log, StringComparison.Ordinal);

        Task<HttpResponseMessage> SendAsync(string body, string[] lines) => receiver.PostAsync(Encoding.UTF8.GetBytes(body), change: request =>
        {
            foreach (var line in lines.Select(line => line.Split(": ")))
                request.Headers.TryAddWithoutValidation(line[0], line[1]);
        });
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_signed_as_they_came()
    {
        byte[] body = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        var auth = SenderBlocks.Auth("Hex signature");
        var mac = Convert.ToHexString(await OpenSsl.HmacSha256Async(Encoding.UTF8.GetBytes(auth.Secrets[0]), body));
        Assert.Null(FaultOf(auth, [$"X-Signature: {mac}"], body, Now));
        Assert.NotNull(FaultOf(auth, [$"X-Signature: {mac}0"], body, Now));
        Assert.NotNull(FaultOf(auth, [$"X-Signature: {mac}", $"X-Signature: {mac}"], body, Now));
    }

    [Theory]
    [InlineData("1772366400", true)]
    [InlineData("1772366400123", true)]
    [InlineData("2026-03-01T12:00:00Z", true)]
    [InlineData("2026-03-01T17:30:00+05:30", true)]
    [InlineData("1772366699", true)]
    [InlineData("1772366701", false)]
    [InlineData("1772366099", false)]
    [InlineData("-1772366400", false)]
    [InlineData("99999999999999999", false)]
    [InlineData("2026-03-01T12:00:00.5Z", true)]
    [InlineData("12:00", false)]
    [InlineData("1 March 2026 12:00", false)]
    [InlineData("soon", false)]
    [InlineData("", false)]
    public void The_time_of_signing_is_an_epoch_or_rfc_3339_within_the_tolerance(string time, bool isTaken)
    {
        var auth = SenderBlocks.Auth("Time in a header");
        using var request = new HttpRequestMessage();
        var text = SignedText.Parse(auth.Template, out _)!;
        var mac = text.Sign(Encoding.UTF8.GetBytes(auth.Secrets[0]), Encoding.UTF8.GetBytes(Body), time, _ => null)!;
        Assert.Equal(
            isTaken,
            FaultOf(auth, [$"X-Signature: v0={Convert.ToHexStringLower(mac)}", $"X-Request-Timestamp: {time}"], Encoding.UTF8.GetBytes(Body), Now) is null);
    }

    [Fact]
    public void Every_live_secret_signs()
    {
        var auth = SenderBlocks.Auth("t=, v1=");
        auth.Secrets = ["old", "new"];
        foreach (var (secret, isTaken) in new[] { ("old", true), ("new", true), ("other", false) })
        {
            using var request = new HttpRequestMessage();
            new RequestSigner(auth, secret, new FakeTimeProvider(Now)).Sign(request, Encoding.UTF8.GetBytes(Body));
            Assert.Equal(isTaken, FaultOf(auth, [.. request.Headers.Select(header => $"{header.Key}: {header.Value.Single()}")], Encoding.UTF8.GetBytes(Body), Now) is null);
        }
    }

    private static string? FaultOf(AuthOptions auth, IReadOnlyList<string> headers, byte[] body, DateTimeOffset now)
    {
        var credential = new Credential(auth, new LiveSecrets(auth), new FakeTimeProvider(now));
        var given = new HeaderDictionary();
        foreach (var header in headers.Select(header => header.Split(": ", 2)))
            given.Append(header[0], header[1]);
        return credential.FaultOf(given) ?? credential.FaultOf(given, body);
    }
}
