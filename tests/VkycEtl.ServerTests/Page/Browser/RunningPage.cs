using System.Net.Http.Json;
using System.Text.Json;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>A page on a warehouse of its own: <c>vkyc up</c> in a process, with its webhooks, and the program's own queries.</summary>
internal sealed class RunningPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string folder = Directory.CreateTempSubdirectory("vkyc-page-").FullName;
    private readonly HttpClient client = new();
    private readonly Dictionary<string, string> settings;
    private VkycProcess process;

    private RunningPage(Dictionary<string, string> settings, string[] simulate)
    {
        this.settings = settings;
        process = Start(simulate);
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where webhooks go.</summary>
    public Uri Webhooks { get; private set; } = null!;

    /// <summary>The PostgreSQL database, where it is one.</summary>
    public string? Database => settings.GetValueOrDefault("Warehouse:ConnectionString");

    /// <summary>Starts it, empty or with simulated transactions, and waits until those are in the figures.</summary>
    /// <param name="postgres">Null: on DuckDB.</param>
    /// <param name="seed">What is simulated; null: nothing.</param>
    /// <param name="transactions">How many.</param>
    /// <param name="showPersonal">Whether agents and reasons are shown as sent.</param>
    public static async Task<RunningPage> StartAsync(PostgresServer? postgres, int? seed = null, int transactions = 400, bool showPersonal = false)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Warehouse:Engine"] = postgres is null ? "duckdb" : "postgres",
            ["Page:Url"] = $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}",
        };
        if (showPersonal)
            given["Page:ShowPersonal"] = "true";
        if (postgres is not null)
            given["Warehouse:ConnectionString"] = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var running = new RunningPage(given, seed is null ? [] : ["--simulate", transactions.ToString(), "--seed", seed.Value.ToString()]);
        await running.AwaitUpAsync();
        if (seed is not null)
            await running.AwaitAsync(() => running.process.Output.Contains("all are in the warehouse", StringComparison.Ordinal), "the simulated transactions are loaded");
        await running.AwaitFiguresAsync();
        return running;
    }

    /// <summary>An address of the page with parameters.</summary>
    public Uri At(string parameters) => new(Address, parameters);

    /// <summary>Sends events as webhooks, and waits until the figures have them.</summary>
    public async Task SendAsync(params object[] events)
    {
        var before = await ReadOffsetsAsync();
        foreach (var body in events)
        {
            using var answer = await client.PostAsJsonAsync(Webhooks, body);
            Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        }

        await Eventually.TrueAsync(async () => await ReadOffsetsAsync() >= before + events.Length, "what was sent is accounted for", Patience, () => process.Output);
        await AwaitFiguresAsync();
    }

    /// <summary>What an address of the page's own answers.</summary>
    public async Task<string> ReadAsync(string address)
    {
        using var answer = await client.GetAsync(new Uri(Address, address));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{address}: {answer.StatusCode} {text}");
        return text;
    }

    public async Task<JsonElement> ReadJsonAsync(string address) => JsonSerializer.Deserialize<JsonElement>(await ReadAsync(address));

    /// <summary>The rows of a statement, by <c>vkyc query</c>: another way to the warehouse than the page's.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string sql)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():n}.sql");
        await File.WriteAllTextAsync(file, sql);
        await using var query = VkycProcess.Start(settings, ["query", "--file", file, "--format", "json", "--data", folder]);
        var code = await query.WaitForExitAsync();
        Assert.True(code == 0, query.Output);
        return [.. JsonSerializer.Deserialize<JsonElement>(query.Output).EnumerateArray()];
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => process.KillAsync();

    /// <summary>Starts it again, the page at the same address, on what it had.</summary>
    public async Task RestartAsync()
    {
        await process.DisposeAsync();
        process = Start([]);
        await AwaitUpAsync();
        await AwaitFiguresAsync();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private VkycProcess Start(string[] simulate) => VkycProcess.Start(settings, ["up", "--port", "0", "--data", folder, .. simulate]);

    private async Task AwaitUpAsync()
    {
        await AwaitAsync(() => process.Output.Contains("Stop ", StringComparison.Ordinal), "vkyc up is up");
        var said = process.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1).ToLookup(words => words[0], words => words[1], StringComparer.Ordinal);
        Address = new Uri(said["Page"].First());
        Webhooks = new Uri(said["Webhooks"].First());
    }

    private async Task<long> ReadOffsetsAsync()
    {
        var identity = (await ReadJsonAsync("/api/status")).GetProperty("identity");
        return identity.ValueKind == JsonValueKind.Null ? 0 : identity.GetProperty("offsets").GetInt64();
    }

    // What was sent is loaded (the lag is known and 0), and every load is in the derived tables.
    private Task AwaitFiguresAsync() => Eventually.TrueAsync(
        async () =>
        {
            var status = await ReadJsonAsync("/api/status");
            return status.GetProperty("lag_events") is { ValueKind: JsonValueKind.Number } lag && lag.GetInt64() == 0
                && status.GetProperty("freshness").GetProperty("marts_behind_loads").GetInt64() == 0;
        },
        "what was sent is in the figures",
        Patience,
        () => process.Output);

    private Task AwaitAsync(Func<bool> condition, string what) => Eventually.TrueAsync(
        () => process.HasExited && !condition() ? throw new InvalidOperationException(process.Output) : Task.FromResult(condition()), what, Patience, () => process.Output);
}
