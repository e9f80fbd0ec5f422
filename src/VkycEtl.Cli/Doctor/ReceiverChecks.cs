using VkycEtl.Cli.Up;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Doctor;

/// <summary>The front door: whether each route says who may come in, and whether what it says makes sense.</summary>
internal static class ReceiverChecks
{
    public static IEnumerable<Finding> Run(Case what)
    {
        var receiver = what.Settings.Receiver;
        foreach (var (name, route) in receiver.AllRoutes())
        {
            var path = receiver.PathOf(name);
            yield return route.Auth.Kind switch
            {
                null => Finding.Warning(
                    "receiver", $"route {name}", $"{path} does not say how its senders authenticate: 'vkyc receiver' does not start so, 'vkyc up' takes anyone on this machine",
                    $"set Receiver:Routes:{name}:Auth:Kind (ops/SENDERS.md)"),
                AuthKind.None when !FrontDoor.IsLoopback(receiver.Url) => Finding.Warning(
                    "receiver", $"route {name}", $"{path} takes webhooks of anyone, and {receiver.Url} can be reached from other machines", $"set Receiver:Routes:{name}:Auth:Kind (ops/SENDERS.md)"),
                AuthKind.None => Finding.Ok("receiver", $"route {name}", $"{path} takes anyone on this machine"),
                _ => Finding.Ok("receiver", $"route {name}", $"{path} asks for {route.Auth.Kind}"),
            };
        }
    }
}
