using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary>A warehouse with the schemas it is made of.</summary>
/// <param name="Warehouse">The warehouse.</param>
/// <param name="Schemas">Every schema: the program's own and those that the settings add.</param>
/// <param name="Directories">Where their files are.</param>
internal sealed record OpenWarehouse(IWarehouse Warehouse, SchemaSet Schemas, SchemaDirectories Directories) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Warehouse.DisposeAsync();
}
