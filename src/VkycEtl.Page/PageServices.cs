using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using VkycEtl.Page.Access;
using VkycEtl.Page.Figures;
using VkycEtl.Page.Query;
using VkycEtl.Page.Status;
using VkycEtl.Page.Transactions;

namespace VkycEtl.Page;

/// <summary>Registers the page with a host of its own and maps its addresses.</summary>
public static class PageServices
{
    private const long MostBodyBytes = 16 * 1024;

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the page.</summary>
    /// <param name="services">The host's services; they have routing.</param>
    /// <param name="options">Who may see what.</param>
    /// <param name="source">What it reads.</param>
    public static IServiceCollection AddVkycPage(this IServiceCollection services, PageOptions options, PageSource source)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options).AddSingleton(source);
        services.AddSingleton<Tokens>().AddSingleton<Doorkeeper>().AddSingleton<Frame>().AddSingleton<Personal>().AddSingleton<WebFiles>();
        services.AddSingleton<WarehouseReader>().AddSingleton<StandingReader>().AddSingleton<LedgerWatch>();
        services.AddSingleton<FigureCache>().AddSingleton<FigureEndpoint>().AddSingleton<StatusEndpoint>().AddSingleton<ListEndpoint>().AddSingleton<TransactionEndpoint>();
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
        });
        return services;
    }

    /// <summary>Maps every address; what comes from elsewhere without the token is refused before any of them.</summary>
    public static void MapVkycPage(this WebApplication app)
    {
        var services = app.Services;
        var frame = services.GetRequiredService<Frame>();
        var doorkeeper = services.GetRequiredService<Doorkeeper>();
        app.Use((http, next) => frame.ServeAsync(http, () => next(http)));
        app.Use((http, next) => doorkeeper.AdmitAsync(http, () => next(http)));
        app.UseRouting();

        var files = services.GetRequiredService<WebFiles>();
        foreach (var path in files.Paths)
            app.MapMethods(path, Reading, (RequestDelegate)files.ServeAsync);
        app.MapMethods("/api/figures/{figure}", Reading, (RequestDelegate)services.GetRequiredService<FigureEndpoint>().ServeAsync);
        app.MapMethods("/api/status", Reading, (RequestDelegate)services.GetRequiredService<StatusEndpoint>().ServeAsync);
        var lists = services.GetRequiredService<ListEndpoint>();
        app.MapMethods("/api/transactions", Reading, (RequestDelegate)lists.ServeAsync);
        app.MapMethods("/api/transactions.csv", Reading, (RequestDelegate)lists.ServeCsvAsync);
        app.MapMethods("/api/transactions.sql", Reading, (RequestDelegate)lists.ServeSqlAsync);
        app.MapMethods("/api/transactions/{**ids}", Reading, (RequestDelegate)services.GetRequiredService<TransactionEndpoint>().ServeAsync);

        var options = services.GetRequiredService<PageOptions>();
        app.Lifetime.ApplicationStarted.Register(() => services.GetRequiredService<ILogger<Frame>>().PageOpen(
            string.Join(", ", app.Urls),
            options.HasToken ? "from elsewhere with the token" : "from this machine only",
            options.ShowPersonal ? "as sent" : "masked"));
    }
}
