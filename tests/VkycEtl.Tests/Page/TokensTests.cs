using Microsoft.Extensions.Time.Testing;
using VkycEtl.Page;
using VkycEtl.Page.Access;

namespace VkycEtl.Tests.Page;

public sealed class TokensTests
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public void A_cookie_lasts_its_time_and_no_longer()
    {
        var tokens = Of("0123456789abcdef");
        var cookie = tokens.Issue();
        Assert.DoesNotContain("0123456789abcdef", cookie, StringComparison.Ordinal);
        Assert.True(tokens.IsIssued(cookie));
        clock.Advance(Tokens.Lifetime - TimeSpan.FromSeconds(1));
        Assert.True(tokens.IsIssued(cookie));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(tokens.IsIssued(cookie));
    }

    [Fact]
    public void A_cookie_is_good_for_its_token_alone_and_cannot_be_made_longer()
    {
        var cookie = Of("0123456789abcdef").Issue();
        Assert.False(Of("0123456789abcdeg").IsIssued(cookie));
        Assert.False(Of(null).IsIssued(cookie));
        var (expiry, signature) = (long.Parse(cookie.Split('.')[0]), cookie.Split('.')[1]);
        Assert.All((string[])["", ".", "x", $"{expiry + 1}.{signature}", $"{expiry}.", $"{expiry}", $"+{expiry}.{signature}"], forged => Assert.False(Of("0123456789abcdef").IsIssued(forged)));
    }

    [Fact]
    public void Only_the_token_is_the_token()
    {
        Assert.True(Of("0123456789abcdef").IsToken("0123456789abcdef"));
        Assert.All((string[])["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF"], other => Assert.False(Of("0123456789abcdef").IsToken(other)));
        Assert.False(Of(null).IsToken(""));
        Assert.False(Of("").IsToken(""));
    }

    private Tokens Of(string? token) => new(new PageOptions { Token = token }, clock);
}
