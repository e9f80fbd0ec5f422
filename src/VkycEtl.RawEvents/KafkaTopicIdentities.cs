using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace VkycEtl.RawEvents;

/// <summary>Identities as a real Kafka gives them.</summary>
public sealed class KafkaTopicIdentities : ITopicIdentities, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How much longer an answer may still come, by another broker, after one did not let us in.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim turn = new(1);
    private readonly KafkaOptions kafka;
    private readonly AdminClientConfig config;
    private IAdminClient admin;
    private Connection connection = new();
    private volatile bool isDisposed;

    /// <param name="options">How to reach Kafka.</param>
    /// <exception cref="KafkaSettingsException">A property is refused or unknown.</exception>
    public KafkaTopicIdentities(KafkaOptions options)
    {
        kafka = options;
        config = KafkaClients.Admin(options);
        admin = Build();
    }

    /// <inheritdoc/>
    public async Task<TopicIdentity?> ReadAsync(string topic, CancellationToken cancellationToken)
    {
        // One at a time, so that a client can be replaced with nobody waiting on it.
        await turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return await ReadAsync(admin, topic, cancellationToken);
        }
        catch (KafkaException fault)
        {
            // An admin client that has lost its controller does not look for the next one ("Timed out waiting for controller", for as long
            // as the killed broker stays away): the next call asks through another.
            admin.Dispose();
            var cause = KafkaFaults.IsAbsence(fault.Error.Code) && connection.Fault is { } known ? known : fault.Error;
            admin = Build();
            throw new KafkaFaultException(cause.Code, KafkaFaults.Explain(cause, kafka, KafkaAccess.Describe), fault);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<TopicIdentity?> ReadAsync(IAdminClient admin, string topic, CancellationToken cancellationToken)
    {
        var cluster = admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience });
        var topics = admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true });
        var answered = Settled(Task.WhenAll(cluster, topics));
        await Task.WhenAny(answered, connection.Refused).WaitAsync(cancellationToken);
        if (!answered.IsCompleted)
        {
            // Asked on, librdkafka would try for as long as its patience lasts, and then only say that it timed out.
            await Task.WhenAny(answered, Task.Delay(Grace, cancellationToken));
            if (!answered.IsCompleted)
                throw new KafkaException(connection.Fault!);
        }

        TopicDescription found;
        try
        {
            found = (await topics).TopicDescriptions[0];
        }
        catch (DescribeTopicsException refused)
        {
            found = refused.Results.TopicDescriptions[0];
        }

        return found.Error.Code switch
        {
            ErrorCode.NoError => new TopicIdentity((await cluster).ClusterId, found.TopicId.ToString(), found.Partitions.Count)
            {
                MayRead = May(found, AclOperation.Read),
                MayWrite = May(found, AclOperation.Write),
            },
            ErrorCode.UnknownTopicOrPart => null,
            _ => throw new KafkaException(found.Error),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A load that was on its way when the worker failed may still be asking, and may be about to replace the client: disposed of twice, or while it is
        // used, a client takes the process with it (seen: a segmentation fault in place of exit code 4).
        isDisposed = true;
        if (!turn.Wait(Patience + Grace))
            return;
        admin.Dispose();
        turn.Release();
        turn.Dispose();
    }

    private IAdminClient Build()
    {
        var ours = connection = new Connection();
        return KafkaClients.Build(() => new AdminClientBuilder(config)
            .SetErrorHandler((_, error) => ours.Note(error))
            .SetLogHandler(static (_, _) => { })
            .Build());
    }

    // A broker that does not say is taken at its word by whoever reads or writes.
    private static bool May(TopicDescription topic, AclOperation operation) =>
        topic.AuthorizedOperations is not { Count: > 0 } allowed || allowed.Contains(operation) || allowed.Contains(AclOperation.All);

    private static Task Settled(Task task) =>
        task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>What became of a client's connections. A call itself only times out.</summary>
    private sealed class Connection
    {
        private readonly TaskCompletionSource refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile Error? fault;

        /// <summary>The most telling fault so far: a broker that does not let us in says more than one that is not there.</summary>
        public Error? Fault => fault;

        /// <summary>Ends where a broker did not let us in.</summary>
        public Task Refused => refused.Task;

        public void Note(Error error)
        {
            if (fault is null || KafkaFaults.IsStranger(error.Code) || fault.Code == ErrorCode.Local_AllBrokersDown)
                fault = error;
            if (KafkaFaults.IsStranger(error.Code))
                refused.TrySetResult();
        }
    }
}
