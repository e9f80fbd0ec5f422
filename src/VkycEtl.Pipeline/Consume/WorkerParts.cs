using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>Makes the worker's parts, so that <see cref="Worker.Run"/> shows only how they work together.</summary>
internal sealed class WorkerParts(
    IOptions<KafkaOptions> kafka,
    IOptions<WorkerOptions> options,
    IOptions<WarehouseOptions> warehouseOptions,
    ITopicIdentities identities,
    IWarehouse warehouse,
    IOptions<FlattenOptions> flattenOptions,
    SchemaDirectories directories,
    SchemaSet schemas,
    WorkerStatus status,
    WorkerMetrics metrics,
    TimeProvider clock,
    ILoggerFactory loggers,
    IUnreadLimit? unread = null) : IDisposable
{
    private readonly ILogger logger = loggers.CreateLogger<Worker>();
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Who this worker is, in the ledger.</summary>
    public string WorkerName { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>The raw topic.</summary>
    public string TopicName => kafka.Value.RawTopic;

    /// <summary>Waits for the warehouse, migrates it where the settings allow, and refuses one that does not fit.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken) =>
        await Retry("preparing the warehouse").ExecuteAsync(
            async token =>
            {
                if (warehouseOptions.Value.MigrateAtStart && await IsUnfitAsync(token))
                {
                    foreach (var step in await warehouse.MigrateAsync(token))
                        logger.Migrated(step);
                }

                await warehouse.CheckAsync(token);
                status.Recovered();
            },
            cancellationToken);

    /// <summary>The schemas in force.</summary>
    public DeployedSchemas CreateDeployedSchemas() => new(warehouse, directories, schemas, flattenOptions.Value, clock, logger);

    /// <summary>An empty batch.</summary>
    public BatchBuilder CreateBatch() => new(options.Value, clock) { TopicName = TopicName };

    /// <summary>The loads of this worker.</summary>
    public LoadsInFlight CreateLoads() => new(CreateLoader(), identities, Retry("asking for the topic's id"), turn, OnCommitted, logger);

    /// <summary>The raw topic, subscribed.</summary>
    public RawEventSource CreateSource(Action<IReadOnlyCollection<int>, bool> handOver) => new(
        TopicName, KafkaClients.Consumer(kafka.Value), CreateProgressReader(), Retry("reading progress"), handOver, logger);

    /// <summary>The idle worker's check.</summary>
    public StandingCheck CreateStandingCheck() => new(CreateProgressReader(), options.Value.VerifyEvery, clock, logger);

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    /// <summary>A worker that comes late with older schemas, all deployed once, has nothing to migrate: newer ones are in force.</summary>
    private async Task<bool> IsUnfitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await warehouse.CheckAsync(cancellationToken);
            return false;
        }
        catch (WarehouseUnfitException)
        {
            return true;
        }
    }

    private BatchLoader CreateLoader() => new(
        warehouse,
        options.Value.MaxPoisonShare,
        clock,
        loggers.CreateLogger<BatchLoader>(),
        (_, fault) =>
        {
            status.Retrying($"loading: {fault.Message}");
            metrics.Retried(warehouse.Engine);
        });

    private ProgressReader CreateProgressReader() => new(TopicName, identities, warehouse, turn, clock);

    private void OnCommitted(PendingBatch pending, IReadOnlyList<RangeCounts> counts)
    {
        var committed = counts.Count == pending.Batch.Ranges.Count
            ? pending.Batch
            : pending.Batch.Without([.. pending.Batch.Ranges.Select(range => range.Partition).Except(counts.Select(count => count.Partition))]);
        metrics.Committed(committed, counts, clock.GetUtcNow().UtcDateTime);
        status.Committed(counts.Sum(count => count.Loaded));
        foreach (var range in committed.Ranges)
            unread?.Loaded(range.Partition, range.NextOffset);
    }

    private ResiliencePipeline Retry(string what) => TransientRetry.Build(
        IsTransient,
        (fault, attempt, delay) =>
        {
            var faultClass = fault is KafkaException or TopicMissingException ? "kafka" : warehouse.Engine;
            status.Retrying($"{what}: {fault.Message}");
            metrics.Retried(faultClass);
            logger.Retrying(what, faultClass, attempt, delay, fault.Message);
        },
        clock);

    private bool IsTransient(Exception fault) => fault switch
    {
        TopicMissingException => true,
        KafkaException kafkaFault => kafkaFault.Error.Code is not (
            ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed),
        OperationCanceledException => false,
        _ => warehouse.Classify(fault) == FaultKind.Transient,
    };
}
