using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Ownership;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Settings;

/// <summary>How much is logged. Settings section <c>Logging</c>.</summary>
internal sealed class LoggingOptions
{
    /// <summary>The settings section.</summary>
    public const string Section = "Logging";

    /// <summary>The least level that is logged, by category; <c>Default</c> is all others.</summary>
    public Dictionary<string, LogLevel> LogLevel { get; set; } = [];
}

/// <summary>All settings, read and judged in one place.</summary>
internal sealed class VkycSettings
{
    /// <summary>Room for a record's key and headers beside its body, in bytes.</summary>
    private const int RecordOverhead = 16 * 1024;

    private VkycSettings(SettingsReader reader)
    {
        Kafka = reader.Read<KafkaOptions>(KafkaOptions.Section);
        Receiver = reader.Read<ReceiverOptions>(ReceiverOptions.Section);
        Warehouse = reader.Read<WarehouseOptions>(WarehouseOptions.Section);
        Worker = reader.Read<WorkerOptions>(WorkerOptions.Section);
        Schemas = reader.Read<FlattenOptions>(FlattenOptions.Section);
        Reporting = reader.Read<ReportingOptions>(ReportingOptions.Section);
        Logging = reader.Read<LoggingOptions>(LoggingOptions.Section);
        reader.RefuseOtherSections();
        if (Receiver.LargestBodyBytes() is var largest && largest + RecordOverhead > Kafka.MaxMessageBytes)
            reader.Refuse($"Receiver: MaxBodyBytes = {largest}: a record of such a body needs Kafka:MaxMessageBytes of at least {largest + RecordOverhead}, which is {Kafka.MaxMessageBytes}");
        foreach (var fault in KafkaProperties.ProducerFaults(Kafka).Union(KafkaProperties.ConsumerFaults(Kafka), StringComparer.Ordinal))
            reader.Refuse(fault);
    }

    public KafkaOptions Kafka { get; }

    public ReceiverOptions Receiver { get; }

    public WarehouseOptions Warehouse { get; }

    public WorkerOptions Worker { get; }

    public FlattenOptions Schemas { get; }

    public ReportingOptions Reporting { get; }

    public LoggingOptions Logging { get; }

    /// <summary>Whether the warehouse is a file of this machine, which belongs to one process.</summary>
    public bool IsDuckDb => Warehouse.Engine == "duckdb";

    /// <summary>Reads the settings.</summary>
    /// <param name="file">Another settings file than the one beside the program, or null.</param>
    /// <param name="directory">DIR: where the DuckDB file is unless the settings name another.</param>
    /// <param name="options">Settings that options of the command line make, by key.</param>
    /// <param name="demands">What else the verb asks of the settings: a line for each fault.</param>
    /// <exception cref="SettingsFault">With every fault, a line each.</exception>
    public static VkycSettings Load(string? file, DataDirectory directory, IReadOnlyDictionary<string, string?>? options = null, params IReadOnlyList<Func<VkycSettings, IEnumerable<string>>> demands)
    {
        var configuration = SettingsSource.Build(file, Environment.GetEnvironmentVariables(), options ?? new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase));
        var warehouse = configuration.GetSection(WarehouseOptions.Section);
        if (warehouse[nameof(WarehouseOptions.Engine)] is null or "" or "duckdb"
            && string.IsNullOrEmpty(warehouse[nameof(WarehouseOptions.ConnectionString)])
            && string.IsNullOrEmpty(warehouse[nameof(WarehouseOptions.ConnectionStringFile)]))
            warehouse[nameof(WarehouseOptions.ConnectionString)] = directory.DatabaseFile;

        var reader = new SettingsReader(configuration);
        var settings = new VkycSettings(reader);
        foreach (var fault in demands.SelectMany(demand => demand(settings)))
            reader.Refuse(fault);
        return reader.Faults.Count == 0
            ? settings
            : throw new SettingsFault(reader.Faults);
    }
}
