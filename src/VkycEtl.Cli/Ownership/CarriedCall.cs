using System.Buffers.Binary;
using System.Net.Sockets;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Ownership;

/// <summary>The caller's side: has a verb run by the owner, and passes on its output as it comes.</summary>
internal static class CarriedCall
{
    /// <summary>Runs the verb over there.</summary>
    /// <returns>Its exit code; null where the owner went away before it took the verb.</returns>
    /// <exception cref="VerbFault">The owner went away in the middle.</exception>
    public static async Task<int?> RunAsync(Socket owner, CarriedVerb verb, VerbConsole console, CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(owner, ownsSocket: true);
        var begun = false;
        try
        {
            await CarriedWire.SendAsync(stream, verb, cancellationToken);
            var header = new byte[5];
            while (true)
            {
                await stream.ReadExactlyAsync(header, cancellationToken);
                begun = true;
                var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1))];
                await stream.ReadExactlyAsync(payload, cancellationToken);
                if (header[0] == CarriedWire.Exit)
                    return BinaryPrimitives.ReadInt32LittleEndian(payload);
                var target = header[0] == CarriedWire.Output ? console.Output : console.ErrorStream;
                await target.WriteAsync(payload, cancellationToken);
                await target.FlushAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException || exception.InnerException is SocketException)
        {
            if (!begun)
                return null;
            throw new VerbFault(ExitCode.Unreachable, "the process that owns the warehouse went away before it had answered.", exception);
        }
    }
}
