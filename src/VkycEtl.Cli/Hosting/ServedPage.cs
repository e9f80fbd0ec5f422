using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace VkycEtl.Cli.Hosting;

/// <summary>The page while another host runs: begun after what stands before it there, ended before it.</summary>
/// <param name="build">Builds it for an address.</param>
/// <param name="urls">Where it may listen: the first that nobody has taken meanwhile.</param>
internal sealed class ServedPage(Func<string, WebApplication> build, IReadOnlyList<string> urls) : IHostedService, IAsyncDisposable
{
    private WebApplication? app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app!.Urls.First());

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var url in urls)
        {
            app = build(url);
            try
            {
                await app.StartAsync(cancellationToken);
                return;
            }
            catch (IOException exception) when (url != urls[^1] && exception.GetBaseException() is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                await app.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
