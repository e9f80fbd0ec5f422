using System.Collections.Concurrent;
using VkycEtl.ServerTests.Page.Browser;
using VkycEtl.ServerTests.Servers;

[assembly: AssemblyFixture(typeof(SimulatedPages))]

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Pages on simulated traffic that tests only read: one an engine and seed, started when the first test asks.</summary>
public sealed class SimulatedPages : IAsyncDisposable
{
    private const string DuckDb = "duckdb";

    private readonly ConcurrentDictionary<(string Engine, int Seed), Lazy<Task<RunningPage>>> started = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var page in started.Values.Where(page => page is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            await (await page.Value).DisposeAsync();
    }

    /// <summary>The one on DuckDB.</summary>
    internal Task<RunningPage> GetAsync(int seed = 1) => GetAsync(DuckDb, postgres: null, seed);

    /// <summary>The one on an engine.</summary>
    internal Task<RunningPage> GetAsync(string engine, PostgresServer? postgres, int seed = 1) =>
        started.GetOrAdd((engine, seed), _ => new(() => RunningPage.StartAsync(engine == DuckDb ? null : postgres, seed))).Value;
}
