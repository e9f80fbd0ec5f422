namespace VkycEtl.RawEvents;

/// <summary>
/// Which topic a name stands for at the moment. A topic that is deleted and made anew under the same name has another
/// <paramref name="TopicId"/>: offsets of the two have nothing to do with each other.
/// </summary>
/// <param name="ClusterId">The Kafka cluster's id.</param>
/// <param name="TopicId">The topic's id, as Kafka prints it.</param>
/// <param name="Partitions">How many partitions it has.</param>
public sealed record TopicIdentity(string ClusterId, string TopicId, int Partitions)
{
    /// <summary>Whether this client may read it.</summary>
    public bool MayRead { get; init; } = true;

    /// <summary>Whether this client may write to it.</summary>
    public bool MayWrite { get; init; } = true;
}

/// <summary>Reads the identity of a topic from its broker: Kafka's own, or the embedded broker's.</summary>
public interface ITopicIdentities
{
    /// <summary>Asks the broker, never a cache.</summary>
    /// <returns>The identity, or null where the topic does not exist.</returns>
    /// <exception cref="Confluent.Kafka.KafkaException">The broker could not be asked.</exception>
    Task<TopicIdentity?> ReadAsync(string topic, CancellationToken cancellationToken);
}
