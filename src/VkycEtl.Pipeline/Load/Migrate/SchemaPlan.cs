using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>
/// The difference between the schemas and what is deployed, as statements: columns first, then views, then comments. A view keeps the
/// columns that it has, in their order, and new ones are appended, so that CREATE OR REPLACE VIEW always suffices.
/// </summary>
internal static class SchemaPlan
{
    private static readonly string[] Leading = ["transaction_key", "event_id", "app_id", "transaction_id", "event_time", "received_at"];
    private static readonly string[] Trailing = ["extras", "issues"];

    /// <summary>What is to do; empty where nothing is. The schemas have been held against the warehouse before.</summary>
    public static IEnumerable<SchemaChange> Make(SchemaSet schemas, IReadOnlyDictionary<string, CatalogRelation> catalog, IWarehouseDdl ddl) =>
        [.. Columns(schemas, catalog["events"], ddl), .. Views(schemas, catalog), .. Comments(schemas, catalog)];

    /// <summary>Whether a relation is the view of an event type: they all begin alike.</summary>
    public static bool IsTypeView(CatalogRelation relation) =>
        relation.IsView && relation.Columns.Take(Leading.Length).Select(column => column.Name).SequenceEqual(Leading, StringComparer.Ordinal);

    private static IEnumerable<SchemaChange> Columns(SchemaSet schemas, CatalogRelation events, IWarehouseDdl ddl)
    {
        var stored = events.Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        return schemas.Columns.Where(column => !stored.Contains(column.Name)).Select(column => new SchemaChange(
            $"added column vkyc.events.{column.Name} ({ddl.TypeName(column)})",
            $"ALTER TABLE vkyc.events ADD COLUMN IF NOT EXISTS {EventsTable.Quote(column.Name)} {ddl.TypeName(column)}{ddl.TypeSuffix(column)}"));
    }

    private static IEnumerable<SchemaChange> Views(SchemaSet schemas, IReadOnlyDictionary<string, CatalogRelation> catalog)
    {
        foreach (var schema in schemas.Types)
        {
            var there = catalog.GetValueOrDefault(schema.ViewName);
            var columns = ViewColumns(schema, there);
            if (there is not null && columns.Count == there.Columns.Count)
                continue;
            yield return new SchemaChange(
                $"{(there is null ? "made" : "extended")} view vkyc.{schema.ViewName}",
                $"CREATE OR REPLACE VIEW vkyc.{EventsTable.Quote(schema.ViewName)} AS SELECT {string.Join(", ", columns.Select(EventsTable.Quote))} "
                + $"FROM vkyc.events WHERE event_type = {SqlText.Literal(schema.EventType)}");
        }
    }

    /// <summary>The columns of a type's view: those deployed, then what is new.</summary>
    private static List<string> ViewColumns(EventSchema schema, CatalogRelation? deployed)
    {
        string[] wanted = [.. Leading, .. schema.Columns.Select(column => column.Name), .. Trailing];
        var columns = deployed?.Columns.Select(column => column.Name).ToList() ?? [];
        columns.AddRange(wanted.Except(columns, StringComparer.Ordinal));
        return columns;
    }

    /// <summary>Comments that read otherwise; an empty one is none (PostgreSQL keeps no empty comment).</summary>
    private static IEnumerable<SchemaChange> Comments(SchemaSet schemas, IReadOnlyDictionary<string, CatalogRelation> catalog)
    {
        var known = EventsTable.Comments(schemas).ToDictionary(pair => pair.Column, pair => pair.Comment, StringComparer.Ordinal);
        foreach (var change in ColumnComments("events", known.Keys, known, catalog["events"]))
            yield return change;
        foreach (var schema in schemas.Types)
        {
            var deployed = catalog.GetValueOrDefault(schema.ViewName);
            var columns = ViewColumns(schema, deployed);
            // A view that is replaced may lose its comments (on DuckDB it does).
            var there = columns.Count == deployed?.Columns.Count ? deployed : null;
            if ((there?.Comment ?? "") != schema.Doc)
            {
                yield return new SchemaChange(
                    $"commented view vkyc.{schema.ViewName}",
                    $"COMMENT ON VIEW vkyc.{EventsTable.Quote(schema.ViewName)} IS {SqlText.Literal(schema.Doc)}",
                    ChangeKind.Comment);
            }

            foreach (var change in ColumnComments(schema.ViewName, columns.Where(known.ContainsKey), known, there))
                yield return change;
        }
    }

    private static IEnumerable<SchemaChange> ColumnComments(
        string relation, IEnumerable<string> columns, Dictionary<string, string> comments, CatalogRelation? there)
    {
        var stored = there?.Columns.ToDictionary(column => column.Name, column => column.Comment, StringComparer.Ordinal);
        return columns.Where(column => (stored?.GetValueOrDefault(column) ?? "") != comments[column]).Select(column => new SchemaChange(
            $"commented column vkyc.{relation}.{column}",
            $"COMMENT ON COLUMN vkyc.{EventsTable.Quote(relation)}.{EventsTable.Quote(column)} IS {SqlText.Literal(comments[column])}",
            ChangeKind.Comment));
    }
}
