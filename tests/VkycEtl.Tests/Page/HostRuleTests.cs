using System.Net;
using Microsoft.AspNetCore.Http;
using VkycEtl.Page.Access;

namespace VkycEtl.Tests.Page;

/// <summary>Who needs no token.</summary>
public sealed class HostRuleTests
{
    [Theory]
    [InlineData("127.0.0.1", "localhost", null, true)]
    [InlineData("127.0.0.1", "localhost:8081", null, true)]
    [InlineData("127.0.0.1", "LOCALHOST:8081", null, true)]
    [InlineData("127.0.0.1", "127.0.0.1:8081", null, true)]
    [InlineData("::1", "[::1]:8081", null, true)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", null, true)]
    [InlineData("127.0.0.1", "evil.example", null, false)]
    [InlineData("127.0.0.1", "localhost.evil.example", null, false)]
    [InlineData("127.0.0.1", "127.0.0.1.nip.io:8081", null, false)]
    [InlineData("127.0.0.1", "localhost.", null, false)]
    [InlineData("127.0.0.1", "127.0.0.2", null, false)]
    [InlineData("127.0.0.1", "", null, false)]
    [InlineData("10.0.0.5", "localhost", null, false)]
    [InlineData("::ffff:10.0.0.5", "localhost", null, false)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-For", false)]
    [InlineData("127.0.0.1", "localhost", "x-forwarded-host", false)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-Proto", false)]
    [InlineData("127.0.0.1", "localhost", "Forwarded", false)]
    [InlineData("127.0.0.1", "localhost", "Via", false)]
    [InlineData("127.0.0.1", "localhost", "X-Real-IP", false)]
    [InlineData("127.0.0.1", "localhost", "CF-Connecting-IP", false)]
    [InlineData("127.0.0.1", "localhost", "X-Original-Host", false)]
    [InlineData("127.0.0.1", "localhost", "X-Request-Id", true)]
    public void Is_of_this_machine(string peer, string host, string? header, bool expected)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        http.Request.Headers.Host = host;
        if (header is not null)
            http.Request.Headers[header] = "";
        Assert.Equal(expected, HostRule.IsLocal(http));
    }

    [Fact]
    public void Nobody_is_not_of_this_machine()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Host = "localhost";
        Assert.False(HostRule.IsLocal(http));
    }
}
