using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary><c>vkyc up</c> as a person runs it: broker and warehouse inside, webhooks over HTTP, queries from beside.</summary>
public sealed partial class UpTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Simulated_transactions_and_a_curl_become_rows_and_a_stop_loses_nothing()
    {
        using var stop = new CancellationTokenSource();
        using var output = new TextSink();
        using var errors = new TextSink();
        using var console = new VerbConsole(Stream.Null, output, errors, Width: null, HasInput: false);
        var up = VkycCommand.RunAsync(
            new VerbContext(console, TimeProvider.System), ["up", "--port", "0", "--data", Data, "--simulate", "40", "--seed", "11"], stop.Token);
        await UntilAsync(() => errors.Text.Contains("events loaded", StringComparison.Ordinal) || up.IsCompleted, () => output.Text + errors.Text);

        Assert.Contains("seed 11", output.Text, StringComparison.Ordinal);
        Assert.Contains("VCIP_CALL_STARTED", output.Text, StringComparison.Ordinal);
        Assert.Contains("APPROVED", output.Text, StringComparison.Ordinal);
        Assert.Equal(40, await CountAsync("SELECT count(DISTINCT transaction_id) AS n FROM vkyc.events"));

        // What the banner says to paste works.
        var (url, body) = (CurlUrl().Match(output.Text).Value, CurlBody().Match(output.Text).Groups["body"].Value);
        using var http = new HttpClient();
        using (var answer = await PostAsync(http, url, body))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await UntilAsync(async () => await CountAsync("SELECT count(*) AS n FROM vkyc.events WHERE app_id = 'demo'") == 1, () => errors.Text);

        var root = url[..url.IndexOf("/webhooks", StringComparison.Ordinal)];
        Assert.Contains("vkyc_offsets_loaded", await http.GetStringAsync(root + "/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("\"worker\"", await http.GetStringAsync(root + "/health/ready", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // Acknowledged just before the stop: in the broker's memory only, unless it is drained.
        for (var i = 0; i < 300; i++)
        {
            using var answer = await PostAsync(http, url, body.Replace("trn:vkyc:", $"late-{i}-", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await up.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(301, await CountAsync("SELECT count(*) AS n FROM vkyc.events WHERE app_id = 'demo'"));

        // BI tools see the last row too.
        await using var published = new DuckDBConnection($"Data Source={Path.Combine(Data, "published", "vkyc.duckdb")};access_mode=READ_ONLY");
        await published.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(301, await published.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc.events WHERE app_id = 'demo'"));
        var (code, audit, _) = await Verb.RunAsync(["audit", "--data", Data]);
        Assert.True(code == ExitCode.Done, audit);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string url, string body) =>
        http.PostAsync(new Uri(url), new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    private async Task<long> CountAsync(string sql)
    {
        var (code, output, error) = await Verb.RunAsync(["query", "--data", Data, "--format", "json", sql]);
        Assert.True(code == ExitCode.Done, error);
        using var json = JsonDocument.Parse(output);
        return json.RootElement[0].GetProperty("n").GetInt64();
    }

    private static Task UntilAsync(Func<bool> condition, Func<string> state) => UntilAsync(() => Task.FromResult(condition()), state);

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> state)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, string.Create(CultureInfo.InvariantCulture, $"not within {Patience}: {state()}"));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/webhooks/vkyc", RegexOptions.None, 1000)]
    private static partial Regex CurlUrl();

    [GeneratedRegex("-d '(?<body>[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CurlBody();
}
