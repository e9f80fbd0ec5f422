using System.Net;
using Confluent.Kafka.Admin;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Secured;

/// <summary>The least rights that ops/KAFKA.md lists: with each taken away, at the start and under load, who lacks what is said, with the command that grants it.</summary>
public sealed class RightsTests(SecuredKafka secured, PostgresServer postgres)
{
    private const string Mechanism = "SCRAM-SHA-512";

    [Fact]
    public async Task A_receiver_without_Write_is_not_ready_and_is_once_it_is_granted()
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var user = await secured.CreateUserAsync("receiver");
        await secured.AllowAsync(user, AclOperation.Describe, ResourceType.Topic, world.Topic);
        await using var receiver = world.StartReceiver(secured.Sasl(Mechanism, user), ("Receiver:RequestDeadline", "00:00:02"));
        await SecuredWorld.AwaitLineAsync(receiver.Process, $"--operation Write --topic {world.Topic}");
        Assert.Contains($"User:{user} lacks the right Write on topic {world.Topic}", receiver.Process.Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => await receiver.SendAsync() == HttpStatusCode.ServiceUnavailable, "it listens, and answers 503", details: () => receiver.Process.Output);
        Assert.False(await receiver.IsReadyAsync());

        await world.AllowReceiverAsync(user);
        await receiver.AwaitReadyAsync();
        await Eventually.TrueAsync(async () => await receiver.SendAsync() == HttpStatusCode.OK, "events are taken", details: () => receiver.Process.Output);

