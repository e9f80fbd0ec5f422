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
    private readonly KafkaFaultNews news = new(clock);
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Who this worker is, in the ledger.</summary>
    public string WorkerName { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>The raw topic.</summary>
    public string TopicName => kafka.Value.RawTopic;

    /// <summary>
    /// Waits for the warehouse, migrates it where the settings allow, and refuses one that does not fit; then waits for a broker, and refuses to go on
    /// where it does not know this client or does not allow it to read. While running, the same is waited for: a password may change at the broker first.
    /// </summary>
    /// <exception cref="ConsumerStoppedException">Refused by the broker.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await PrepareWarehouseAsync(cancellationToken);
        var topic = await Retry("asking Kafka for the topic", fault => IsTransient(fault) && !(fault is KafkaException { Error.Code: var code } && KafkaFaults.IsStranger(code)))
            .ExecuteAsync(async token => await identities.ReadAsync(TopicName, token), cancellationToken);
        if (topic is { MayRead: false })
            throw new ConsumerStoppedException(KafkaFaults.Explain(new Error(ErrorCode.TopicAuthorizationFailed), kafka.Value, KafkaAccess.Read));
        status.Recovered();
    }

    private async Task PrepareWarehouseAsync(CancellationToken cancellationToken) =>
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
        kafka.Value, CreateProgressReader(), Retry("reading progress"), handOver, news, status, logger);

    /// <summary>The idle worker's check.</summary>
    public StandingCheck CreateStandingCheck() => new(CreateProgressReader(), options.Value.VerifyEvery, status, news, clock, logger);

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

    private ProgressReader CreateProgressReader() => new(kafka.Value, identities, warehouse, turn, clock);

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

    /// <summary>What went wrong, in one line.</summary>
    public string Explain(Exception fault) =>
        fault is KafkaException kafkaFault ? KafkaFaults.Explain(kafkaFault, kafka.Value, KafkaAccess.Read) : fault.Message;

    private ResiliencePipeline Retry(string what) => Retry(what, IsTransient);

    private ResiliencePipeline Retry(string what, Func<Exception, bool> isTransient) => TransientRetry.Build(
        isTransient,
        (fault, attempt, delay) =>
        {
            var faultClass = fault is KafkaException or TopicMissingException ? "kafka" : warehouse.Engine;
            status.Retrying($"{what}: {Explain(fault)}");
            metrics.Retried(faultClass);
            logger.Retrying(what, faultClass, attempt, delay, Explain(fault));
        },
        clock);

    private bool IsTransient(Exception fault) => fault switch
    {
        TopicMissingException => true,
        KafkaException kafkaFault => !KafkaFaults.IsRight(kafkaFault.Error.Code),
        OperationCanceledException => false,
        _ => warehouse.Classify(fault) == FaultKind.Transient,
    };
}
