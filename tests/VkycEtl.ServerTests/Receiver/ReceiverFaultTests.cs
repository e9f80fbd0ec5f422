using System.Diagnostics;
using System.Net;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Receiver;

/// <summary>Brokers that die behind a receiver, on a cluster of the test's own.</summary>
public sealed class ReceiverFaultTests
{
    [Fact]
    public async Task One_broker_less_is_200_two_less_is_503_within_the_deadline_and_nothing_taken_is_missing()
    {
        await using var kafka = await KafkaCluster.StartNewAsync(3, properties: null, TestContext.Current.CancellationToken);
        // Longer than usual: the killed broker may lead the controllers too, and its successor is elected on a busy machine.
        await using var receiver = await ReceiverUnderTest.StartAsync(kafka, ("Receiver:RequestDeadline", "00:00:20"));
        await SendAllAsync(receiver, 100);

        await kafka.KillAsync(1);
        await SendAllAsync(receiver, 200);
        Assert.Equal(300, receiver.Taken.Count);

        await kafka.KillAsync(2);
        var clock = Stopwatch.StartNew();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => receiver.SendAsync()));
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        // A busy machine is slow; a deadline that was waited for twice would be longer.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(35));
        Assert.False(await receiver.IsReadyAsync());

        await Task.WhenAll(kafka.RestartAsync(1, TestContext.Current.CancellationToken), kafka.RestartAsync(2, TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(
            receiver.IsReadyAsync, "ready again without a request", TimeSpan.FromSeconds(60), () => receiver.Process.Output);
        await Eventually.TrueAsync(
            async () => await receiver.SendAsync() == HttpStatusCode.OK, "events are taken again", TimeSpan.FromSeconds(60), () => receiver.Process.Output);
        Assert.Empty(receiver.Broken);
        receiver.AssertNothingTakenIsMissing();
    }

    private static async Task SendAllAsync(ReceiverUnderTest receiver, int count)
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => receiver.SendAsync()));
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
    }
}
