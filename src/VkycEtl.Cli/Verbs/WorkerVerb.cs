using System.CommandLine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc worker</c>: Kafka to the warehouse, as in production.</summary>
internal static class WorkerVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("worker", """
            Consumes raw events, flattens them and loads them into the warehouse, exactly once. Serves health and metrics where Worker:Url says, and the
            page where Page:Url says.
              VKYC_Kafka__BootstrapServers=kafka:9092 VKYC_Warehouse__Engine=postgres VKYC_Warehouse__ConnectionStringFile=/run/secrets/pg vkyc worker
            """)
        {
            data, settings,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(data)!, parsed.GetValue(settings), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(VerbContext context, string data, string? settingsFile, CancellationToken cancellationToken)
    {
        var directory = new DataDirectory(data);
        var settings = VkycSettings.Load(settingsFile, directory, options: null, Broker.Demand);
        if (settings.Worker.Url.Length > 0)
            PortHolder.EnsureFree(settings.Worker.Url, "stop it, or set another Worker:Url");
        if (settings.Page.Url.Length > 0)
            PortHolder.EnsureFree(settings.Page.Url, "stop it, or set another Page:Url");
        using var broker = Broker.Configured(settings.Kafka);

        // A DuckDB file is shared through its owner; PostgreSQL needs nobody's leave.
        await using var owned = settings.IsDuckDb ? await OwnedWarehouse.OpenAsync(context, settings, directory, "worker", cancellationToken) : null;
        await using var alone = owned is null ? Warehouses.Open(settings, context.Time) : null;
        var warehouse = owned?.Opened ?? alone!;

        using var lag = new TopicLag(settings.Kafka, broker.Identities, warehouse.Warehouse);
        if (owned is not null)
            owned.Lag = lag;

        IHostApplicationBuilder builder = settings.Worker.Url.Length > 0
            ? Roles.CreateWeb(context, settings, settings.Worker.Url, LogLevel.Information)
            : Roles.CreateSilent(context, settings, LogLevel.Information);
        builder.Services.AddWorkerRole(settings, directory, warehouse, broker);
        if (settings.Page.Url.Length > 0)
            builder.Services.AddPageRole(status => new ServedPage(url => Roles.BuildPage(context, settings, url, LogLevel.Information, warehouse.Warehouse, status), [settings.Page.Url]));
        using var host = Roles.Build(builder);
        return await Serving.RunAsync(host, _ => Task.CompletedTask, cancellationToken);
    }
}