        // A producer without a right fails as soon as it has connected, and is built again: not at once each time.
        Assert.InRange(receiver.Process.Output.Split("\"EventId\":1004").Length - 1, 0, 1);
    }

    [Fact]
    public async Task A_receiver_that_loses_Write_under_load_answers_503_until_it_has_it_again()
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var user = await secured.CreateUserAsync("receiver");
        await world.AllowReceiverAsync(user);
        await secured.AllowAsync(user, AclOperation.Describe, ResourceType.Topic, world.Topic);
        await using var receiver = world.StartReceiver(secured.Sasl(Mechanism, user), ("Receiver:RequestDeadline", "00:00:02"));
        await receiver.AwaitReadyAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = receiver.LoadAsync(senders: 4, stop.Token);
        await Eventually.TrueAsync(() => Task.FromResult(receiver.Taken.Count > 50), "the load is under way", details: () => receiver.Process.Output);

        await secured.TakeAwayAsync(user, AclOperation.Write, ResourceType.Topic, world.Topic);
        await SecuredWorld.AwaitLineAsync(receiver.Process, $"User:{user} lacks the right Write on topic {world.Topic}");
        await Eventually.TrueAsync(async () => !await receiver.IsReadyAsync(), "it is not ready", details: () => receiver.Process.Output);
        await stop.CancelAsync();
        await load;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await receiver.SendAsync());

        // It looks for itself: a load balancer sends nothing to one that is not ready.
        await world.AllowReceiverAsync(user);
        await receiver.AwaitReadyAsync();
        await Eventually.TrueAsync(async () => await receiver.SendAsync() == HttpStatusCode.OK, "events are taken again", details: () => receiver.Process.Output);
        Assert.Empty(receiver.Broken);
        receiver.AssertNothingTakenIsMissing();
    }

    [Theory]
    [InlineData(ResourceType.Topic)]
    [InlineData(ResourceType.Group)]
    public async Task A_worker_without_Read_ends_with_4_and_the_command_that_grants_it(ResourceType missing)
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var user = await secured.CreateUserAsync("worker");
        await world.AllowWorkerAsync(user);
        await TakeReadAsync(world, user, missing);
        await using var worker = world.StartWorker(secured.Sasl(Mechanism, user));
        await AssertStoppedAsync(worker, world, user, missing);
    }

    [Theory]
    [InlineData(ResourceType.Topic, "classic")]
    [InlineData(ResourceType.Group, "classic")]
    [InlineData(ResourceType.Topic, "consumer")]
    [InlineData(ResourceType.Group, "consumer")]
    public async Task A_worker_that_loses_Read_under_load_ends_with_4_and_its_successor_goes_on_exactly(ResourceType lost, string protocol)
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var user = await secured.CreateUserAsync("worker");
        await world.AllowWorkerAsync(user);
        var client = secured.Sasl(Mechanism, user);
        if (protocol == "consumer")
            world.Scenario.UseNewGroupProtocol();

        await world.Scenario.SendAsync(500);
        await using var worker = world.StartWorker(client);
        await world.Scenario.AwaitRowsAsync(() => worker.Output, atLeast: 1);
        await TakeReadAsync(world, user, lost);
        await world.Scenario.SendAsync(500);
        await AssertStoppedAsync(worker, world, user, lost);

        await secured.AllowAsync(user, AclOperation.Read, lost, lost == ResourceType.Topic ? world.Topic : world.Group);
        await using var successor = world.StartWorker(client);
        await world.Scenario.AwaitRowsAsync(() => successor.Output);
        await world.Scenario.AssertExactAsync();
    }

    [Fact]
    public async Task Who_only_asks_needs_Describe_and_is_told_so()
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var worker = await secured.CreateUserAsync("worker");
        await world.AllowWorkerAsync(worker);
        await using (var loading = world.StartWorker(secured.Sasl(Mechanism, worker)))
        {
            await world.Scenario.SendAsync(10);
            await world.Scenario.AwaitRowsAsync(() => loading.Output);
            Assert.Equal(0, await loading.TerminateAsync());
        }

        var asking = await secured.CreateUserAsync("asking");
        foreach (var (key, value) in secured.Sasl(Mechanism, asking))
            world.Scenario.Settings[key] = value;
        var (_, refused) = await world.Scenario.RunVerbAsync("audit");
        Assert.Contains($"User:{asking} lacks the right Describe on topic {world.Topic}", refused, StringComparison.Ordinal);
        await secured.AllowAsync(asking, AclOperation.Describe, ResourceType.Topic, world.Topic);
        var (code, output) = await world.Scenario.RunVerbAsync("audit");
        Assert.Equal(0, code);
        Assert.DoesNotContain("could not be asked", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_make_the_topic_is_told_the_line_for_whoever_does()
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres, hasTopic: false);
        var user = await secured.CreateUserAsync("receiver");
        await world.AllowReceiverAsync(user);
        await using (var receiver = world.StartReceiver(secured.Sasl(Mechanism, user), ("Kafka:Partitions", "4"), ("Kafka:ReplicationFactor", "1")))
        {
            Assert.Equal(4, await receiver.Process.WaitForExitAsync());
            var line = Assert.Single(receiver.Process.Output.Split('\n'), line => line.StartsWith("vkyc: ", StringComparison.Ordinal));
            Assert.Contains($"User:{user} lacks the right Create on topic {world.Topic}", line, StringComparison.Ordinal);
            Assert.Contains($"--create --topic {world.Topic} --partitions 4 --replication-factor 1 --config cleanup.policy=delete --config retention.ms=-1", line, StringComparison.Ordinal);
        }

        await secured.AllowAsync(user, AclOperation.Create, ResourceType.Topic, world.Topic);
        await using var allowed = world.StartReceiver(secured.Sasl(Mechanism, user), ("Kafka:Partitions", "4"), ("Kafka:ReplicationFactor", "1"));
        await allowed.AwaitReadyAsync();
        Assert.Equal(HttpStatusCode.OK, await allowed.SendAsync());
    }

    [Fact]
    public async Task A_password_changed_at_the_broker_degrades_a_running_worker_until_it_is_right_again()
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var user = await secured.CreateUserAsync("worker");
        await world.AllowWorkerAsync(user);
        var url = $"http://127.0.0.1:{KafkaCluster.FreePorts(1)[0]}";

        // By this mechanism the broker asks again every few seconds who a client is.
        await using var worker = world.StartWorker(secured.Sasl("SCRAM-SHA-256", user), ("Worker:Url", url));
        await world.Scenario.SendAsync(100);
        await world.Scenario.AwaitRowsAsync(() => worker.Output);

        await secured.SetPasswordAsync(user, "rotated");
        await SecuredWorld.AwaitLineAsync(worker, $"Kafka does not let User:{user} in");
        await AwaitHealthAsync(worker, url, "Degraded");
        await world.Scenario.SendAsync(100);
        Assert.False(worker.HasExited);

        await secured.SetPasswordAsync(user, SecuredKafka.Password);
        await world.Scenario.AwaitRowsAsync(() => worker.Output);
        await AwaitHealthAsync(worker, url, "Healthy");
        await world.Scenario.AssertExactAsync();
        Assert.InRange(worker.Output.Split("\"id\":2021").Length - 1, 1, 4);
    }

    private Task TakeReadAsync(SecuredWorld world, string user, ResourceType type) =>
        secured.TakeAwayAsync(user, AclOperation.Read, type, type == ResourceType.Topic ? world.Topic : world.Group);

    private static async Task AssertStoppedAsync(VkycProcess worker, SecuredWorld world, string user, ResourceType missing)
    {
        var code = await worker.WaitForExitAsync();
        Assert.True(code == 4, $"{code}: {worker.Output}");
        var (kind, name) = missing == ResourceType.Topic ? ("topic", world.Topic) : ("group", world.Group);
        var line = Assert.Single(worker.Output.Split('\n'), line => line.StartsWith("vkyc: ", StringComparison.Ordinal));
        Assert.Contains($"User:{user} lacks the right Read on {kind} {name}", line, StringComparison.Ordinal);
        Assert.Contains($"--add --allow-principal 'User:{user}' --operation Read --{kind} {name}", line, StringComparison.Ordinal);
    }

    private static async Task AwaitHealthAsync(VkycProcess worker, string url, string health)
    {
        using var client = new HttpClient();
        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync(new Uri($"{url}/health/ready"))).Contains($"\"status\":\"{health}\"", StringComparison.Ordinal),
            $"the worker is {health}",
            TimeSpan.FromSeconds(60),
            () => worker.Output);
    }
}
