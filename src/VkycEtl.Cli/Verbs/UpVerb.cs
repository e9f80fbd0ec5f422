using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Up;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc up</c>: everything in one process.</summary>
internal static class UpVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var port = new Option<int?>("--port") { Description = "Port of the receiver on 127.0.0.1; 8080 unless the settings say otherwise.", HelpName = "PORT" };
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value is < 0 or > 65_535)
                result.AddError($"--port {value}: must be between 0 (any that is free) and 65535.");
        });
        var data = CommonOptions.Data();
        var simulate = new Option<int?>("--simulate") { Description = "Send so many realistic transactions to the receiver, and print how far they came.", HelpName = "N" };
        simulate.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value < 1)
                result.AddError($"--simulate {value}: must be at least 1.");
        });
        var seed = SimulateVerb.Seed();
        var settings = CommonOptions.Settings();
        var command = new Command("up", """
            Runs everything in one process: a broker inside unless one is configured, a DuckDB file under DIR, the receiver, the worker and the page.
              vkyc up --simulate 2000
            """)
        {
            port, data, simulate, seed, settings,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            new UpRequest(parsed.GetValue(port), parsed.GetValue(data)!, parsed.GetValue(simulate), parsed.GetValue(seed), parsed.GetValue(settings)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(VerbContext context, UpRequest request, CancellationToken cancellationToken)
    {
        var directory = new DataDirectory(request.Data);
        var options = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (request.Port is { } port)
            options["Receiver:Url"] = $"http://127.0.0.1:{port}";
        var settings = VkycSettings.Load(request.SettingsFile, directory, options);
        var listens = FrontDoor.Check(settings.Receiver);
        await using var owned = await OwnedWarehouse.OpenAsync(context, settings, directory, "up", cancellationToken);
        PortHolder.EnsureFree(listens.Address, listens.Port, "stop it, or give another --port");
        var pageUrls = PageAddress.Candidates(settings.Page.Url, listens.Port);
        if (await owned.Opened.Warehouse.MigrateAsync(cancellationToken) is { Count: > 0 } steps)
            await context.Console.Error.WriteLineAsync($"The warehouse was brought to the current schema in {steps.Count} steps.");

        using var broker = Broker.ConfiguredOrEmbedded(settings.Kafka);
        using var lag = new TopicLag(settings.Kafka, broker.Identities, owned.Opened.Warehouse);
        owned.Lag = lag;
        owned.HasBrokerInside = broker.Embedded is not null;
        var builder = Roles.CreateWeb(context, settings, settings.Receiver.Url, LogLevel.Warning);

        // The order is that of the data; a stop goes the other way: the door, the drain, the worker.
        builder.Services.AddWorkerRole(settings, directory, owned.Opened, broker);
        if (broker.Embedded is not null)
            builder.Services.AddSingleton(lag).AddHostedService<DrainBeforeStop>();
        builder.Services.AddReceiverRole(settings, broker);
        builder.Services.AddPageRole(status => new ServedPage(url => Roles.BuildPage(context, settings, url, LogLevel.Warning, owned.Opened.Warehouse, status), pageUrls));
        await using var app = builder.Build();
        app.MapVkycReceiver();
        app.MapVkycTelemetry();
        await using var said = cancellationToken.Register(() => context.Console.ErrorLines.Write(
            "Stopping: no more webhooks are taken, what was acknowledged is loaded first. Ctrl-C again ends at once."));
        var code = await Serving.RunAsync(
            app,
            async stopping =>
            {
                var address = new Uri(app.Urls.First());
                await Banner.WriteAsync(context, settings, directory, broker, address, app.Services.GetRequiredService<ServedPage>().Address);
                if (request.Simulate is { } transactions)
                {
                    var signer = RequestSigner.For(settings.Receiver.Routes[ReceiverOptions.DefaultRoute].Auth, context.Time);
                    await SimulatedStart.RunAsync(
                        context, owned.Opened.Warehouse, FrontDoor.Webhooks(address, settings.Receiver), signer, transactions, request.Seed, stopping);
                }

                await LiveLine.ShowAsync(context, app.Services, stopping);
            },
            cancellationToken);
        await Banner.WriteStopAsync(context, settings, directory, broker, lag, app.Services.GetRequiredService<WorkerStatus>());
        return code;
    }

    private sealed record UpRequest(int? Port, string Data, int? Simulate, long? Seed, string? SettingsFile);
}
