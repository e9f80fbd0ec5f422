using System.Net;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

public sealed class CredentialTests
{
    private const string Header = "X-Vkyc-Key";

    [Theory]
    [InlineData(200, "new-secret")]
    [InlineData(200, "old-secret")]
    [InlineData(401)]
    [InlineData(401, "")]
    [InlineData(401, "wrong-secret")]
    [InlineData(401, "new-secre")]
    [InlineData(401, "new-secret2")]
    [InlineData(401, "NEW-SECRET")]
    [InlineData(401, "new-secret", "new-secret")]
    [InlineData(401, "new-secret", "wrong-secret")]
    public async Task One_header_with_a_live_secret_comes_in_and_nothing_else(int status, params string[] values)
    {
        await using var receiver = await TestReceiver.StartAsync(options => options.Routes["default"] = new RouteOptions
        {
            Auth = new AuthOptions { Kind = AuthKind.Header, Header = Header, Secrets = ["new-secret", "old-secret"] },
        });
        using var answer = await receiver.PostAsync("{}"u8.ToArray(), change: request =>
        {
            foreach (var value in values)
                request.Headers.TryAddWithoutValidation(Header, value);
        });
        if (status == 200)
        {
            await answer.AssertTakenAsync();
            var headers = Assert.Single(receiver.Read()).Message.Headers.Texts();
            Assert.DoesNotContain(headers, header => header.Value.Contains("secret", StringComparison.OrdinalIgnoreCase));
        }
        else
        {
            await answer.AssertProblemAsync(HttpStatusCode.Unauthorized);
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
            Assert.Empty(receiver.Read());
        }

        Assert.Contains("auth Header", receiver.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("-secre", receiver.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Routes_have_their_own_secrets()
    {
        await using var receiver = await TestReceiver.StartAsync(options =>
        {
            options.Routes["a"] = new RouteOptions { Path = "/a", Auth = new AuthOptions { Kind = AuthKind.Header, Header = Header, Secrets = ["for-a"] } };
            options.Routes["b"] = new RouteOptions { Path = "/b", Auth = new AuthOptions { Kind = AuthKind.Header, Header = Header, Secrets = ["for-b"] } };
        });
        using var wrong = await receiver.PostAsync("{}"u8.ToArray(), "/b", request => request.Headers.Add(Header, "for-a"));
        await wrong.AssertProblemAsync(HttpStatusCode.Unauthorized);
        using var right = await receiver.PostAsync("{}"u8.ToArray(), "/b", request => request.Headers.Add(Header, "for-b"));
        await right.AssertTakenAsync();
    }

    [Theory]
    [InlineData(200, "Basic bWVlcmE6cDphc3M=")]
    [InlineData(200, "basic   bWVlcmE6cDphc3M= ")]
    [InlineData(200, "Basic b2xkOsOkw7bDvA==")]
    [InlineData(401, null)]
    [InlineData(401, "Basic")]
    [InlineData(401, "Basic bWVlcmE6cDphc3M")]
    [InlineData(401, "Basic bWVlcmE6d3Jvbmc=")]
    [InlineData(401, "Basic bWVlcmE=")]
    [InlineData(401, "Basic /////w==")]
    [InlineData(401, "Bearer bWVlcmE6cDphc3M=")]
    [InlineData(401, "bWVlcmE6cDphc3M=")]
    public Task Basic_takes_user_and_password_in_utf8(int status, string? value) =>
        AssertAsync(new AuthOptions { Kind = AuthKind.Basic, Secrets = ["meera:p:ass", "old:äöü"] }, status, "Authorization", value, "Basic realm=\"vkyc\", charset=\"UTF-8\"");

    [Theory]
    [InlineData(200, "Bearer token-1")]
    [InlineData(200, "bearer token-2")]
    [InlineData(401, null)]
    [InlineData(401, "Bearer")]
    [InlineData(401, "Bearer ")]
    [InlineData(401, "Bearer token-3")]
    [InlineData(401, "Bearer token-1, token-2")]
    [InlineData(401, "token-1")]
    [InlineData(401, "Basic token-1")]
    [InlineData(401, "Bearertoken-1")]
    public Task Bearer_takes_a_token(int status, string? value) =>
        AssertAsync(new AuthOptions { Kind = AuthKind.Bearer, Secrets = ["token-1", "token-2"] }, status, "Authorization", value, "Bearer realm=\"vkyc\"");

    [Fact]
    public Task Basic_may_come_in_another_header() =>
        AssertAsync(new AuthOptions { Kind = AuthKind.Basic, Header = "X-Auth", Secrets = ["a:b"] }, 200, "X-Auth", "Basic YTpi", "");

    private static async Task AssertAsync(AuthOptions auth, int status, string header, string? value, string challenge)
    {
        await using var receiver = await TestReceiver.StartAsync(options => options.Routes["default"] = new RouteOptions { Auth = auth });
        using var answer = await receiver.PostAsync("{}"u8.ToArray(), change: request =>
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(header, value);
        });
        if (status == 200)
        {
            await answer.AssertTakenAsync();
            Assert.Single(receiver.Read());
            return;
        }

        var said = await answer.AssertProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(challenge, answer.Headers.WwwAuthenticate.ToString());
        Assert.Empty(receiver.Read());
        foreach (var secret in auth.Secrets.SelectMany(secret => secret.Split(':')).Where(part => part.Length > 3).Concat(["wrong", "token-", "bWVlc"]))
        {
            Assert.DoesNotContain(secret, said.Replace("is wrong", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, receiver.Log.Replace("is wrong", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }
}
