using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Hosting;

/// <summary>Runs a host until it is asked to stop, or stops by itself, and says which.</summary>
internal static class Serving
{
    /// <summary>Starts the host, does something beside it, and waits for its end.</summary>
    /// <param name="host">The host.</param>
    /// <param name="beside">What goes on while it serves; its fault ends the host, its end does not.</param>
    /// <param name="stopping">Asks for a graceful stop.</param>
    /// <returns>0 after a graceful stop; 4 or 5 after a fault of the receiver or the worker.</returns>
    public static async Task<int> RunAsync(IHost host, Func<CancellationToken, Task> beside, CancellationToken stopping)
    {
        try
        {
            await host.StartAsync(stopping);
        }
        catch (IOException exception) when (exception.GetBaseException() is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
        {
            throw new VerbFault(ExitCode.Usage, $"{exception.Message} Stop what has it, or choose another port.", exception);
        }

        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var stop = stopping.Register(lifetime.StopApplication);
        var doing = BesideAsync();
        await host.WaitForShutdownAsync(CancellationToken.None);
        await doing;

        if (host.Services.GetService<ProducerHealth>()?.Refusal is { } refusal)
            throw new VerbFault(ExitCode.Fatal, $"the receiver has stopped: {refusal}");
        if (host.Services.GetService<WorkerStatus>() is { Fault: { } fault } worker)
            throw new VerbFault(worker.IsFatal ? ExitCode.Fatal : Faults.Judge(fault).Code, $"the worker has stopped: {fault.Message}", fault);

        // The host stops when one of its services fails in a way that nobody foresaw, and does not say so. Once a stop is asked for, each ends as it may.
        foreach (var service in host.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (!stopping.IsCancellationRequested && service.ExecuteTask is { IsFaulted: true, Exception.InnerException: { } unforeseen })
                ExceptionDispatchInfo.Throw(unforeseen);
        }

        return ExitCode.Done;

        async Task BesideAsync()
        {
            try
            {
                await beside(lifetime.ApplicationStopping);
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // The host is going down; nothing beside it needs to go on.
            }
            catch
            {
                lifetime.StopApplication();
                throw;
            }
        }
    }
}
