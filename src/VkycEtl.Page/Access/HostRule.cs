using System.Net;
using Microsoft.AspNetCore.Http;

namespace VkycEtl.Page.Access;

/// <summary>
/// Who needs none where no token is set: [peer on loopback] and [Host names this machine] and [no proxy says it forwards]. The second stops DNS rebinding, the third a
/// tunnel or a proxy on this machine from publishing the page.
/// </summary>
internal static class HostRule
{
    private static readonly HashSet<string> Forwarding = new(StringComparer.OrdinalIgnoreCase)
    {
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Ray", "Fly-Client-IP",
        "Fastly-Client-IP", "X-Envoy-External-Address", "X-ProxyUser-Ip",
    };

    /// <summary>Whether a request comes from this machine, straight.</summary>
    public static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer) && IsThisMachine(http.Request.Host) && !IsForwarded(http.Request.Headers);

    /// <summary>Whether a Host header names this machine and nothing else.</summary>
    internal static bool IsThisMachine(HostString host) =>
        host.Host.ToLowerInvariant() is "localhost" or "127.0.0.1" or "[::1]";

    /// <summary>Whether a header says that somebody else's request is passed on.</summary>
    internal static bool IsForwarded(IHeaderDictionary headers) => headers.Keys.Any(name =>
        Forwarding.Contains(name) || name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase));
}
