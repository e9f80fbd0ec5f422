using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Verbs;
using VkycEtl.Page;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Marts;
using VkycEtl.Pipeline.Publish;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Hosting;

/// <summary>Puts hosts together from the roles: the only place that joins receiver, worker and warehouse.</summary>
internal static class Roles
{
    /// <summary>A web host with nothing but what is asked for: no environment, no files, no arguments are read beside our settings.</summary>
    /// <param name="context">Clock and console.</param>
    /// <param name="settings">Levels of logging.</param>
    /// <param name="url">Where it listens.</param>
    /// <param name="least">The least level of ours that is logged.</param>
    public static WebApplicationBuilder CreateWeb(VerbContext context, VkycSettings settings, string url, LogLevel least)
    {
        var builder = CreatePlainWeb(context, settings, url, least);
        builder.Services.AddVkycTelemetry();
        return builder;
    }

    /// <summary>A host that listens nowhere.</summary>
    public static HostApplicationBuilder CreateSilent(VerbContext context, VkycSettings settings, LogLevel least)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "vkyc" });
        AddCommon(builder, context, settings, least);
        return builder;
    }

    /// <summary>The worker, with the warehouse that it loads into.</summary>
    public static IServiceCollection AddWorkerRole(
        this IServiceCollection services, VkycSettings settings, DataDirectory directory, OpenWarehouse warehouse, Broker broker)
    {
        services.AddSingleton(Options.Create(settings.Worker));
        services.AddSingleton(Options.Create(settings.Warehouse));
        services.AddSingleton(Options.Create(settings.Schemas));
        services.AddSingleton(warehouse.Schemas).AddSingleton(warehouse.Directories);
        services.AddSingleton(warehouse.Warehouse);
        services.AddBroker(settings, broker);
        services.AddHealthChecks().AddCheck<WorkerHealth>("worker", tags: [Telemetry.ReadyTag]);
        if (settings.IsDuckDb && settings.Warehouse.PublishEvery > TimeSpan.Zero)
            services.AddVkycPublisher(new PublishPlan(directory.Published, settings.Warehouse.PublishedPath ?? directory.Published, settings.Warehouse.PublishEvery));
        services.AddVkycMarts();
        return services.AddVkycWorker();
    }

    /// <summary>The page, beside the worker of this host.</summary>
    /// <param name="services">The worker's services.</param>
    /// <param name="page">Makes it.</param>
    public static IServiceCollection AddPageRole(this IServiceCollection services, Func<WorkerStatus, ServedPage> page)
    {
        services.AddSingleton(provider => page(provider.GetRequiredService<WorkerStatus>()));
        return services.AddHostedService(provider => provider.GetRequiredService<ServedPage>());
    }

    /// <summary>The page, a web application of its own: nothing that publishes another address of this process publishes it.</summary>
    /// <param name="context">Clock and console.</param>
    /// <param name="settings">Who may see what, and levels of logging.</param>
    /// <param name="url">Where it listens.</param>
    /// <param name="least">The least level of ours that is logged.</param>
    /// <param name="warehouse">What it reads.</param>
    /// <param name="worker">The worker of this process, or null.</param>
    public static WebApplication BuildPage(VerbContext context, VkycSettings settings, string url, LogLevel least, IWarehouse warehouse, WorkerStatus? worker)
    {
        var builder = CreatePlainWeb(context, settings, url, least);
        builder.Services.AddVkycPage(settings.Page, new PageSource(warehouse, settings.Reporting, settings.Kafka.RawTopic, worker));
        var app = builder.Build();
        app.MapVkycPage();
        return app;
    }

    /// <summary>The receiver.</summary>
    public static IServiceCollection AddReceiverRole(this IServiceCollection services, VkycSettings settings, Broker broker)
    {
        services.AddSingleton(Options.Create(settings.Receiver));
        services.AddBroker(settings, broker);
        return services.AddVkycReceiver();
    }

    /// <summary>Builds either kind of host; one that listens shows health and metrics.</summary>
    public static IHost Build(IHostApplicationBuilder builder)
    {
        if (builder is not WebApplicationBuilder web)
            return ((HostApplicationBuilder)builder).Build();
        var app = web.Build();
        app.MapVkycTelemetry();
        return app;
    }

    private static WebApplicationBuilder CreatePlainWeb(VerbContext context, VkycSettings settings, string url, LogLevel least)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "vkyc", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseUrls(url);
        builder.Services.AddRouting();
        AddCommon(builder, context, settings, least);
        return builder;
    }

    private static void AddBroker(this IServiceCollection services, VkycSettings settings, Broker broker)
    {
        services.AddSingleton(Options.Create(settings.Kafka));
        services.AddSingleton(broker.Identities);
        if (broker.Embedded is { } embedded)
            services.AddSingleton(embedded.Gate).AddSingleton(embedded.Limit);
    }

    private static void AddCommon(IHostApplicationBuilder builder, VerbContext context, VkycSettings settings, LogLevel least)
    {
        builder.Services.AddSingleton(context.Time);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = DrainBeforeStop.Patience);
        LogOutput.Configure(builder.Logging, context.Console, context.Time, settings, least);
    }
}
