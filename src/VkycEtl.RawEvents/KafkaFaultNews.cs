using Confluent.Kafka;

namespace VkycEtl.RawEvents;

/// <summary>
/// Which faults of a client's connections are worth a line. librdkafka reports the same one at every try, several a second: a kind of fault is
/// news once a minute, and again after it was settled.
/// </summary>
/// <param name="kafka">The settings.</param>
/// <param name="access">What the client wants of the topic.</param>
/// <param name="clock">Times the minute.</param>
public sealed class KafkaFaultNews(KafkaOptions kafka, KafkaAccess access, TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock sync = new();
    private readonly Dictionary<ErrorCode, long> told = [];

    /// <summary>What is wrong and how to mend it.</summary>
    public string Explain(Error error) => KafkaFaults.Explain(error, kafka, access);

    /// <summary>The same, where it is news; else null.</summary>
    public string? Tell(Error error)
    {
        lock (sync)
        {
            // "All brokers are down" follows every other fault and says less.
            var isTold = error.Code == ErrorCode.Local_AllBrokersDown
                ? told.Values.Any(IsRecent)
                : told.TryGetValue(error.Code, out var at) && IsRecent(at);
            if (isTold)
                return null;
            told[error.Code] = clock.GetTimestamp();
            return Explain(error);
        }
    }

    /// <summary>The brokers do what they are asked for: the next fault is news.</summary>
    public void Settled()
    {
        lock (sync)
            told.Clear();
    }

    private bool IsRecent(long at) => clock.GetElapsedTime(at) < Quiet;
}
