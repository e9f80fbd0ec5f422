using System.CommandLine;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc receiver</c>: HTTP to Kafka, as in production.</summary>
internal static class ReceiverVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var settings = CommonOptions.Settings();
        var command = new Command("receiver", """
            Takes webhooks over HTTP and writes them to Kafka; answers once the broker has them. Serves /health/live, /health/ready and /metrics as well.
              VKYC_Kafka__BootstrapServers=kafka:9092 vkyc receiver
            """)
        {
            settings,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(settings), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(VerbContext context, string? settingsFile, CancellationToken cancellationToken)
    {
        var settings = VkycSettings.Load(
            settingsFile, new DataDirectory(DataDirectory.Default), options: null, static settings => settings.Receiver.OpenRoutes(), Broker.Demand);
        PortHolder.EnsureFree(settings.Receiver.Url, "stop it, or set another Receiver:Url");
        using var broker = Broker.Configured(settings.Kafka);
        var builder = Roles.CreateWeb(context, settings, settings.Receiver.Url, LogLevel.Information);
        builder.Services.AddReceiverRole(settings, broker);
        await using var app = builder.Build();
        app.MapVkycReceiver();
        app.MapVkycTelemetry();
        return await Serving.RunAsync(app, _ => Task.CompletedTask, cancellationToken);
    }
}
