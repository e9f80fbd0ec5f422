using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>
/// Stands between a worker and PostgreSQL, and once, when told to, breaks the connection at COMMIT: before it arrives, or after it, so that
/// the answer is lost. It can also let nothing through at all.
/// </summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    // A simple query message: 'Q', its length (4 bytes), the text, and a zero. Npgsql sends COMMIT as one. ("READ COMMITTED" is another text.)
    private static readonly byte[] CommitText = Encoding.ASCII.GetBytes("COMMIT\0");

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int serverPort;
    private readonly Task accepting;
    private readonly ConcurrentDictionary<TcpClient, bool> open = [];
    private volatile bool isSevered;
    private int commitsToLose;
    private bool commitArrives;

    public PostgresProxy(int serverPort)
    {
        this.serverPort = serverPort;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>How many COMMITs got no answer.</summary>
    public int Lost { get; private set; }

    /// <summary>The next COMMIT will get no answer.</summary>
    /// <param name="arrives">Whether the server gets it.</param>
    public void LoseNextCommit(bool arrives)
    {
        commitArrives = arrives;
        Interlocked.Increment(ref commitsToLose);
    }

    /// <summary>Breaks all connections, and every new one, until <see cref="Restore"/>.</summary>
    public void Sever()
    {
        isSevered = true;
        foreach (var client in open.Keys)
            client.Client.Close();
    }

    /// <summary>Lets connections through again.</summary>
    public void Restore() => isSevered = false;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(CarryAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            open[client] = true;
            if (isSevered)
                return;
            using var closing = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            await server.ConnectAsync(IPAddress.Loopback, serverPort, closing.Token);
            client.NoDelay = server.NoDelay = true;
            var loses = new TaskCompletionSource();
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), loses, closing.Token),
                AnswerAsync(server.GetStream(), client.GetStream(), loses.Task, closing.Token));
            await closing.CancelAsync();
            open.TryRemove(client, out _);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, TaskCompletionSource loses, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                if (buffer.AsSpan(0, read).IndexOf(CommitText) >= 0 && Interlocked.CompareExchange(ref commitsToLose, 0, 1) == 1)
                {
                    if (!commitArrives)
                    {
                        Lost++;
                        return;
                    }

                    loses.SetResult();
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone: the connection ends, as it would without us.
            return;
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, Task loses, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                if (loses.IsCompleted)
                {
                    // This is the answer: the server has committed. The client never sees it.
                    Lost++;
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
    }
}
