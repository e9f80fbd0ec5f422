using System.CommandLine;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Page;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc page</c>: the web page alone, on PostgreSQL.</summary>
internal static class PageVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var settings = CommonOptions.Settings();
        var command = new Command("page", """
            Serves the web page alone, at Page:Url or http://127.0.0.1:8081, from PostgreSQL; a credential that only reads schema vkyc is enough.
            Others than this machine need the token (Page:Token or Page:TokenFile). A DuckDB file belongs to one process: there 'vkyc up' and
            'vkyc worker' serve the page.
              VKYC_Warehouse__Engine=postgres VKYC_Warehouse__ConnectionStringFile=/run/secrets/pg vkyc page
            """)
        {
            settings,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(settings), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(VerbContext context, string? settingsFile, CancellationToken cancellationToken)
    {
        var settings = VkycSettings.Load(settingsFile, new DataDirectory(DataDirectory.Default));
        if (settings.IsDuckDb)
        {
            throw new VerbFault(
                ExitCode.Usage,
                "a DuckDB file belongs to the process that loads it, and that one serves the page: 'vkyc up' does, and 'vkyc worker' where Page:Url is set (VKYC_Page__Url=http://127.0.0.1:8081).");
        }

        var url = settings.Page.Url.Length > 0 ? settings.Page.Url : PageOptions.DefaultUrl;
        PortHolder.EnsureFree(url, "stop it, or set another Page:Url");
        await using var warehouse = Warehouses.Open(settings, context.Time);
        await using var app = Roles.BuildPage(context, settings, url, LogLevel.Information, warehouse.Warehouse, worker: null);
        return await Serving.RunAsync(app, _ => context.Console.Out.WriteLineAsync($"The page is at {app.Urls.First()}. Ctrl-C stops it."), cancellationToken);
    }
}
