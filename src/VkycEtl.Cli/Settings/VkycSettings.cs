using System.Reflection;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Ownership;
using VkycEtl.Page;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Settings;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary><c>Text</c> on a terminal, else <c>Json</c>.</summary>
    Auto,

    /// <summary>One flat JSON object a line, for a collector.</summary>
    Json,

    /// <summary>One readable line.</summary>
    Text,
}

/// <summary>What is logged, and how. ops/LOGS.md lists every line. Settings section <c>Logging</c>.</summary>
internal sealed class LoggingOptions
{
    /// <summary>The settings section.</summary>
    public const string Section = "Logging";

    /// <summary><c>Auto</c>: readable lines on a terminal, JSON elsewhere; <c>Json</c>; <c>Text</c>. Default <c>Auto</c>.</summary>
    public LogFormat Format { get; set; } = LogFormat.Auto;

    /// <summary>
    /// The least level that is logged, by category; <c>Default</c> is all of ours (preset: Information; in <c>up</c>: Warning), others' are logged
    /// from Warning on.
    /// </summary>
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
        Page = reader.Read<PageOptions>(PageOptions.Section);
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

    public PageOptions Page { get; }

    public LoggingOptions Logging { get; }

    /// <summary>Every section with the class that takes it, in the order in which this class has them.</summary>
    public static IReadOnlyList<(string Name, Type Type)> Sections { get; } =
    [
        .. typeof(VkycSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (Name: property.PropertyType.GetField("Section")?.GetRawConstantValue() as string, Type: property.PropertyType))
            .Where(section => section.Name is not null)
            .Select(section => (section.Name!, section.Type)),
    ];

    /// <summary>Every key with the value that is in force.</summary>
    public IEnumerable<SettingKey> Keys => typeof(VkycSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.PropertyType.GetField("Section") is not null)
        .SelectMany(property => SettingKey.Of((string)property.PropertyType.GetField("Section")!.GetRawConstantValue()!, property.GetValue(this)!));

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
