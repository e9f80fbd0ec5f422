using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Groups;

/// <summary>
/// Three brokers in three racks, that let consumers read from the nearest replica and miss a member of the new group protocol soon, but not before a
/// worker that restarts on a busy machine is back.
/// </summary>
public sealed class RackedKafka : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Properties = new(StringComparer.Ordinal)
    {
        ["broker.rack"] = "rack-{id}",
        ["replica.selector.class"] = "org.apache.kafka.common.replica.RackAwareReplicaSelector",
        ["group.consumer.min.session.timeout.ms"] = "6000",
        ["group.consumer.session.timeout.ms"] = "20000",
        ["group.consumer.min.heartbeat.interval.ms"] = "500",
        ["group.consumer.heartbeat.interval.ms"] = "500",
    };

    private readonly SemaphoreSlim starting = new(1);
    private KafkaCluster? cluster;

    /// <summary>Starts it; skips the test where there is no <c>KAFKA_HOME</c>.</summary>
    public async Task<KafkaCluster> GetAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            return cluster ??= await KafkaCluster.StartNewAsync(3, Properties, cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        starting.Dispose();
        if (cluster is not null)
            await cluster.DisposeAsync();
    }
}
