using System.Security.Cryptography;
using System.Text;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Benchmarks;

/// <summary>From bytes to rows on one core: events a second, and bytes allocated an event.</summary>
internal static class FlattenBenchmark
{
    private const int Transactions = 20_000;
    private const int Rounds = 5;

    public static void Run()
    {
        var schemas = SchemaSet.Load(Path.Combine(AppContext.BaseDirectory, "avro"));
        using var flattener = new Flattener(schemas, new FlattenOptions());
        var events = Events();
        Console.WriteLine($"{events.Length} events, mean {events.Average(raw => raw.Body.Length):F0} bytes");
        var best = 0.0;
        for (var round = 0; round <= Rounds; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Cpu();
            var rows = 0;
            foreach (var raw in events)
                rows += flattener.Flatten(raw).Row is null ? 0 : 1;
            var seconds = (Cpu() - started).TotalSeconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (round == 0)
                continue;
            best = Math.Max(best, events.Length / seconds);
            Console.WriteLine($"round {round}: {events.Length / seconds:F0} events/s, {allocated / (double)events.Length:F0} bytes allocated an event, {rows} rows");
        }

        Console.WriteLine($"best {best:F0} events/s of processor time; of that, hashing alone would allow {Hashing(events):F0}");
    }

    /// <summary>Processor time, not the clock: the machine may be busy with other things.</summary>
    private static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;

    /// <summary>What three hashes an event leave room for: the content's, and two of the ids'.</summary>
    private static double Hashing(RawEvent[] events)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var started = Cpu();
        foreach (var raw in events)
        {
            SHA256.HashData(raw.Body, hash);
            SHA256.HashData(raw.Body.AsSpan(0, 42), hash);
            SHA256.HashData(raw.Body.AsSpan(0, 88), hash);
        }

        return events.Length / (Cpu() - started).TotalSeconds;
    }

    private static RawEvent[] Events()
    {
        var random = new Random(1);
        string Id() => new Guid([.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256))]).ToString();
        string Event(string transaction, string type, string details) =>
            $$"""{"appId":"app-{{random.Next(5)}}","transactionId":"{{transaction}}","eventDetails":{{details}},"eventVersion":"1.0.0","eventType":"{{type}}","eventTime":"2026-03-01T10:{{random.Next(10, 60)}}:{{random.Next(10, 60)}}.{{random.Next(100, 1000)}}Z","eventId":"trn:vkyc:{{Id()}}"}""";
        var bodies = new List<string>();
        for (var i = 0; i < Transactions; i++)
        {
            var transaction = Id();
            var agent = $"agent-{random.Next(200)}@example.com";
            bodies.Add(Event(transaction, "VCIP_CUSTOMER_SCHEDULED", """{"start_time":"2026-03-02T09:00:00+05:30","end_time":"2026-03-02T09:30:00+05:30"}"""));
            bodies.Add(Event(transaction, "VCIP_CUSTOMER_ASSIGNED", "null"));
            bodies.Add(Event(transaction, "VCIP_CUSTOMER_NOTIFIED", "null"));
            bodies.Add(Event(transaction, "VCIP_CALL_STARTED", $$"""{"agentId":"{{agent}}"}"""));
            bodies.Add(Event(transaction, "VCIP_CALL_COMPLETED", $$"""{"status":"DECLINED","reason":"Photo mismatch","agentId":"{{agent}}"}"""));
        }

        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bodies));
        return [.. bodies.Select((body, i) => new RawEvent
        {
            Topic = "vkyc.raw",
            Partition = 0,
            Offset = i,
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = DateTime.UnixEpoch,
        })];
    }
}
