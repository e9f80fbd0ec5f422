using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>All that is to do to a warehouse: scripts, then statements. Made from what is read, so that what is printed is what runs.</summary>
/// <param name="Scripts">Scripts that are not applied yet.</param>
/// <param name="Changes">Statements, in order.</param>
internal sealed record MigrationPlan(IReadOnlyList<Script> Scripts, IReadOnlyList<SchemaChange> Changes)
{
    /// <summary>What the scripts make of an empty warehouse, as far as schemas go.</summary>
    private static readonly IReadOnlyDictionary<string, CatalogRelation> FirstCatalog = new Dictionary<string, CatalogRelation>(StringComparer.Ordinal)
    {
        ["events"] = new(IsView: false, Comment: null, [.. EventsTable.FixedColumns.Select(name => new CatalogColumn(name, "", Comment: null))]),
    };

    /// <summary>Makes the plan.</summary>
    /// <exception cref="WarehouseUnfitException">The table of events is gone, or scripts were edited.</exception>
    public static MigrationPlan Make(
        SchemaSet schemas, ReportingOptions reporting, ScriptSet scripts, WarehouseState state, IWarehouseDdl ddl, DateTime now)
    {
        if (!state.Catalog.ContainsKey("events") && state.Journal.Count > 0)
            throw new WarehouseUnfitException("The table vkyc.events is not there although its migration script is journaled: restore it, or start with an empty database.");
        var pending = scripts.Pending(state.Journal);
        var structure = SchemaPlan.Make(schemas, state.Catalog.ContainsKey("events") ? state.Catalog : FirstCatalog, ddl).ToList();
        var makesRelations = pending.Count > 0 || structure.Exists(change => change.Kind == ChangeKind.Structure);
        return new MigrationPlan(
            pending,
            [.. structure, .. Records(schemas, state, now), .. Settings(reporting, state, now), .. ddl.Grants(state.Grant, makesRelations)]);
    }

    private static IEnumerable<SchemaChange> Records(SchemaSet schemas, WarehouseState state, DateTime now)
    {
        var deployed = state.Deployed.Select(schema => (schema.Kind, schema.Name, schema.Version)).ToHashSet();
        return schemas.Sources.Where(source => !deployed.Contains((source.Kind, source.Name, source.Version))).Select(source => new SchemaChange(
            $"recorded the schema of {source.Subject}",
            $"""
            INSERT INTO vkyc_etl.schemas (kind, name, version, avsc, file, first_deployed_at, deployed_at)
            VALUES ({string.Join(", ", new[] { source.Kind, source.Name, source.Version, source.Avsc, Path.GetFileName(source.File) }.Select(SqlText.Literal))}, {SqlText.Literal(now)}, {SqlText.Literal(now)})
            ON CONFLICT (kind, name, version) DO UPDATE SET file = excluded.file, deployed_at = excluded.deployed_at
            """,
            ChangeKind.Record));
    }

    private static IEnumerable<SchemaChange> Settings(ReportingOptions reporting, WarehouseState state, DateTime now) =>
        reporting.ToStored().Where(setting => state.Settings.GetValueOrDefault(setting.Name) != setting.Value).Select(setting => new SchemaChange(
            $"set {setting.Name} to {setting.Value}",
            $"""
            INSERT INTO vkyc_etl.settings (name, value, set_at) VALUES ({SqlText.Literal(setting.Name)}, {SqlText.Literal(setting.Value)}, {SqlText.Literal(now)})
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, set_at = excluded.set_at
            """,
            ChangeKind.Setting));
}
