using Microsoft.Playwright;
using VkycEtl.ServerTests.Page.Browser;
using VkycEtl.ServerTests.Servers;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>
/// The browser that all tests share, each with its own profile: what <c>VKYC_TEST_CHROMIUM</c> names, or a Chromium that is installed. It starts when
/// the first test asks.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    public const string Variable = "VKYC_TEST_CHROMIUM";

    private static readonly string[] Usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly SemaphoreSlim starting = new(1);
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask DisposeAsync()
    {
        starting.Dispose();
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>Opens an address of a page in a profile of its own; skips the test where there is no browser.</summary>
    internal async Task<OpenPage> OpenAsync(Uri address, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var started = await StartAsync();
        // A zone that is neither the server's nor the reporting one: no time on the page may depend on it.
        var context = await started.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            TimezoneId = "America/New_York",
            AcceptDownloads = true,
        });
        return await OpenPage.GoAsync(context, address);
    }

    private async Task<IBrowser> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : Array.Find(Usual, File.Exists);
        program ??= MissingServer.SkipOrFail("Chromium", $"install it (apt-get install chromium), or set {Variable} to its program");
        await starting.WaitAsync();
        try
        {
            playwright ??= await Playwright.CreateAsync();
            // Tests run as root in containers, where Chromium's sandbox cannot.
            return browser ??= await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox"] });
        }
        finally
        {
            starting.Release();
        }
    }
}
