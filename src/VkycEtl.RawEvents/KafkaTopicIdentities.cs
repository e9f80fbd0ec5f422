using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace VkycEtl.RawEvents;

/// <summary>Identities as a real Kafka gives them.</summary>
public sealed class KafkaTopicIdentities : ITopicIdentities, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1);
    private readonly AdminClientConfig config;
    private IAdminClient admin;

    /// <param name="options">How to reach Kafka.</param>
    /// <exception cref="KafkaSettingsException">A property is refused or unknown.</exception>
    public KafkaTopicIdentities(KafkaOptions options)
    {
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
            return await ReadAsync(admin, topic, cancellationToken);
        }
        catch (KafkaException)
        {
            // An admin client that has lost its controller does not look for the next one ("Timed out waiting for controller", for as long
            // as the killed broker stays away): the next call asks through another.
            admin.Dispose();
            admin = Build();
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task<TopicIdentity?> ReadAsync(IAdminClient admin, string topic, CancellationToken cancellationToken)
    {
        var cluster = admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience });
        var topics = admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Patience });
        await Task.WhenAll(cluster, Settled(topics)).WaitAsync(cancellationToken);

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
            ErrorCode.NoError => new TopicIdentity((await cluster).ClusterId, found.TopicId.ToString(), found.Partitions.Count),
            ErrorCode.UnknownTopicOrPart => null,
            _ => throw new KafkaException(found.Error),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        admin.Dispose();
        turn.Dispose();
    }

    private IAdminClient Build() => new AdminClientBuilder(config).SetLogHandler(static (_, _) => { }).Build();

    private static Task Settled(Task task) =>
        task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
