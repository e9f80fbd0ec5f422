using System.Net;

namespace VkycEtl.Cli.Simulate;

/// <summary>What came of sending.</summary>
/// <param name="truth">Where it is noted what the warehouse must hold, or null.</param>
internal sealed class SendReport(Truth? truth = null)
{
    private readonly Lock turn = new();
    private readonly SortedDictionary<int, long> byStatus = [];
    private readonly HashSet<string> transactions = new(StringComparer.Ordinal);

    /// <summary>From when a delivery was due to its final answer.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Deliveries that got a final answer.</summary>
    public long Answered { get; private set; }

    /// <summary>Deliveries that got the answer they must get: 200, or 400 for what is no JSON object.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Different events among the acknowledged.</summary>
    public long Events { get; private set; }

    /// <summary>Answers that had to be asked for again (503, 429, no connection).</summary>
    public long Retries { get; private set; }

    /// <summary>Why the last of those got none, in words; null after an answer.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Different transactions among the acknowledged.</summary>
    public int Transactions
    {
        get
        {
            lock (turn)
                return transactions.Count;
        }
    }

    /// <summary>Final answers by status.</summary>
    public IReadOnlyDictionary<int, long> ByStatus => byStatus;

    /// <summary>Notes a final answer.</summary>
    public void Add(Delivery delivery, HttpStatusCode status, TimeSpan latency)
    {
        Latencies.Add(latency);

        // Perhaps written: the receiver says so of a 503, and a copy counts once.
        if (status == delivery.Expected.Answer || status == HttpStatusCode.ServiceUnavailable)
            truth?.Add(delivery, isCertain: status == delivery.Expected.Answer);
        lock (turn)
        {
            Trouble = null;
            Answered++;
            byStatus[(int)status] = byStatus.GetValueOrDefault((int)status) + 1;
            if (status != delivery.Expected.Answer)
                return;
            Acknowledged++;
            if (delivery.Expected is not ExpectedEvent)
                return;
            transactions.Add(delivery.Event.TransactionId);

            // Every event has one delivery that is no copy, and it is sent like the others.
            if (!delivery.IsCopy)
                Events++;
        }
    }

    /// <summary>Notes an answer that asked to come again.</summary>
    public void AddRetry(string why)
    {
        lock (turn)
        {
            Retries++;
            Trouble = why;
        }
    }
}
