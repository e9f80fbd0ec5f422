namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>One column of one relation, as catalogs are read.</summary>
internal sealed class CatalogRow
{
    public string Relation { get; init; } = "";

    public bool IsView { get; init; }

    public string? RelationComment { get; init; }

    public string Name { get; init; } = "";

    public string Type { get; init; } = "";

    public string? Comment { get; init; }

    /// <summary>Relations by name, from rows in order of relation and column.</summary>
    public static IReadOnlyDictionary<string, CatalogRelation> Group(IEnumerable<CatalogRow> rows) => rows
        .GroupBy(row => row.Relation, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => new CatalogRelation(
                group.First().IsView, group.First().RelationComment, [.. group.Select(row => new CatalogColumn(row.Name, row.Type, row.Comment))]),
            StringComparer.Ordinal);
}
