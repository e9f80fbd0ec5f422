using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using VkycEtl.Cli.Hosting;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Doctor;

/// <summary>The broker and what this client may do there.</summary>
internal static class KafkaChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FutureAllowed = TimeSpan.FromMinutes(1);

    public static async Task<IReadOnlyList<Finding>> RunAsync(Case what, IWarehouse? warehouse, Action<TopicStanding?> found, CancellationToken cancellationToken)
    {
        var kafka = what.Settings.Kafka;
        var lastErrors = new System.Collections.Concurrent.ConcurrentQueue<Error>();
        using var admin = KafkaClients.Build(() => new AdminClientBuilder(KafkaClients.Admin(kafka))
            .SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => lastErrors.Enqueue(error)).Build());
        DescribeClusterResult cluster;
        try
        {
            cluster = await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience }).WaitAsync(cancellationToken);
        }
        catch (KafkaException unreachable)
        {
            // What the connection said names the cause; the request itself only timed out.
            var error = lastErrors.FirstOrDefault(error => KafkaFaults.IsStranger(error.Code))
                ?? lastErrors.FirstOrDefault(error => error.Code != ErrorCode.Local_AllBrokersDown) ?? unreachable.Error;
            return [Finding.Fault("broker", "reach", KafkaFaults.Explain(error, kafka, KafkaAccess.Describe)), Finding.Skipped("topic", "settings", "needs the broker")];
        }

        var findings = new List<Finding>
        {
            Finding.Ok("broker", "reach", string.Create(CultureInfo.InvariantCulture, $"cluster {cluster.ClusterId} has {cluster.Nodes.Count} {(cluster.Nodes.Count == 1 ? "broker" : "brokers")}, and takes this client for {KafkaFaults.Principal(kafka)}")),
        };
        if (await TopicAsync(admin, kafka, cancellationToken) is not { } topic || topic.Error.Code != ErrorCode.NoError)
        {
            findings.Add(Missing(kafka, cluster));
            return findings;
        }

        findings.AddRange(Rights(what, topic));
        findings.AddRange(await TopicChecks.RunAsync(admin, kafka, topic, cluster.Nodes.Count, cancellationToken));
        findings.AddRange(await ClockAsync(what, admin, topic, cancellationToken));
        if (what.ConcernsWorker)
        {
            findings.Add(await GroupAsync(admin, kafka, cancellationToken));
            found(await StandingAsync(what, warehouse, cancellationToken));
        }

        return findings;

        async Task<TopicDescription?> TopicAsync(IAdminClient client, KafkaOptions options, CancellationToken token)
        {
            try
            {
                var described = await client.DescribeTopicsAsync(
                    TopicCollection.OfTopicNames([options.RawTopic]), new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true }).WaitAsync(token);
                return described.TopicDescriptions[0];
            }
            catch (DescribeTopicsException refused)
            {
                return refused.Results.TopicDescriptions[0];
            }
        }
    }

    private static Finding Missing(KafkaOptions kafka, DescribeClusterResult cluster) => kafka.CreateTopic
        ? Finding.Warning("topic", "exists", $"{kafka.RawTopic} is not there, or may not be looked at", "start the receiver, which makes it, or let an administrator make it or grant Describe (ops/KAFKA.md)")
        : Finding.Fault(
            "topic", "exists", $"{kafka.RawTopic} is not there, or may not be looked at, and Kafka:CreateTopic is false",
            string.Create(
                CultureInfo.InvariantCulture,
                $"make it: kafka-topics.sh --create --topic {kafka.RawTopic} --partitions {kafka.Partitions} --replication-factor {Math.Min(3, cluster.Nodes.Count)} --config retention.ms=-1"));

    private static IEnumerable<Finding> Rights(Case what, TopicDescription topic)
    {
        // Brokers without an authorizer list every right; some list none, which says nothing.
        var have = topic.AuthorizedOperations ?? [];
        if (have.Count == 0)
        {
            yield return Finding.Skipped("rights", "topic", "the broker does not say what this client may do");
            yield break;
        }

        var needed = new List<AclOperation>();
        if (what.ConcernsReceiver)
            needed.Add(AclOperation.Write);
        if (what.ConcernsWorker)
            needed.Add(AclOperation.Read);
        foreach (var operation in needed)
        {
            yield return have.Contains(operation) || have.Contains(AclOperation.All)
                ? Finding.Ok("rights", $"{operation} on topic", $"this client may {operation.ToString().ToLowerInvariant()} {topic.Name}")
                : Finding.Fault(
                    "rights", $"{operation} on topic", $"{KafkaFaults.Principal(what.Settings.Kafka)} may not {operation.ToString().ToLowerInvariant()} {topic.Name}",
                    $"kafka-acls.sh --add --allow-principal '{KafkaFaults.Principal(what.Settings.Kafka)}' --operation {operation} --topic {topic.Name}; on a machine with one role only, give --role");
        }
    }

    /// <summary>Kafka tells nobody its time: what shows a clock that is wrong is a record from the future.</summary>
    private static async Task<IReadOnlyList<Finding>> ClockAsync(Case what, IAdminClient admin, TopicDescription topic, CancellationToken cancellationToken)
    {
        ListOffsetsResult newest;
        try
        {
            newest = await admin.ListOffsetsAsync(
                topic.Partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic.Name, partition.Partition), OffsetSpec = OffsetSpec.MaxTimestamp() }),
                new ListOffsetsOptions { RequestTimeout = Patience }).WaitAsync(cancellationToken);
        }
        catch (KafkaException refused)
        {
            return [Finding.Skipped("broker", "clock", $"the newest record's time could not be asked: {refused.Error.Reason}")];
        }

        var latest = newest.ResultInfos.Max(info => info.Timestamp);
        if (latest <= 0)
            return [Finding.Skipped("broker", "clock", "Kafka tells no time of its own, and there is no record to judge by")];
        var ahead = DateTimeOffset.FromUnixTimeMilliseconds(latest) - what.Context.Time.GetUtcNow();
        return ahead > FutureAllowed
            ?
            [
                Finding.Warning(
                    "broker", "clock", string.Create(CultureInfo.InvariantCulture, $"the newest record of {topic.Name} is from {ahead.TotalSeconds:0} s after this machine's now"),
                    "set the clock of this machine, or of the receiver or producer that wrote it (NTP)"),
            ]
            : [Finding.Ok("broker", "clock", "no record is from after this machine's now")];
    }

    private static async Task<Finding> GroupAsync(IAdminClient admin, KafkaOptions kafka, CancellationToken cancellationToken)
    {
        try
        {
            var described = await admin.DescribeConsumerGroupsAsync(
                [kafka.ConsumerGroup], new DescribeConsumerGroupsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true }).WaitAsync(cancellationToken);
            var group = described.ConsumerGroupDescriptions[0];
            return group.Error.IsError && group.Error.Code != ErrorCode.GroupIdNotFound ? Refused(group.Error)
                : group.Members is { Count: > 0 } members ? Finding.Ok("broker", "group", $"{members.Count} {(members.Count == 1 ? "worker reads" : "workers read")} as {kafka.ConsumerGroup}")
                : Finding.Warning("broker", "group", $"no worker reads as {kafka.ConsumerGroup}", "start 'vkyc worker'");
        }
        catch (DescribeConsumerGroupsException refused)
        {
            return Refused(refused.Results.ConsumerGroupDescriptions[0].Error);
        }
        catch (KafkaException refused)
        {
            return Refused(refused.Error);
        }

        Finding Refused(Error error) => error.Code == ErrorCode.GroupIdNotFound
            ? Finding.Warning("broker", "group", $"no worker has ever read as {kafka.ConsumerGroup}", "start 'vkyc worker'")
            : Finding.Fault("rights", "Read on group", KafkaFaults.Explain(error, kafka, KafkaAccess.Read), $"kafka-acls.sh --add --allow-principal '{KafkaFaults.Principal(kafka)}' --operation Read --group {kafka.ConsumerGroup}");
    }

    private static async Task<TopicStanding?> StandingAsync(Case what, IWarehouse? warehouse, CancellationToken cancellationToken)
    {
        if (warehouse is null)
            return null;
        try
        {
            using var broker = Broker.Configured(what.Settings.Kafka);
            using var lag = new TopicLag(what.Settings.Kafka, broker.Identities, warehouse);
            return await lag.ReadAsync(cancellationToken) is { } standing ? lag.FindOverdue(standing, what.Context.Time.GetUtcNow() - LedgerChecks.Standstill) : null;
        }
        catch (Exception fault) when (fault is KafkaException or System.Data.Common.DbException)
        {
            // Told by the checks of topic and warehouse; without it the ledger's lines say that the log is not known.
            return null;
        }
    }
}
