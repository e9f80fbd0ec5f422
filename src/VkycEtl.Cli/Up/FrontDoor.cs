using System.Net;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Up;

/// <summary>Where the receiver of <c>up</c> listens: on this machine only, as its route asks for no credential.</summary>
internal static class FrontDoor
{
    /// <summary>The path of the route <c>default</c>.</summary>
    private const string Path = "/webhooks/vkyc";

    /// <summary>The address to listen on.</summary>
    /// <exception cref="VerbFault">It is no http address, or one that others can reach.</exception>
    public static IPEndPoint Check(ReceiverOptions receiver)
    {
        if (!Uri.TryCreate(receiver.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            throw new VerbFault(ExitCode.Usage, $"Receiver:Url = {receiver.Url}: must be a URL such as http://127.0.0.1:8080.");
        var address = url.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(url.Host.Trim('[', ']'), out var parsed) ? parsed : IPAddress.Any;
        return IPAddress.IsLoopback(address)
            ? new IPEndPoint(address, url.Port)
            : throw new VerbFault(
                ExitCode.Usage,
                $"Receiver:Url = {receiver.Url}: 'vkyc up' asks for no credential and so listens on 127.0.0.1 only; 'vkyc receiver' takes webhooks from elsewhere.");
    }

    /// <summary>Where webhooks go.</summary>
    public static Uri Webhooks(Uri address) => new(address, Path);
}
