using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Delivery;

/// <summary>Brokers that die under a worker; on a cluster of the test's own.</summary>
public sealed class BrokerFaultTests(PostgresServer postgres)
{
    [Fact]
    public async Task Killed_brokers_that_come_back_lose_and_double_nothing()
    {
        await using var kafka = await KafkaCluster.StartNewAsync(3, properties: null, TestContext.Current.CancellationToken);
        var scenario = await Scenario.CreateAsync(kafka, await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await using var worker = scenario.StartWorker(("Worker:BatchRows", "50"));
        await scenario.SendAsync(500);
        await scenario.AwaitRowsAsync(() => worker.Output);

        for (var broker = 1; broker <= 3; broker++)
        {
            await kafka.KillAsync(broker);
            await scenario.SendAsync(500);
            await scenario.AwaitRowsAsync(() => worker.Output, seconds: 120);
            await kafka.RestartAsync(broker, TestContext.Current.CancellationToken);
        }

        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("lost"));
        Assert.DoesNotContain("log_diverged", worker.Output, StringComparison.Ordinal);
    }
}
