using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Consume;

/// <summary>
/// The pipeline: raw events in, typed rows out, exactly once. One long-running thread consumes and flattens; while a batch is in the
/// database the next one is being filled, so that at most two are in memory. <see cref="Run"/> shows the whole of it.
/// </summary>
internal sealed class Worker(
    WorkerParts parts, IOptions<WorkerOptions> options, WorkerStatus status, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Worker> logger)
    : BackgroundService
{
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FullWait = TimeSpan.FromSeconds(1);

    /// <summary>Consume, flatten, load, account: until asked to stop, then what is in memory is handed over.</summary>
    private void Run(CancellationToken stopping)
    {
        using var loads = parts.CreateLoads();
        var batch = parts.CreateBatch();
        using var source = parts.CreateSource(handOver: (partitions, mayWait) =>
        {
            foreach (var partition in partitions)
                batch.Discard(partition);
            if (mayWait)
                loads.WaitFor(partitions, options.Value.HandOverWait);
        });
        var standing = parts.CreateStandingCheck();
        using var schemas = parts.CreateDeployedSchemas();

        while (!stopping.IsCancellationRequested)
        {
            source.Settle();
            loads.Finish(source);
            standing.Verify(source, isIdle: batch.IsEmpty && loads.IsIdle);

            if (source.Read(ReadWait) is { } item)
            {
                // All of a batch is flattened by the schemas that were in force when it was begun.
                if (batch.IsEmpty)
                    schemas.Follow();
                if (item.Raw is { } raw)
                    batch.Add(item.Position, raw, schemas.Flatten(raw));
                else
                    batch.AddEnd(item.Position, item.EndOffset);
            }

            // A full batch waits for the one in the database: briefly without polling, then with fetching held and polling kept up.
            if (batch.IsFull && !loads.IsIdle)
                source.Hold(!loads.Wait(source.IsHeld ? TimeSpan.Zero : FullWait));
            else if (!batch.IsFull)
                source.Hold(false);
            if (batch.IsDue && loads.IsIdle)
            {
                loads.Finish(source);
                if (!batch.IsEmpty)
                    loads.Begin(batch.Take(parts.WorkerName, schemas.Current));
            }

            status.Show(source, batch.Records);
        }

        HandOver(source, loads, batch, schemas.Current);
    }

    /// <summary>A clean stop: the load in flight ends, what was flattened is loaded too, and the group is left; all within the bound.</summary>
    private void HandOver(RawEventSource source, LoadsInFlight loads, BatchBuilder batch, SchemaSet schemas)
    {
        var deadline = clock.GetUtcNow() + options.Value.HandOverWait;
        if (loads.Wait(options.Value.HandOverWait))
        {
            loads.Finish(source);
            if (!batch.IsEmpty)
            {
                loads.Begin(batch.Take(parts.WorkerName, schemas));
                var left = deadline - clock.GetUtcNow();
                if (left > TimeSpan.Zero && loads.Wait(left))
                    loads.Finish(source);
            }
        }

        // Before the group is left: a revocation drops what is still in memory.
        var isLoaded = loads.IsSettled && batch.IsEmpty;
        loads.Cancel();
        source.Close();
        logger.WorkerStopped(isLoaded ? "everything read is loaded" : "what was not loaded is read again by the next owner");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await parts.PrepareAsync(stoppingToken);
            logger.WorkerStarted(parts.WorkerName, parts.TopicName);
            status.Started();
            await Task.Factory.StartNew(
                () => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            status.Stopped();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            status.Stopped();
        }
        catch (KafkaException fault)
        {
            // Whatever passes by itself was retried where it arose.
            Fail(new ConsumerStoppedException(parts.Explain(fault), fault));
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private void Fail(Exception fault)
    {
        // Not swallowed: it is logged in one line, makes the health red, ends the process, and becomes its exit code.
        status.Failed(fault);
        logger.WorkerFailed(fault.Message, fault is WarehouseUnfitException or ConsumerStoppedException ? null : fault);
        lifetime.StopApplication();
    }
}
