using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page;

/// <summary>
/// <c>vkyc up</c> on an engine, with simulated transactions in it and nothing more to come, and its page. One of them serves all tests of a class.
/// </summary>
public abstract class PageWorld : IAsyncLifetime
{
    internal const string Token = "a-token-of-the-tests";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string folder = Directory.CreateTempSubdirectory("vkyc-page-").FullName;
    private VkycProcess process = null!;

    internal Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    internal HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>How many transactions are simulated.</summary>
    internal virtual int Transactions => 300;

    internal abstract Task<Dictionary<string, string>> WarehouseAsync();

    public async ValueTask InitializeAsync()
    {
        foreach (var (key, value) in await WarehouseAsync())
            Settings[key] = value;
        Settings["Page:Token"] = Token;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        process = VkycProcess.Start(Settings, "up", "--port", "0", "--data", folder, "--simulate", $"{Transactions}", "--seed", "11");
        await Eventually.TrueAsync(() => Task.FromResult(process.Output.Contains("all are in the warehouse", StringComparison.Ordinal)), "the simulation is loaded", Patience, () => process.Output);
        Http.BaseAddress = new Uri(Regex.Match(process.Output, @"Page +(?<url>http://\S+)", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["url"].Value);
        await Eventually.TrueAsync(
            async () => (await JsonAsync("/api/status")).GetProperty("freshness").GetProperty("marts_behind_loads").GetInt64() == 0, "the derived tables are up to date", Patience, () => process.Output);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (process is not null)
            await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal async Task<string> TextAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        // No assertion: what a test compares again, since the clock moved a number, is not asked again after a fault.
        return answer.StatusCode == HttpStatusCode.OK ? text : throw new HttpRequestException($"{path}: {answer.StatusCode}: {text}");
    }

    internal async Task<JsonElement> JsonAsync(string path)
    {
        using var parsed = JsonDocument.Parse(await TextAsync(path));
        return parsed.RootElement.Clone();
    }

    /// <summary>Rows of a statement, as <c>vkyc query</c> gives them.</summary>
    internal async Task<JsonElement> QueryAsync(string sql)
    {
        await using var query = VkycProcess.Start(Settings, "query", sql, "--format", "json", "--data", folder);
        var code = await query.WaitForExitAsync();
        if (code != 0)
            throw new InvalidOperationException($"exit code {code}: {query.Output}\n{sql}");
        using var parsed = JsonDocument.Parse(query.Output);
        return parsed.RootElement.Clone();
    }

    internal async Task<long> CountAsync(string sql) => (await QueryAsync(sql))[0].EnumerateObject().Single().Value.GetInt64();

    internal static long Number(JsonElement row, string column) =>
        row.GetProperty(column) is { ValueKind: JsonValueKind.Number } number ? long.Parse(number.GetRawText(), CultureInfo.InvariantCulture) : 0;
}

public sealed class DuckDbPage : PageWorld
{
    internal override Task<Dictionary<string, string>> WarehouseAsync() => Task.FromResult(new Dictionary<string, string>(StringComparer.Ordinal));
}

public sealed class PostgresPage : PageWorld
{
    private readonly PostgresServer postgres;

    public PostgresPage(PostgresServer postgres) => this.postgres = postgres;

    internal override async Task<Dictionary<string, string>> WarehouseAsync() => new(StringComparer.Ordinal)
    {
        ["Warehouse:Engine"] = "postgres",
        ["Warehouse:ConnectionString"] = await postgres.CreateDatabaseAsync(),
    };
}
