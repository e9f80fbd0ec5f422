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
}
