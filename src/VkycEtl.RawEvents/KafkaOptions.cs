using System.ComponentModel.DataAnnotations;

namespace VkycEtl.RawEvents;

/// <summary>How to reach Kafka and what the raw topic is called. Settings section <c>Kafka</c>.</summary>
public sealed class KafkaOptions
{
    /// <summary>The settings section.</summary>
    public const string Section = "Kafka";

    /// <summary>Comma-separated <c>host:port</c>. Empty: the embedded broker, in <c>up</c> only.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>The topic that raw events are written to and read from.</summary>
    [Required]
    public string RawTopic { get; set; } = "vkyc.raw";

    /// <summary>The workers' consumer group.</summary>
    [Required]
    public string ConsumerGroup { get; set; } = "vkyc-etl";

    /// <summary>Partitions of the raw topic where it is made by us. Default 6.</summary>
    [Range(1, 10_000)]
    public int Partitions { get; set; } = 6;

    /// <summary>Replicas of the raw topic where it is made by us. 0: as many as brokers, at most 3.</summary>
    [Range(0, 32)]
    public int ReplicationFactor { get; set; }

    /// <summary>
    /// The largest record, key and headers included, in bytes: the producer's limit, and the raw topic's where it is made by us.
    /// Default 2 MiB. A topic made by others needs <c>max.message.bytes</c> of at least this.
    /// </summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>Whether a missing raw topic is made at start. Default true; set false where topics are made by others.</summary>
    public bool CreateTopic { get; set; } = true;

    /// <summary>Any librdkafka property for every client (TLS and SASL too).</summary>
    public Dictionary<string, string> Client { get; set; } = [];

    /// <summary>Any librdkafka property for the receiver's producer.</summary>
    public Dictionary<string, string> Producer { get; set; } = [];

    /// <summary>Any librdkafka property for the worker's consumer.</summary>
    public Dictionary<string, string> Consumer { get; set; } = [];
}
