using System.Security.Cryptography;
using System.Text;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.ServerTests.Load;

/// <summary>One delivery: which event, and which of its contents. Contents of one event differ, and so may their times.</summary>
internal sealed record Delivery(int Event, int Content = 0);

/// <summary>
/// A topic as a loader sees it: hands out offsets, makes rows and batches, and keeps progress as a worker would. What the rows hold depends
/// on the delivery alone, but for the keys, which depend on the app.
/// </summary>
internal sealed class TestTopic(string name = "vkyc.raw", string? app = null)
{
    public const string Cluster = "cluster-1";

    private static readonly DateTime Start = new(2026, 3, 1, 4, 0, 0, DateTimeKind.Utc);
    private readonly Dictionary<int, long> next = [];
    private readonly Dictionary<int, long> stored = [];
    private long appended;

    public string Name { get; } = name;

    public string Id { get; } = $"id-{Guid.NewGuid():n}";

    public string App { get; } = app ?? $"app-{Guid.NewGuid():n}";

    public int Pass { get; set; } = 1;

    /// <summary>The schemas that batches are made by.</summary>
    public SchemaSet Schemas { get; init; } = TestSchemas.Default;

    /// <summary>A record at the partition's end.</summary>
    public RawEvent Append(int partition, string body = "{}") => Append(partition, Encoding.UTF8.GetBytes(body), Start.AddMilliseconds(appended++));

    /// <summary>A record at the partition's end, received at a time of its own.</summary>
    public RawEvent Append(int partition, byte[] body, DateTime receivedAt)
    {
        var offset = next.GetValueOrDefault(partition);
        next[partition] = offset + 1;
        return new RawEvent
        {
            Topic = Name,
            Partition = partition,
            Offset = offset,
            Key = Encoding.UTF8.GetBytes("key"),
            Body = body,
            Headers = [new RawHeader(RawHeaders.Route, Encoding.UTF8.GetBytes("default")), new RawHeader("odd", [0xFF]), new RawHeader("none", null)],
            ReceivedAt = receivedAt,
        };
    }

    /// <summary>A row for a record at the partition's end.</summary>
    public EventRow Row(Delivery delivery, int partition = 0)
    {
        var (n, content) = delivery;
        var isScheduled = n % 2 == 0;
        return new EventRow
        {
            Raw = Append(partition, $"{{\"event\":{n},\"content\":{content}}}"),
            TransactionKey = Uuid($"{App}/{n / 3}"),
            EventKey = Uuid($"{App}/{n / 3}/{n}"),
            EventId = $"trn:vkyc:{n}",
            EventType = isScheduled ? "VCIP_CUSTOMER_SCHEDULED" : "VCIP_CALL_COMPLETED",
            EventVersion = "1.0.0",
            AppId = App,
            TransactionId = $"t-{n / 3}",
            // Contents 0 and 3 share a time, so that the digest decides; content 2 has none.
            EventTime = content == 2 ? null : Start.AddMinutes(n).AddSeconds(content % 3),
            Extras = content == 0 ? null : $"{{\"content\":{content}}}",
            Issues = content == 2 ? ["event_time_missing"] : [],
            SchemaVersion = isScheduled ? "aa" : "bb",
            ContentDigest = Uuid($"{n}#{content}"),
            Values = isScheduled
                ? [ColumnValue.From(Start.AddHours(content)), .. new ColumnValue[8]]
                : [ColumnValue.Null, ColumnValue.From($"agent-{content}"), ColumnValue.From("ok"), .. new ColumnValue[6]],
        };
    }

    /// <summary>A batch of everything appended since the last one that was told of as loaded.</summary>
    public LoadBatch BatchOf(IReadOnlyList<EventRow> rows, params QuarantinedEvent[] quarantined) => new()
    {
        LoadId = Guid.CreateVersion7(),
        Worker = "test",
        BegunAt = Start,
        Schemas = Schemas,
        ClusterId = Cluster,
        Topic = Name,
        TopicId = Id,
        Ranges =
        [
            .. next.Where(pair => pair.Value > stored.GetValueOrDefault(pair.Key)).OrderBy(pair => pair.Key).Select(pair => new OffsetRange
            {
                Partition = pair.Key,
                Pass = Pass,
                HasProgress = stored.ContainsKey(pair.Key),
                FirstOffset = stored.GetValueOrDefault(pair.Key),
                LastOffset = pair.Value - 1,
                Gaps = 0,
                Lost = 0,
                Digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{pair}")),
                Anchor = new Anchor(pair.Value - 1, SHA256.HashData([1])),
            }),
        ],
        Rows = rows,
        Quarantined = quarantined,
    };

    /// <summary>Rows of these deliveries in one batch.</summary>
    public LoadBatch Batch(params Delivery[] deliveries) => BatchOf([.. deliveries.Select(delivery => Row(delivery))]);

    /// <summary>Takes a batch's ranges as stored progress.</summary>
    public void Loaded(LoadBatch batch)
    {
        foreach (var range in batch.Ranges)
            stored[range.Partition] = range.NextOffset;
    }

    private static Guid Uuid(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);
}
