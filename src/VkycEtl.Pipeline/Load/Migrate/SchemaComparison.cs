using System.Globalization;
using System.Text.Json.Nodes;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>
/// Holds schemas against what is deployed. What was deployed stays: rows were made by it, reports stand on it, and other workers may still load by it.
/// A new type and a new field are all that may come; docs, values and the stage may change.
/// </summary>
internal static class SchemaComparison
{
    private const string AnotherField = "leave the field as it was, and add another field with another column";

    /// <summary>Every reason why these schemas cannot be deployed here; empty where they can.</summary>
    public static IReadOnlyList<SchemaFault> Compare(SchemaSet schemas, WarehouseState state, IWarehouseDdl ddl)
    {
        var faults = new List<SchemaFault>();
        if (schemas.Sources.Count > 0)
        {
            foreach (var deployed in state.Deployed.OrderBy(deployed => deployed.File, StringComparer.Ordinal))
                CompareRecord(schemas, deployed, faults);
        }

        if (state.Catalog.TryGetValue("events", out var events))
            CompareColumns(schemas, events, ddl, faults);
        CompareViews(schemas, state, faults);
        return [.. faults.OrderBy(fault => fault.File, StringComparer.Ordinal)];
    }

    private static void CompareRecord(SchemaSet schemas, DeployedSchema deployed, List<SchemaFault> faults)
    {
        var before = JsonNode.Parse(deployed.Avsc)!.AsObject();
        if (schemas.Sources.FirstOrDefault(source => source.Kind == deployed.Kind && source.Name == deployed.Name) is not { } source)
        {
            var renamed = schemas.Sources.FirstOrDefault(source => source.Kind == SchemaSource.TypeKind && Name(source) == (string?)before["name"]);
            faults.Add(deployed.Kind == SchemaSource.TypeKind && renamed is not null
                ? new SchemaFault(
                    renamed.File, null, $"the record {before["name"]} is deployed for event type {deployed.Name}, and here it describes {renamed.Name}",
                    $"write \"eventType\": \"{deployed.Name}\" again, and describe {renamed.Name} in a record of another name")
                : new SchemaFault(
                    deployed.File, null,
                    string.Create(CultureInfo.InvariantCulture, $"{SchemaSource.Describe(deployed.Kind, deployed.Name)} is deployed since {deployed.DeployedAt:yyyy-MM-dd HH:mm} UTC, and no file describes it any more"),
                    "put the file back (is Schemas:Directory the same as then?): its columns stay, and an event that is not sent any more harms nobody"));
            return;
        }

        if (source.Version == deployed.Version)
            return;
        var now = JsonNode.Parse(source.Avsc)!.AsObject();
        foreach (var name in (string[])["name", "namespace", "details"])
        {
            if (!JsonNode.DeepEquals(before[name], now[name]) || before.ContainsKey(name) != now.ContainsKey(name))
            {
                faults.Add(new SchemaFault(
                    source.File, null, $"the record's {name} is deployed as {Shown(before, name)}, and here it is {Shown(now, name)}",
                    before.ContainsKey(name) ? $"write \"{name}\": {before[name]?.ToJsonString() ?? "null"} again" : $"remove \"{name}\""));
            }
        }

        var fields = Fields(now);
        foreach (var (name, field) in Fields(before))
            CompareField(source, name, field, fields, Fields(before), faults);
    }

