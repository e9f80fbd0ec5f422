using System.Net;
using VkycEtl.Cli.Hosting;
using VkycEtl.Page;

namespace VkycEtl.Cli.Up;

/// <summary>Where <c>up</c> serves the page.</summary>
internal static class PageAddress
{
    private const int Tries = 20;

    /// <summary>
    /// [Page:Url is set] ==> there, or not at all; [the receiver's port may be any] ==> any; else the default port or one of the next that are free, and any
    /// where none is.
    /// </summary>
    /// <param name="set">Page:Url.</param>
    /// <param name="receiverPort">The receiver's port, which is not yet taken.</param>
    /// <exception cref="VerbFault">The address that is set is taken.</exception>
    public static IReadOnlyList<string> Candidates(string set, int receiverPort)
    {
        if (set.Length > 0)
        {
            PortHolder.EnsureFree(set, "stop it, or set another Page:Url");
            return [set];
        }

        const int any = 0;
        if (receiverPort == 0)
            return [Text(any)];
        var first = new Uri(PageOptions.DefaultUrl).Port;
        return [.. Enumerable.Range(first, Tries).Where(port => port != receiverPort && PortHolder.IsFree(IPAddress.Loopback, port)).Append(any).Select(Text)];

        static string Text(int port) => $"http://127.0.0.1:{port}";
    }
}
