using Confluent.Kafka;

namespace VkycEtl.RawEvents;

/// <summary>
/// Which faults of a client's connections are worth a line. librdkafka reports the same one at every try, several a second: each kind of fault is
/// news once a minute.
/// </summary>
/// <param name="clock">Times the minute.</param>
public sealed class KafkaFaultNews(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock sync = new();
    private readonly Dictionary<ErrorCode, long> told = [];

    /// <summary>Whether this fault is to be told; it is taken for told then.</summary>
    public bool IsNews(ErrorCode code)
    {
        lock (sync)
        {
            // "All brokers are down" follows every other fault and says less.
            var isTold = code == ErrorCode.Local_AllBrokersDown
                ? told.Values.Any(IsRecent)
                : told.TryGetValue(code, out var at) && IsRecent(at);
            if (!isTold)
                told[code] = clock.GetTimestamp();
            return !isTold;
        }
    }

    private bool IsRecent(long at) => clock.GetElapsedTime(at) < Quiet;
}
