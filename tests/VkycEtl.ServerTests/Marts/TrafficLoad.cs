using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.ServerTests.Load;

namespace VkycEtl.ServerTests.Marts;

/// <summary>Deliveries through the real flattener into batches, as one worker reads them from a topic of its own.</summary>
internal sealed class TrafficLoad(string topic) : IDisposable
{
    private readonly TestTopic log = new(topic) { Schemas = Schemas };
    private readonly Flattener flattener = new(Schemas, new FlattenOptions());

    /// <summary>The schemas that come with the program.</summary>
    public static SchemaSet Schemas { get; } = SchemaSet.Load(Path.Combine(AppContext.BaseDirectory, "avro"));

    /// <summary>Loads some deliveries in one transaction.</summary>
    public async Task LoadAsync(IWarehouse warehouse, IEnumerable<Delivered> deliveries, CancellationToken token)
    {
        var flattened = deliveries.Select(one => flattener.Flatten(log.Append(0, one.Body, one.ReceivedAt))).ToList();
        var batch = log.BatchOf(
            [.. flattened.Where(one => one.Row is not null).Select(one => one.Row!)],
            [.. flattened.Where(one => one.Quarantined is not null).Select(one => one.Quarantined!)]);
        Assert.True((await warehouse.LoadAsync(batch, token)).IsCommitted);
        log.Loaded(batch);
    }

    /// <summary>Cuts deliveries into batches of many sizes.</summary>
    public static IEnumerable<Delivered[]> Cut(IReadOnlyList<Delivered> deliveries, Random by)
    {
        for (var at = 0; at < deliveries.Count;)
        {
            var size = by.Next(3) switch { 0 => 1, 1 => by.Next(1, 12), _ => by.Next(1, 200) };
            yield return [.. deliveries.Skip(at).Take(size)];
            at += size;
        }
    }

    public void Dispose() => flattener.Dispose();
}
