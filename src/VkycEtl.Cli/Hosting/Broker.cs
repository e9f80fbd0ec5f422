using VkycEtl.Cli.Settings;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Hosting;

/// <summary>The broker of this process's roles: a real Kafka, or the one inside.</summary>
internal sealed class Broker : IDisposable
{
    private readonly IDisposable owned;

    private Broker(IDisposable owned, ITopicIdentities identities, EmbeddedKafka? embedded)
    {
        this.owned = owned;
        Identities = identities;
        Embedded = embedded;
    }

    /// <summary>Who knows topic ids.</summary>
    public ITopicIdentities Identities { get; }

    /// <summary>The broker inside, or null.</summary>
    public EmbeddedKafka? Embedded { get; }

    /// <summary>What is wrong with settings that must name a broker.</summary>
    public static IEnumerable<string> Demand(VkycSettings settings)
    {
        if (settings.Kafka.BootstrapServers.Length == 0)
            yield return "Kafka:BootstrapServers is empty: set it (VKYC_Kafka__BootstrapServers=host:9092); only 'vkyc up' has a broker inside";
    }

    /// <summary>The one that the settings name.</summary>
    public static Broker Configured(KafkaOptions kafka)
    {
        var identities = new KafkaTopicIdentities(kafka);
        return new Broker(identities, identities, embedded: null);
    }

    /// <summary>The one that the settings name, else one inside, which the settings then name.</summary>
    public static Broker ConfiguredOrEmbedded(KafkaOptions kafka)
    {
        if (kafka.BootstrapServers.Length > 0)
            return Configured(kafka);
        var embedded = EmbeddedKafka.Start(kafka.RawTopic, kafka.Partitions);
        embedded.Configure(kafka);
        return new Broker(embedded, embedded, embedded);
    }

    /// <inheritdoc/>
    public void Dispose() => owned.Dispose();
}
