using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VkycEtl.RawEvents;

namespace VkycEtl.Receiver;

/// <summary>What became of a record.</summary>
internal enum WriteOutcome
{
    /// <summary>All in-sync replicas have it.</summary>
    Written,

    /// <summary>The broker could not keep it without dropping one that nobody has read: not written.</summary>
    GateClosed,

    /// <summary>The broker refuses a record of this size: not written.</summary>
    TooLarge,

    /// <summary>No acknowledgement: perhaps written.</summary>
    Unknown,
}

/// <summary>Writes records to the raw topic and tells when they are durable. A producer that has failed for good is replaced.</summary>
internal sealed class RawEventProducer : IDisposable
{
    private static readonly TimeSpan FlushWait = TimeSpan.FromSeconds(10);

    /// <summary>Between two producers that are built because one has failed: without a right, each fails as soon as it has connected.</summary>
    private static readonly TimeSpan BetweenBuilds = TimeSpan.FromSeconds(2);

    private readonly KafkaOptions kafka;
    private readonly TimeSpan deadline;
    private readonly IProduceGate? gate;
    private readonly ReceiverMetrics metrics;
    private readonly ProducerHealth health;
    private readonly TimeProvider clock;
    private readonly ILogger<RawEventProducer> logger;
    private readonly KafkaFaultNews news;
    private readonly Lock sync = new();
    private readonly CancellationTokenSource ending = new();
    private bool isRebuilding;
    private long? rebuiltAt;
    private IProducer<byte[]?, byte[]> producer;

    public RawEventProducer(
        IOptions<KafkaOptions> kafka,
        IOptions<ReceiverOptions> receiver,
        ReceiverMetrics metrics,
        ProducerHealth health,
        TimeProvider clock,
        ILogger<RawEventProducer> logger,
        IProduceGate? gate = null)
    {
        (this.kafka, deadline, this.gate) = (kafka.Value, receiver.Value.RequestDeadline, gate);
        (this.metrics, this.health, this.clock, this.logger) = (metrics, health, clock, logger);
        news = new KafkaFaultNews(clock);
        producer = Build();
    }

    /// <summary>Writes a record and waits for its acknowledgement, but not past the deadline.</summary>
    public async Task<WriteOutcome> WriteAsync(string route, byte[]? key, byte[] body, Headers headers)
    {
        var size = (key?.Length ?? 0) + body.Length + headers.Sum(header => header.Key.Length + header.GetValueBytes().Length);
        if (size > gate?.MaxBytes)
            return WriteOutcome.TooLarge;
        if (gate?.TryEnter(size) == false)
        {
            logger.GateClosed(route);
            return WriteOutcome.GateClosed;
        }

        var started = clock.GetTimestamp();
        var current = producer;
        try
        {
            var message = new Message<byte[]?, byte[]> { Key = key, Value = body, Headers = headers };
            await DeliverAsync(current, message, size).WaitAsync(deadline, clock);
            health.Succeeded();
            metrics.Written(body.Length, clock.GetElapsedTime(started));
            return WriteOutcome.Written;
        }
        catch (ProduceException<byte[]?, byte[]> refused)
        {
            return Failed(route, refused.Error, current);
        }
        catch (ObjectDisposedException)
        {
            // This request still held a producer that has just been replaced.
            health.Failed();
            logger.NotAcknowledged(route, ErrorCode.Local_Destroy);
            return WriteOutcome.Unknown;
        }
        catch (TimeoutException)
        {
            health.Failed();
            logger.DeadlinePassed(route, deadline);
            return WriteOutcome.Unknown;
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        lock (sync)
        {
            // Each request has waited for its record: what is left here belongs to requests that were answered 503.
            producer.Flush(FlushWait);
            producer.Dispose();
        }

        ending.Dispose();
    }

    /// <summary>Goes on after the request was answered: the gate must know what became of the record.</summary>
    private async Task DeliverAsync(IProducer<byte[]?, byte[]> current, Message<byte[]?, byte[]> message, int size)
    {
        try
        {
            var written = await current.ProduceAsync(kafka.RawTopic, message);
            gate?.Written(size, written.Partition.Value, written.Offset.Value);
        }
        catch (ProduceException<byte[]?, byte[]> refused)
        {
            gate?.NotWritten(size, perhaps: refused.DeliveryResult.Status != PersistenceStatus.NotPersisted);
            throw;
        }
        catch (ObjectDisposedException)
        {
            gate?.NotWritten(size, perhaps: false);
            throw;
        }
    }

    private WriteOutcome Failed(string route, Error error, IProducer<byte[]?, byte[]> failed)
    {
        if (error.IsFatal)
            Rebuild(failed, error);
        if (error.Code == ErrorCode.MsgSizeTooLarge)
            return WriteOutcome.TooLarge;
        health.Failed();
        if (KafkaFaults.IsRight(error.Code))
            Tell(error);
        logger.NotAcknowledged(route, error.Code);
        return WriteOutcome.Unknown;
    }

    private void Rebuild(IProducer<byte[]?, byte[]> failed, Error error)
    {
        TimeSpan wait;
        lock (sync)
        {
            if (producer != failed || isRebuilding || ending.IsCancellationRequested)
                return;
            isRebuilding = true;
            wait = rebuiltAt is { } at ? BetweenBuilds - clock.GetElapsedTime(at) : TimeSpan.Zero;
            if (news.IsNews(error.Code))
                logger.ProducerRebuilt(error.Code, Explain(error));
            if (wait <= TimeSpan.Zero)
                Replace();
        }

        // Off this thread, which may be the failed producer's own callback. Flushed first: what is under way in it must be reported as failed,
        // or its requests would wait for the deadline and the gate for ever.
        _ = Task.Run(async () =>
        {
            if (wait > TimeSpan.Zero && !await ReplaceAfterAsync(wait))
                return;
            failed.Flush(FlushWait);
            failed.Dispose();
        });
    }

    /// <summary>Until then the failed one refuses what it is given at once.</summary>
    /// <returns>Whether there is another now.</returns>
    private async Task<bool> ReplaceAfterAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, clock, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The receiver ends, and with it the producer that it has.
            return false;
        }

        lock (sync)
            return !ending.IsCancellationRequested && Replace();
    }

    private bool Replace()
    {
        isRebuilding = false;
        rebuiltAt = clock.GetTimestamp();
        try
        {
            producer = Build();
            return true;
        }
        catch (KafkaSettingsException refused)
        {
            // A certificate's file that is gone meanwhile, say: the next request tries again.
            logger.ProducerNotBuilt(refused.Message);
            return false;
        }
    }

    private void Tell(Error error)
    {
        if (news.IsNews(error.Code))
            logger.ClientError(error.Code, Explain(error));
    }

    private string Explain(Error error) => KafkaFaults.Explain(error, kafka, KafkaAccess.Write);

    private IProducer<byte[]?, byte[]> Build() => KafkaClients.Build(() =>
        new ProducerBuilder<byte[]?, byte[]>(KafkaClients.Producer(kafka, deadline))
            .SetErrorHandler((sender, error) =>
            {
                if (error.IsFatal)
                    Rebuild((IProducer<byte[]?, byte[]>)sender, error);
                else
                    Tell(error);
            })
            .SetLogHandler((_, message) => logger.ClientLog(message.Facility, message.Message))
            .Build());
}
