using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>A figure on the page: what is read, and the number as it came (null: there is none).</summary>
internal sealed record Shown(string Text, double? Value);

/// <summary>The page in a browser, with everything that went wrong there and everything it asked for.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private const float Patience = 30_000;

    // Before any script of the page: what the policy refuses is kept where the test finds it.
    private const string WatchPolicy = """
        window.violations = [];
        document.addEventListener('securitypolicyviolation', event => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
        """;

    private const string ReadRows = """
        rows => rows.map(row => [...row.cells].map(cell => {
            const data = cell.querySelector('data');
            return [data ? data.textContent : '', data?.getAttribute('value') ?? ''];
        }))
        """;

    private readonly IBrowserContext context;

    private OpenPage(IBrowserContext context, IPage tab) => (this.context, Tab) = (context, tab);

    public IPage Tab { get; }

    /// <summary>Errors on the console, and exceptions that nobody caught.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>Every address it asked for.</summary>
    public ConcurrentQueue<Uri> Requests { get; } = new();

    public static async Task<OpenPage> GoAsync(IBrowserContext context, Uri address)
    {
        var opened = new OpenPage(context, await context.NewPageAsync());
        opened.Tab.SetDefaultTimeout(Patience);
        opened.Tab.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                opened.Errors.Enqueue($"{message.Type}: {message.Text}");
        };
        opened.Tab.PageError += (_, error) => opened.Errors.Enqueue(error);
        opened.Tab.Request += (_, request) => opened.Requests.Enqueue(new Uri(request.Url));
        await opened.Tab.AddInitScriptAsync(WatchPolicy);
        await opened.Tab.GotoAsync(address.ToString());
        await opened.AwaitFiguresAsync();
        return opened;
    }

    /// <summary>Waits until the figures of the present address stand, and the chart with them.</summary>
    public async Task AwaitFiguresAsync()
    {
        await WaitAsync("Boolean(document.body.dataset.shown) && !document.body.hasAttribute('aria-busy') && document.body.dataset.state !== 'loading'");
        await Tab.WaitForSelectorAsync("#trend-chart canvas", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
    }

    /// <summary>Waits until an expression holds. (Playwright's own waiting evaluates inside the page, which its policy refuses.)</summary>
    public Task WaitAsync(string expression, object? argument = null) => Eventually.TrueAsync(() => Tab.EvaluateAsync<bool>(expression, argument), expression);

    /// <summary>Changes what the server answers at some addresses before the page has it.</summary>
    public Task RewriteAsync(string addresses, Action<JsonNode> change) => Tab.RouteAsync(addresses, async route =>
    {
        var answer = await route.FetchAsync();
        var body = JsonNode.Parse(await answer.TextAsync())!;
        change(body);
        await route.FulfillAsync(new() { Response = answer, Body = body.ToJsonString() });
    });

    /// <summary>Holds back what is asked for at some addresses, until the result is set.</summary>
    public async Task<TaskCompletionSource> HoldAsync(string addresses)
    {
        var held = new TaskCompletionSource();
        await Tab.RouteAsync(addresses, async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        return held;
    }

    /// <summary>Waits until the page asks for the status once more: what it had to do at once, it has done.</summary>
    public Task AwaitNextPollAsync()
    {
        var before = Polls();
        return Eventually.TrueAsync(() => Task.FromResult(Polls() > before), "the status is asked for again");

        int Polls() => Requests.Count(request => request.AbsolutePath == "/api/status");
    }

    /// <summary>Waits until the body says a state.</summary>
    public Task AwaitStateAsync(string state) =>
        Tab.WaitForSelectorAsync($"body[data-state={state}]", new PageWaitForSelectorOptions { Timeout = 2 * Patience });

    /// <summary>The rows of a table's body, each cell's figure.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<Shown>>> ReadTableAsync(string table)
    {
        var rows = await Tab.Locator($"{table} > tbody > tr").EvaluateAllAsync<string[][][]>(ReadRows);
        return [.. rows.Select(row => (IReadOnlyList<Shown>)[.. row.Select(cell => new Shown(cell[0], Number(cell[1])))])];
    }

    /// <summary>A tile's number and note.</summary>
    public async Task<(Shown Number, string Note)> ReadTileAsync(string id)
    {
        var number = Tab.Locator($"#tile-{id} .number data");
        var value = await number.GetAttributeAsync("value");
        return (new Shown(await number.InnerTextAsync(), Number(value ?? "")), await Tab.Locator($"#tile-{id} .note").InnerTextAsync());
    }

    public Task<string> TextAsync(string selector) => Tab.Locator(selector).InnerTextAsync();

    public Task<string[]> ReadViolationsAsync() => Tab.EvaluateAsync<string[]>("window.violations");

    /// <summary>Nothing went wrong in the browser, and the policy refused nothing.</summary>
    public async Task AssertQuietAsync()
    {
        Assert.Empty(await ReadViolationsAsync());
        Assert.Empty(Errors);
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();

    private static double? Number(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);
}
