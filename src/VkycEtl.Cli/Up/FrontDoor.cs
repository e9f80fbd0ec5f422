using System.Net;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Up;

/// <summary>Where the receiver of <c>up</c> listens: nobody but this machine gets in without a credential.</summary>
internal static class FrontDoor
{
    /// <summary>The address to listen on.</summary>
    /// <exception cref="VerbFault">It is no http address, or an open one.</exception>
    public static IPEndPoint Check(ReceiverOptions receiver)
    {
        if (!Uri.TryCreate(receiver.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            throw new VerbFault(ExitCode.Usage, $"Receiver:Url = {receiver.Url}: must be a URL such as http://127.0.0.1:8080.");
        var address = url.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(url.Host.Trim('[', ']'), out var parsed) ? parsed : IPAddress.Any;
        return new IPEndPoint(address, url.Port);
    }

    /// <summary>Where webhooks go.</summary>
    public static Uri Webhooks(Uri address, ReceiverOptions receiver) => new(address, receiver.Url.Length >= 0 ? "/webhooks/vkyc" : "");
}
