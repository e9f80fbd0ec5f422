using System.Text.RegularExpressions;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Groups;

/// <summary>Workers as companies set them up: near a replica, as static members, and under the new group protocol.</summary>
public sealed partial class GroupTests(RackedKafka racked, PostgresServer postgres) : IClassFixture<RackedKafka>
{
    [Fact]
    public async Task A_worker_with_client_rack_reads_from_the_replica_in_its_rack()
    {
        var scenario = await CreateAsync(partitions: 1);
        var leader = scenario.Kafka.Admin.GetMetadata(scenario.Topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions[0].Leader;
        var follower = (leader % 3) + 1;
        await using var worker = scenario.StartWorker(
            ("Kafka:Consumer:client.rack", $"rack-{follower}"), ("Kafka:Consumer:debug", "fetch"), ("Logging:LogLevel:Default", "Debug"));
        await scenario.SendAsync(100);
        await scenario.AwaitRowsAsync(() => worker.Output);

        // Its first fetch goes to the leader, which sends it to the follower.
        await Eventually.TrueAsync(
            async () =>
            {
                await scenario.SendAsync(1);
                return Regex.IsMatch(worker.Output, $@"/{follower}\]: 127[^\n]*Fetch topic {scenario.Topic}", RegexOptions.None, TimeSpan.FromSeconds(10));
            },
            $"records are fetched from broker {follower}",
            details: () => worker.Output);
        await scenario.AwaitRowsAsync(() => worker.Output);
        await scenario.AssertExactAsync();
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("consumer")]
    public async Task A_static_member_that_restarts_within_the_session_moves_no_partition(string protocol)
    {
        var scenario = await CreateAsync(partitions: 4);
        if (protocol == "consumer")
            scenario.UseNewGroupProtocol();
        else
            scenario.Settings["Kafka:Consumer:session.timeout.ms"] = "30000";
        await scenario.SendAsync(100);
        await using var staying = scenario.StartWorker(("Kafka:Consumer:group.instance.id", "staying"));
        await scenario.AwaitRowsAsync(() => staying.Output);
        await using var restarted = scenario.StartWorker(("Kafka:Consumer:group.instance.id", "restarted"));
        await AwaitHalfAsync(scenario, staying, restarted);
        var moves = Moves(staying);

        Assert.Equal(0, await restarted.TerminateAsync());
        await using var again = scenario.StartWorker(("Kafka:Consumer:group.instance.id", "restarted"));
        await scenario.SendAsync(400);
        await scenario.AwaitRowsAsync(() => staying.Output + again.Output);
        await AwaitHalfAsync(scenario, again);
        Assert.Equal(moves, Moves(staying));
        await scenario.AssertExactAsync();
    }

    [Theory]
    [InlineData("classic", "the first")]
    [InlineData("consumer", "the second")]
    public async Task Of_two_static_members_with_one_id_one_is_told_so(string protocol, string loser)
    {
        var scenario = await CreateAsync(partitions: 2);
        if (protocol == "consumer")
            scenario.UseNewGroupProtocol();
        await scenario.SendAsync(100);
        await using var first = scenario.StartWorker(("Kafka:Consumer:group.instance.id", "twin"));
        await scenario.AwaitRowsAsync(() => first.Output);
        await using var second = scenario.StartWorker(("Kafka:Consumer:group.instance.id", "twin"));
        var refused = loser == "the first" ? first : second;
        Assert.Equal(4, await refused.WaitForExitAsync());
        var line = Assert.Single(refused.Output.Split('\n'), line => line.StartsWith("vkyc: ", StringComparison.Ordinal));
        Assert.Contains("another worker has the same group.instance.id, twin", line, StringComparison.Ordinal);

        await scenario.SendAsync(100);
        await scenario.AwaitRowsAsync(() => first.Output + second.Output);
        await scenario.AssertExactAsync();
    }

    [Fact]
    public async Task The_new_group_protocol_loads_each_event_once_through_a_rebalance_and_a_kill()
    {
        var scenario = await CreateAsync(partitions: 4);
        scenario.UseNewGroupProtocol();
        await scenario.SendAsync(1_000);
        await using var first = scenario.StartWorker();
        await scenario.AwaitRowsAsync(() => first.Output);
        await using var second = scenario.StartWorker();
        await AwaitHalfAsync(scenario, first, second);
        await scenario.SendAsync(2_000);
        await scenario.AwaitRowsAsync(() => first.Output + second.Output);
        Assert.Equal(2, await scenario.CountAsync("SELECT count(DISTINCT worker) FROM vkyc_etl.loads"));

        await first.KillAsync();
        await scenario.SendAsync(2_000);
        await scenario.AwaitRowsAsync(() => second.Output, seconds: 90);
        await scenario.AssertExactAsync();
        Assert.Equal(0, await scenario.SumAsync("duplicates"));
    }

    private async Task<Scenario> CreateAsync(int partitions) => await Scenario.CreateAsync(
        await racked.GetAsync(TestContext.Current.CancellationToken), await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken), partitions);

    /// <summary>Waits until each of these workers reads two of four partitions.</summary>
    private static Task AwaitHalfAsync(Scenario scenario, params VkycProcess[] workers) => Eventually.TrueAsync(
        () => Task.FromResult(workers.All(worker => Owned(worker).Count == 2 && worker.Output.Contains("reading from offset", StringComparison.Ordinal))),
        $"the partitions of {scenario.Topic} are shared out",
        TimeSpan.FromSeconds(60),
        () => string.Join("\n---\n", workers.Select(worker => worker.Output)));

    private static HashSet<string> Owned(VkycProcess worker)
    {
        var owned = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match move in Move().Matches(worker.Output))
        {
            if (move.Groups["given"].Success)
                owned.UnionWith(move.Groups["given"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            else
                owned.ExceptWith(move.Groups["taken"].Value.Split(' '));
        }

        return owned;
    }

    private static int Moves(VkycProcess worker) => Move().Count(worker.Output);

    [GeneratedRegex(@"""message"":""[^""]*: (assigned partitions (?<given>[0-9 ]*)|partitions (?<taken>[0-9 ]+) (revoked|lost))""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Move();
}
