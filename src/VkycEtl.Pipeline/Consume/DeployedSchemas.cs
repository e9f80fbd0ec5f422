using Microsoft.Extensions.Logging;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>
/// The schemas that a running worker flattens by. Before each batch it asks which are in force: [those it has] ==> goes on; [others, and its files
/// make just those] ==> takes them; [others, and its files make something else, or are at fault] ==> goes on with those it has, says so, and reads
/// its files again from time to time. Nothing is lost meanwhile: what no schema names is in extras. Used by the consume thread alone.
/// </summary>
internal sealed class DeployedSchemas(
    IWarehouse warehouse, SchemaDirectories directories, SchemaSet first, FlattenOptions options, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>A warehouse that does not answer is no reason to stop reading.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(10);

    private Flattener flattener = new(first, options);
    private IReadOnlyDictionary<(string Kind, string Name), string>? refused;
    private DateTimeOffset nextReading;

    /// <summary>Those in use.</summary>
    public SchemaSet Current { get; private set; } = first;

    /// <summary>Flattens one raw event.</summary>
    public Flattened Flatten(RawEvent raw) => flattener.Flatten(raw);

    /// <summary>Takes the schemas in force, if they are others than those in use; to be called between batches.</summary>
    public void Follow()
    {
        if (Ask() is not { } deployed || Differences(Current, deployed) is not { Count: > 0 } changed)
            return;
        if (refused is not null && IsSame(refused, deployed) && clock.GetUtcNow() < nextReading)
            return;
        nextReading = clock.GetUtcNow() + ReadAgain;
        var isNews = refused is null || !IsSame(refused, deployed);
        refused = deployed;
        try
        {
            var set = directories.Load();
            if (Differences(set, deployed) is { Count: > 0 } left)
            {
                if (isNews)
                    logger.SchemasDiffer(string.Join(", ", left), "");
                return;
            }

            Adopt(set, changed);
        }
        catch (SchemaFaultsException faulty)
        {
            if (isNews)
                logger.SchemasDiffer(string.Join(", ", changed), $"The files are at fault: {faulty.Faults[0]}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => flattener.Dispose();

    private void Adopt(SchemaSet set, IReadOnlyList<string> changed)
    {
        var before = flattener;
        flattener = new Flattener(set, options);
        before.Dispose();
        (Current, refused) = (set, null);
        logger.SchemasAdopted(set.Version, string.Join(", ", changed));
    }

    private IReadOnlyDictionary<(string Kind, string Name), string>? Ask()
    {
        var asking = Task.Run(() => warehouse.Migration.ReadDeployedAsync(CancellationToken.None));
        try
        {
            if (asking.Wait(Patience))
                return asking.Result;
            logger.SchemasUnknown("no answer");
        }
        catch (AggregateException fault)
        {
            // The load that follows meets the same fault, and retries or stops as it must.
            logger.SchemasUnknown(fault.GetBaseException().GetType().Name);
        }

        return null;
    }

    /// <summary>What is deployed otherwise than a set has it, in words; a set that was not loaded from files follows nothing.</summary>
    private static List<string> Differences(SchemaSet set, IReadOnlyDictionary<(string Kind, string Name), string> deployed)
    {
        if (set.Sources.Count == 0)
            return [];
        var own = set.Sources.ToDictionary(source => (source.Kind, source.Name), source => source.Version);
        return [.. deployed.Keys.Union(own.Keys)
            .Where(key => deployed.GetValueOrDefault(key) != own.GetValueOrDefault(key))
            .Select(key => SchemaSource.Describe(key.Kind, key.Name))];
    }

    private static bool IsSame(IReadOnlyDictionary<(string Kind, string Name), string> one, IReadOnlyDictionary<(string Kind, string Name), string> other) =>
        one.Count == other.Count && one.All(pair => other.GetValueOrDefault(pair.Key) == pair.Value);
}
