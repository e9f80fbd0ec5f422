using System.Net;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Up;

/// <summary>Where receivers listen: nobody but this machine gets in without a credential.</summary>
internal static class FrontDoor
{
    /// <summary>The address to listen on.</summary>
    /// <exception cref="VerbFault">It is no http address, or one that others can reach.</exception>
    public static IPEndPoint Check(ReceiverOptions receiver)
    {
        if (!Uri.TryCreate(receiver.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            throw new VerbFault(ExitCode.Usage, $"Receiver:Url = {receiver.Url}: must be a URL such as http://127.0.0.1:8080.");
        var address = AddressOf(url);
        if (IPAddress.IsLoopback(address))
            receiver.AllowWithoutCredential();
        else if (receiver.AllRoutes().Any(route => route.Value.Auth.Kind is null or AuthKind.None))
            throw new VerbFault(
                ExitCode.Usage,
                $"Receiver:Url = {receiver.Url}: 'vkyc up' without a credential listens on 127.0.0.1 only; give every route one (Receiver:Routes:default:Auth:Kind = Header).");
        return new IPEndPoint(address, url.Port);
    }

    /// <summary>Whether nobody but this machine can reach a URL.</summary>
    public static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && IPAddress.IsLoopback(AddressOf(parsed));

    /// <summary>Where webhooks go.</summary>
    public static Uri Webhooks(Uri address, ReceiverOptions receiver) => new(address, receiver.PathOf(ReceiverOptions.DefaultRoute));

    private static IPAddress AddressOf(Uri url) =>
        url.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(url.Host.Trim('[', ']'), out var parsed) ? parsed : IPAddress.Any;
}
