using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>One statement that brings the warehouse nearer to its schemas.</summary>
/// <param name="What">What it does, in words.</param>
/// <param name="Sql">The statement.</param>
/// <param name="IsComment">Whether it writes a comment and changes nothing else.</param>
internal sealed record SchemaChange(string What, string Sql, bool IsComment = false);

/// <summary>
/// The difference between the schemas and what is deployed, as statements: columns first, then views, then comments. A view keeps the
/// columns that it has, in their order, and new ones are appended, so that CREATE OR REPLACE VIEW always suffices.
/// </summary>
internal static class SchemaPlan
{
    private static readonly string[] Leading = ["transaction_key", "event_id", "app_id", "transaction_id", "event_time", "received_at"];
    private static readonly string[] Trailing = ["extras", "issues"];

    /// <summary>What is to do; empty where nothing is.</summary>
    /// <exception cref="WarehouseUnfitException">A column has another type, or a view's name is a table's.</exception>
    public static IReadOnlyList<SchemaChange> Make(SchemaSet schemas, IReadOnlyDictionary<string, CatalogRelation> catalog, IWarehouseDdl ddl)
    {
        if (!catalog.TryGetValue("events", out var events))
            throw new WarehouseUnfitException("The table vkyc.events is not there although its migration script is journaled: restore it, or start with an empty database.");
        return [.. Columns(schemas, events, ddl), .. Views(schemas, catalog), .. Comments(schemas, catalog)];
    }

    private static IEnumerable<SchemaChange> Columns(SchemaSet schemas, CatalogRelation events, IWarehouseDdl ddl)
    {
        var stored = events.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var clashes = schemas.Columns.Where(column => stored.TryGetValue(column.Name, out var there)
            && (there.Type != ddl.TypeName(column) || EventsTable.FixedColumns.Contains(column.Name, StringComparer.Ordinal))).ToList();
        if (clashes.Count > 0)
        {
            var said = clashes.Select(column => $"{column.Name} is {stored[column.Name].Type} in vkyc.events and {ddl.TypeName(column)} in the schemas");
            throw new WarehouseUnfitException($"No column ever changes its type: {string.Join("; ", said)}. Give the field another column.");
        }

        return schemas.Columns.Where(column => !stored.ContainsKey(column.Name)).Select(column => new SchemaChange(
            $"added column vkyc.events.{column.Name} ({ddl.TypeName(column)})",
            $"ALTER TABLE vkyc.events ADD COLUMN IF NOT EXISTS {EventsTable.Quote(column.Name)} {ddl.TypeName(column)}{ddl.TypeSuffix(column)}"));
    }

    private static IEnumerable<SchemaChange> Views(SchemaSet schemas, IReadOnlyDictionary<string, CatalogRelation> catalog)
    {
        foreach (var schema in schemas.Types)
        {
            var there = catalog.GetValueOrDefault(schema.ViewName);
            if (there is { IsView: false })
                throw new WarehouseUnfitException($"The view of {schema.EventType} cannot be called vkyc.{schema.ViewName}: a table has that name.");
            var columns = ViewColumns(schema, there);
            if (there is not null && columns.Count == there.Columns.Count)
                continue;
            yield return new SchemaChange(
                $"{(there is null ? "made" : "extended")} view vkyc.{schema.ViewName}",
                $"CREATE OR REPLACE VIEW vkyc.{EventsTable.Quote(schema.ViewName)} AS SELECT {string.Join(", ", columns.Select(EventsTable.Quote))} "
                + $"FROM vkyc.events WHERE event_type = {Literal(schema.EventType)}");
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
            if (there?.Comment != schema.Doc)
            {
                yield return new SchemaChange(
                    $"commented view vkyc.{schema.ViewName}",
                    $"COMMENT ON VIEW vkyc.{EventsTable.Quote(schema.ViewName)} IS {Literal(schema.Doc)}",
                    IsComment: true);
            }

            foreach (var change in ColumnComments(schema.ViewName, columns.Where(known.ContainsKey), known, there))
                yield return change;
        }
    }

    private static IEnumerable<SchemaChange> ColumnComments(
        string relation, IEnumerable<string> columns, Dictionary<string, string> comments, CatalogRelation? there)
    {
        var stored = there?.Columns.ToDictionary(column => column.Name, column => column.Comment, StringComparer.Ordinal);
        return columns.Where(column => stored?.GetValueOrDefault(column) != comments[column]).Select(column => new SchemaChange(
            $"commented column vkyc.{relation}.{column}",
            $"COMMENT ON COLUMN vkyc.{EventsTable.Quote(relation)}.{EventsTable.Quote(column)} IS {Literal(comments[column])}",
            IsComment: true));
    }

    /// <summary>A text as SQL takes it: COMMENT and view definitions know no parameters.</summary>
    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
