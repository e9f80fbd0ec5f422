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

    [Fact]
    public async Task A_holder_that_opens_and_closes_files_all_the_time_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells who holds a port");

        // A number below the listener's comes free, so that what opens and closes is looked at before it.
        var below = File.OpenHandle("/dev/null");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        below.Dispose();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var busy = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                    File.OpenHandle("/dev/null").Dispose();
            },
            CancellationToken.None);
        try
        {
            for (var i = 0; i < 50; i++)
            {
                var fault = Assert.Throws<VerbFault>(() => PortHolder.EnsureFree(IPAddress.Loopback, port, ""));
                Assert.Contains($"process {Environment.ProcessId} (", fault.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await busy;
        }
    }
}
