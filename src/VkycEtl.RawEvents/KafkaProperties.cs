using System.Text;

namespace VkycEtl.RawEvents;

/// <summary>
/// Checks the librdkafka properties that settings pass through: known, of a valid value, and not one that a promise rests on.
/// </summary>
public static class KafkaProperties
{
    private const string Delivery = "Nothing acknowledged is lost rests on it";
    private const string Progress = "the stored progress is the only truth of what was loaded";

    /// <summary>Names in lower case. Allowed: the values that change nothing.</summary>
    private static readonly Dictionary<string, Refusal> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bootstrap.servers"] = new([], "set Kafka:BootstrapServers"),
        ["metadata.broker.list"] = new([], "set Kafka:BootstrapServers"),
        ["acks"] = new(["all", "-1"], $"{Delivery}; remove it, or set it to all"),
        ["request.required.acks"] = new(["all", "-1"], $"{Delivery}; remove it, or set it to all"),
        ["enable.idempotence"] = new(["true"], $"{Delivery}; remove it, or set it to true"),
        ["message.timeout.ms"] = new([], "it follows Receiver:RequestDeadline; set that"),
        ["delivery.timeout.ms"] = new([], "it follows Receiver:RequestDeadline; set that"),
        ["transactional.id"] = new([], "each webhook is acknowledged by itself; remove it"),
        ["message.max.bytes"] = new([], "set Kafka:MaxMessageBytes"),
        ["group.id"] = new([], "set Kafka:ConsumerGroup"),
        ["enable.auto.commit"] = new(["true"], $"{Progress}, committed offsets are for lag tools; remove it"),
        ["enable.auto.offset.store"] = new(["false"], $"{Progress}, committed offsets are for lag tools; remove it"),
        ["auto.offset.reset"] = new(["error"], $"{Progress}, a reset would skip or repeat offsets unseen; remove it"),
        ["isolation.level"] = new(["read_committed"], "aborted transactions must not become rows; remove it"),
        ["enable.partition.eof"] = new(["true"], "holes at the end of a partition are counted there; remove it"),
        ["partition.assignment.strategy"] = new(["cooperative-sticky"], "the worker hands partitions over one by one; remove it"),
    };

    /// <summary>What the broker decides under the new group protocol; librdkafka refuses to be told. With the broker's own setting, where it has one.</summary>
    private static readonly Dictionary<string, string?> DecidedByBroker = new(StringComparer.OrdinalIgnoreCase)
    {
        ["session.timeout.ms"] = "group.consumer.session.timeout.ms",
        ["heartbeat.interval.ms"] = "group.consumer.heartbeat.interval.ms",
        ["partition.assignment.strategy"] = "group.consumer.assignors",
        ["group.protocol.type"] = null,
    };

    /// <summary>Every fault of what the worker's consumer would be given; empty where none.</summary>
    public static IReadOnlyList<string> ConsumerFaults(KafkaOptions options) =>
        [.. Faults("Client", options.Client), .. Faults("Consumer", options.Consumer), .. ProtocolFaults(options)];

    /// <summary>Whether the group is of the new protocol (<c>group.protocol=consumer</c>, KIP-848), where the broker assigns the partitions.</summary>
    internal static bool BrokerAssigns(KafkaOptions options) => options.Consumer.Concat(options.Client)
        .FirstOrDefault(property => property.Key.Equals("group.protocol", StringComparison.OrdinalIgnoreCase)).Value?.Equals("consumer", StringComparison.OrdinalIgnoreCase) == true;

    private static IEnumerable<string> ProtocolFaults(KafkaOptions options) => !BrokerAssigns(options) ? [] :
        from section in (IEnumerable<(string Name, Dictionary<string, string> Properties)>)[("Client", options.Client), ("Consumer", options.Consumer)]
        from name in section.Properties.Keys.Order(StringComparer.Ordinal)
        where DecidedByBroker.ContainsKey(name)
        select $"Kafka:{section.Name}:{name} does not go with group.protocol = consumer, where the broker decides"
            + $"{(DecidedByBroker[name] is { } broker ? $" ({broker})" : "")}; remove one of them.";

    /// <summary>Every fault of what the receiver's producer would be given; empty where none.</summary>
    public static IReadOnlyList<string> ProducerFaults(KafkaOptions options) =>
        [.. Faults("Client", options.Client), .. Faults("Producer", options.Producer)];

    /// <summary>Every fault of what each client would be given; empty where none.</summary>
    public static IReadOnlyList<string> ClientFaults(KafkaOptions options) => [.. Faults("Client", options.Client)];

    private static IEnumerable<string> Faults(string section, Dictionary<string, string> properties)
    {
        foreach (var (name, value) in properties.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            if (Refused.TryGetValue(name, out var refusal))
            {
                if (!refusal.Allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
                    yield return $"Kafka:{section}:{name} cannot be set{(refusal.Allowed.Length > 0 ? " so" : "")}: {refusal.Cure}.";
            }
            else if (Check(name, value) is { } fault)
            {
                yield return $"Kafka:{section}:{name} is not a librdkafka property, or its value is not valid: {fault}.";
            }
        }
    }

    private const int LongestShown = 64;

    /// <summary>Asks librdkafka itself.</summary>
    /// <returns>Null where it takes the property. The text never holds the value, which may be a password.</returns>
    private static string? Check(string name, string value)
    {
        var conf = Native.ConfNew();
        try
        {
            Span<byte> error = stackalloc byte[512];
            if (Native.ConfSet(conf, name, value, error, (nuint)error.Length) == Native.ConfOk)
                return null;
            var text = Encoding.UTF8.GetString(error[..Math.Max(0, error.IndexOf((byte)0))]);

            // A value that librdkafka's text may have cut off could not be found in it, and would be shown.
            return value.Length switch
            {
                0 => text,
                <= LongestShown => text.Replace(value, "…", StringComparison.Ordinal),
                _ => "librdkafka refuses it",
            };
        }
        finally
        {
            Native.ConfDestroy(conf);
        }
    }

    private sealed record Refusal(string[] Allowed, string Cure);
}
