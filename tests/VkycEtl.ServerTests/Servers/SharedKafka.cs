using VkycEtl.ServerTests.Servers;

[assembly: AssemblyFixture(typeof(SharedKafka))]

namespace VkycEtl.ServerTests.Servers;

/// <summary>
/// The Kafka that all tests share, each with its own topics: the one whose bootstrap servers <c>VKYC_TEST_KAFKA</c> holds, or three
/// brokers of our own, started when the first test asks. A test that hurts brokers starts a <see cref="KafkaCluster"/> itself.
/// </summary>
public sealed class SharedKafka : IAsyncDisposable
{
    public const string Variable = "VKYC_TEST_KAFKA";

    private readonly SemaphoreSlim starting = new(1);
    private KafkaCluster? cluster;

    /// <summary>The cluster; skips the test where there is none.</summary>
    public async Task<KafkaCluster> GetAsync(CancellationToken cancellationToken = default)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
                return cluster ??= KafkaCluster.At(given);
            if (KafkaCluster.FindHome() is null)
                MissingServer.SkipOrFail("Kafka", $"set {Variable} to bootstrap servers, or KAFKA_HOME to the folder of a Kafka distribution");
            return cluster ??= await KafkaCluster.StartNewAsync(3, properties: null, cancellationToken);
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
