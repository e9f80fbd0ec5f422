using System.Collections.Concurrent;
using System.Net.Sockets;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Ownership;

/// <summary>
/// The owner's side: takes verbs of other processes from the socket and runs them here, each with the caller's input, output and width. A caller
/// that goes away cancels its verb.
/// </summary>
internal sealed class OwnerSocket : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly Func<CarriedVerb, VerbConsole, CancellationToken, Task<int>> run;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Task, bool> callers = new();
    private readonly Task accepting;

    /// <summary>Listens in the directory until disposed.</summary>
    /// <param name="directory">The directory this process has taken.</param>
    /// <param name="run">Runs a carried verb and answers its exit code; throws nothing.</param>
    public OwnerSocket(DataDirectory directory, Func<CarriedVerb, VerbConsole, CancellationToken, Task<int>> run)
    {
        this.run = run;
        listener = directory.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>Takes no more callers, and lets those who are here finish: a query may need its time.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(callers.Keys);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket caller;
            try
            {
                caller = await listener.AcceptAsync(stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                if (stopping.IsCancellationRequested)
                    return;
                continue;
            }

            var serving = ServeAsync(caller);
            callers.TryAdd(serving, true);
            _ = serving.ContinueWith(done => callers.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        await Task.Yield();
        var stream = new NetworkStream(caller, ownsSocket: true);
        using var gone = new CancellationTokenSource();
        using var turn = new SemaphoreSlim(1);
        var watching = Task.CompletedTask;
        try
        {
            var verb = await CarriedWire.ReceiveAsync(stream, gone.Token);
            watching = WatchAsync(stream, gone);
            using var console = new VerbConsole(
                verb.Input is null ? Stream.Null : new MemoryStream(verb.Input),
                new FrameStream(stream, CarriedWire.Output, turn),
                new FrameStream(stream, CarriedWire.Error, turn),
                verb.Width,
                HasInput: verb.Input is not null)
            {
                HasColour = verb.HasColour,
                Zone = TimeZoneInfo.TryFindSystemTimeZoneById(verb.Zone, out var zone) ? zone : TimeZoneInfo.Utc,
            };
            var code = await run(verb, console, gone.Token);
            await new FrameStream(stream, CarriedWire.Exit, turn).WriteAsync(BitConverter.GetBytes(code), gone.Token);
            caller.Shutdown(SocketShutdown.Send);
            await watching;
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidDataException or OperationCanceledException)
        {
            // The caller is gone, or never was a vkyc: there is nobody to tell.
        }
        finally
        {
            await stream.DisposeAsync();
            await watching;
        }
    }

    // A caller sends nothing after its request: a read that ends means that it has closed, or was killed.
    private static async Task WatchAsync(NetworkStream stream, CancellationTokenSource gone)
    {
        try
        {
            _ = await stream.ReadAsync(new byte[1]);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // A reset is an end as well.
        }

        await gone.CancelAsync();
    }
}
