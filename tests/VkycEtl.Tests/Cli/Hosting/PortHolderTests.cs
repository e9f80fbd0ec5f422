using System.Net;
using System.Net.Sockets;
using VkycEtl.Cli;
using VkycEtl.Cli.Hosting;

namespace VkycEtl.Tests.Cli.Hosting;

public sealed class PortHolderTests
{
    [Fact]
    public void A_taken_port_is_a_fault_that_names_holder_and_cure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var fault = Assert.Throws<VerbFault>(() => PortHolder.EnsureFree(IPAddress.Loopback, port, "give another --port"));
        Assert.Equal(ExitCode.Usage, fault.Code);
        Assert.Contains($"127.0.0.1:{port} is taken by {(OperatingSystem.IsLinux() ? $"process {Environment.ProcessId} (" : "another process")}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("give another --port", fault.Message, StringComparison.Ordinal);

        listener.Stop();
        PortHolder.EnsureFree(IPAddress.Loopback, port, "");
    }
}
