using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Load.Postgres;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load;

/// <summary>Puts a warehouse together.</summary>
public static class WarehouseServices
{
    /// <summary>
    /// Binds <see cref="WarehouseOptions"/> and <see cref="ReportingOptions"/> (unknown keys are refused, values are checked at start) and registers
    /// <see cref="IWarehouse"/> and <see cref="LedgerAudit"/>. A <see cref="SchemaSet"/> must be registered too.
    /// </summary>
    public static IServiceCollection AddWarehouse(this IServiceCollection services)
    {
        services.AddOptions<WarehouseOptions>()
            .BindConfiguration(WarehouseOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddOptions<ReportingOptions>()
            .BindConfiguration(ReportingOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WarehouseOptions>, WarehouseOptionsValidator>();
        services.AddSingleton<IValidateOptions<ReportingOptions>, ReportingOptionsValidator>();
        services.AddSingleton(provider => Create(
            provider.GetRequiredService<IOptions<WarehouseOptions>>().Value,
            provider.GetRequiredService<IOptions<ReportingOptions>>().Value,
            provider.GetRequiredService<SchemaSet>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton(provider => new LedgerAudit(
            provider.GetRequiredService<IWarehouse>(), provider.GetService<TimeProvider>() ?? TimeProvider.System));
        return services;
    }

    /// <summary>The warehouse of the engine that is set.</summary>
    public static IWarehouse Create(WarehouseOptions options, ReportingOptions reporting, SchemaSet schemas, TimeProvider clock) =>
        options.Engine == "postgres"
            ? new PostgresWarehouse(options, reporting, schemas, clock)
            : new DuckDbWarehouse(options, reporting, schemas, clock);
}
