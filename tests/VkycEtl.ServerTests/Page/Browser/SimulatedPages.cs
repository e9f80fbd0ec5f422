using System.Collections.Concurrent;
using VkycEtl.ServerTests.Page.Browser;
using VkycEtl.ServerTests.Servers;

[assembly: AssemblyFixture(typeof(SimulatedPages))]

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Pages on simulated traffic that tests only read: one an engine and seed, started when the first test asks.</summary>
public sealed class SimulatedPages(PostgresServer postgres) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Engine, int Seed), Lazy<Task<RunningPage>>> started = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var page in started.Values.Where(page => page is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            await (await page.Value).DisposeAsync();
    }

    internal Task<RunningPage> GetAsync(string engine = "duckdb", int seed = 1) =>
        started.GetOrAdd((engine, seed), key => new(() => RunningPage.StartAsync(key.Engine == "postgres" ? postgres : null, key.Seed))).Value;
}
