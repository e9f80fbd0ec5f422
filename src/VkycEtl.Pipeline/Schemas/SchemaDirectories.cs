namespace VkycEtl.Pipeline.Schemas;

/// <summary>Where .avsc files are: read at start, and again whenever other schemas are deployed.</summary>
/// <param name="Paths">The program's own first; each later one adds to those before.</param>
public sealed record SchemaDirectories(IReadOnlyList<string> Paths)
{
    /// <summary>Those that add to the program's own.</summary>
    public IReadOnlyList<string> Added => [.. Paths.Skip(1)];

    /// <summary>Reads every file.</summary>
    /// <exception cref="SchemaFaultsException">With every fault of every file.</exception>
    public SchemaSet Load() => SchemaSet.Load(Paths);
}
