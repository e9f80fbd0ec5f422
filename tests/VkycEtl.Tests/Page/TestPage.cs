using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using VkycEtl.Page;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Cli;

namespace VkycEtl.Tests.Page;

/// <summary>The page on a real socket, over a DuckDB warehouse that is empty.</summary>
internal sealed class TestPage : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WebApplication app;

    private TestPage(PageOptions options, TimeProvider clock)
    {
        Warehouse = WarehouseEngines.Create(
            new WarehouseOptions { ConnectionString = Path.Combine(folder.Path, "warehouse.duckdb") }, new ReportingOptions(), SchemaSet.Load(Path.Combine(AppContext.BaseDirectory, "avro")), clock);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddSingleton(clock);
        builder.Logging.AddProvider(Log);
        builder.Services.AddVkycPage(options, new PageSource(Warehouse, new ReportingOptions(), "vkyc.raw", Worker: null));
        app = builder.Build();
        app.MapVkycPage();
    }

    public IWarehouse Warehouse { get; }

    public FakeLoggerProvider Log { get; } = new();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None });

    public static async Task<TestPage> StartAsync(PageOptions? options = null, TimeProvider? clock = null, bool isMigrated = true)
    {
        var page = new TestPage(options ?? new PageOptions(), clock ?? TimeProvider.System);
        if (isMigrated)
            await page.Warehouse.MigrateAsync(TestContext.Current.CancellationToken);
        await page.app.StartAsync(TestContext.Current.CancellationToken);
        page.Http.BaseAddress = new Uri(page.app.Urls.Single());
        return page;
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await Warehouse.DisposeAsync();
        folder.Dispose();
    }
}