    private static void CompareField(
        SchemaSource source, string name, JsonObject before, Dictionary<string, JsonObject> fields, Dictionary<string, JsonObject> allBefore, List<SchemaFault> faults)
    {
        if (!fields.TryGetValue(name, out var now))
        {
            var renamed = fields.FirstOrDefault(other => !allBefore.ContainsKey(other.Key)
                && (SchemaRules.Column(other.Value) == SchemaRules.Column(before) || (string?)other.Value["path"] == (string?)before["path"])).Key;
            faults.Add(renamed is null
                ? new SchemaFault(source.File, name, $"the field is deployed, and is gone from {source.Subject}", "put it back: a value that is not sent any more is NULL")
                : new SchemaFault(
                    source.FileOf(renamed), name, $"the field is deployed, and is called {renamed} here",
                    $"call it {name} again; \"column\" names the column, and a new field is added beside it"));
            return;
        }

        void Fault(string rule, string cure) => faults.Add(new SchemaFault(source.FileOf(name), name, rule, cure));
        if (SchemaRules.ColumnOf(before["type"]![1]) != SchemaRules.ColumnOf(now["type"]![1]))
            Fault($"the type is deployed as {before["type"]![1]!.ToJsonString()}, and here it is {now["type"]![1]!.ToJsonString()}", AnotherField);
        if (SchemaRules.Column(before) != SchemaRules.Column(now))
            Fault($"the column is deployed as {SchemaRules.Column(before)}, and here it is {SchemaRules.Column(now)}", $"write \"column\": \"{SchemaRules.Column(before)}\" again");
        foreach (var (property, whenAbsent) in ((string, string)[])[("unit", "none"), ("privacy", "none"), ("path", "")])
        {
            var (then, here) = ((string?)before[property] ?? whenAbsent, (string?)now[property] ?? whenAbsent);
            if (then != here)
                Fault($"the {property} is deployed as {then}, and here it is {here}", AnotherField);
        }
    }

    private static void CompareColumns(SchemaSet schemas, CatalogRelation events, IWarehouseDdl ddl, List<SchemaFault> faults)
    {
        // Two names may differ by case alone where somebody quoted one: the exact one is meant.
        var stored = events.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(
            same => same.Key, same => same.OrderBy(column => schemas.Columns.All(own => own.Name != column.Name)).First(), StringComparer.OrdinalIgnoreCase);
        foreach (var column in schemas.Columns)
        {
            if (!stored.TryGetValue(column.Name, out var there))
                continue;
            var (file, field) = Place(schemas, column.Name);
            if (there.Name != column.Name)
            {
                faults.Add(new SchemaFault(
                    file, field, $"vkyc.events has the column {there.Name}, and {column.Name} would be folded onto it", $"write \"column\": \"{there.Name}\", or another \"column\""));
            }
            else if ((there.Type != ddl.TypeName(column) || EventsTable.FixedColumns.Contains(column.Name, StringComparer.Ordinal))
                && !faults.Exists(fault => fault.File == file && fault.Field == field))
            {
                faults.Add(new SchemaFault(
                    file, field, $"the column {column.Name} is {there.Type} in vkyc.events and {ddl.TypeName(column)} here, and no column ever changes its type",
                    "give the field another column"));
            }
        }
    }

    private static void CompareViews(SchemaSet schemas, WarehouseState state, List<SchemaFault> faults)
    {
        var relations = state.Catalog.GroupBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(
            same => same.Key, same => same.OrderBy(pair => schemas.Types.All(own => own.ViewName != pair.Key)).First().Value, StringComparer.OrdinalIgnoreCase);
        foreach (var type in schemas.Types)
        {
            if (!relations.TryGetValue(type.ViewName, out var there) || SchemaPlan.IsTypeView(there))
                continue;
            var source = schemas.Sources.FirstOrDefault(source => source.Kind == SchemaSource.TypeKind && source.Name == type.EventType);
            faults.Add(new SchemaFault(
                source?.File ?? type.EventType, null, $"the view of {type.EventType} cannot be called vkyc.{type.ViewName}: another relation of the warehouse has that name",
                "write another record name"));
        }
    }

    private static (string File, string? Field) Place(SchemaSet schemas, string column)
    {
        foreach (var source in schemas.Sources)
        {
            foreach (var (name, field) in Fields(JsonNode.Parse(source.Avsc)!.AsObject()))
            {
                if (SchemaRules.Column(field) == column)
                    return (source.FileOf(name), name);
            }
        }

        return ("the schemas", null);
    }

    private static Dictionary<string, JsonObject> Fields(JsonObject record) =>
        record["fields"]!.AsArray().ToDictionary(field => (string)field!["name"]!, field => field!.AsObject(), StringComparer.Ordinal);

    private static string? Name(SchemaSource source) => (string?)JsonNode.Parse(source.Avsc)!["name"];

    private static string Shown(JsonObject record, string name) => record.ContainsKey(name) ? record[name]?.ToString() ?? "null" : "none";
}
