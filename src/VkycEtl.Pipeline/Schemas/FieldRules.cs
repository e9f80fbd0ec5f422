using System.Text.Json.Nodes;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>What one field of an .avsc must look like, taken alone.</summary>
internal static class FieldRules
{
    private static readonly string[] Properties = ["name", "type", "default", "doc", "path", "column", "unit", "privacy", "values", "aliases", "order"];

    /// <summary>Properties of a type that Avro ignores where they stand beside it.</summary>
    private static readonly string[] TypeProperties = ["logicalType", "precision", "scale"];

    /// <summary>The base type of each logical type that makes a column.</summary>
    private static readonly Dictionary<string, string> LogicalTypes = new(StringComparer.Ordinal)
    {
        ["uuid"] = "string",
        ["date"] = "int",
        ["timestamp-millis"] = "long",
        ["timestamp-micros"] = "long",
        ["decimal"] = "bytes",
    };

    /// <summary>Checks a field; every fault goes to <paramref name="fault"/> as rule and cure.</summary>
    /// <returns>The field as far as it can be held against others, its own faults left out; null where it cannot.</returns>
    public static JsonObject? Check(JsonObject field, bool isEnvelope, Action<string, string> fault)
    {
        var usable = (JsonObject)field.DeepClone();
        var isUsable = CheckName(field, fault) & CheckType(field, fault) & CheckPath(field, fault) & CheckColumn(field, isEnvelope, fault);
        if (usable.Remove("aliases"))
            fault("aliases are not supported: Apache.Avro reads them wrongly", "remove \"aliases\"");
        if (!field.TryGetPropertyValue("default", out var value) || value is not null)
            fault("the default is not null", "write \"default\": null");
        usable["default"] = null;
        foreach (var name in (string[])["doc", "unit", "privacy"])
        {
            if (!field.ContainsKey(name) || SchemaRules.Text(field, name) is not null)
                continue;
            fault($"{name} is not a text", $"write \"{name}\" as a text, or leave it out");
            usable.Remove(name);
        }

        if (field["values"] is { } values && !(values is JsonArray array && array.All(item => SchemaRules.Text(item) is not null)))
        {
            fault("values is not a list of texts", "write \"values\": [\"…\", \"…\"]");
            usable.Remove("values");
        }

        if (SchemaRules.Text(usable, "privacy") is { } privacy && privacy is not ("none" or "personal" or "sensitive"))
        {
            fault($"privacy is {privacy}, which is none of none, personal, sensitive", "write one of the three");
            isUsable = false;
        }

        foreach (var (name, _) in field)
        {
            if (TypeProperties.Contains(name, StringComparer.Ordinal))
                fault($"{name} stands on the field, where Avro ignores it", $"move it into the type: [\"null\", {{\"type\": …, \"{name}\": …}}]");
            else if (Spelling.Meant(name, Properties) is { } meant)
                fault($"the property \"{name}\" means nothing here", $"write \"{meant}\" if that is meant, or remove it");
        }

        return isUsable ? usable : null;
    }

    private static bool CheckName(JsonObject field, Action<string, string> fault)
    {
        var name = SchemaRules.Text(field, "name")!;
        if (SchemaRules.IsAvroName(name))
            return true;
        fault($"\"{name}\" is no Avro name: letters, digits and _, no digit first", "write another \"name\"; \"column\" says what the column is called");
        return false;
    }

    private static bool CheckPath(JsonObject field, Action<string, string> fault)
    {
        if (SchemaRules.Text(field, "path") is { } path && !path.Split('.').Any(string.IsNullOrWhiteSpace))
            return true;
        var isThere = field.ContainsKey("path");
        fault(
            isThere ? "path is no list of keys with dots between: the field does not say where its value comes from" : "the field does not say where its value comes from",
            $"write \"path\": \"eventDetails.{field["name"]}\", or as the event has it");
        return false;
    }

    private static bool CheckColumn(JsonObject field, bool isEnvelope, Action<string, string> fault)
    {
        if (field.ContainsKey("column") && SchemaRules.Text(field, "column") is null)
        {
            fault("column is not a text", "write \"column\" as a text, or leave it out");
            return false;
        }

        var column = SchemaRules.Column(field);
        if (Identifiers.Fault(column) is { } rule)
        {
            fault($"\"{column}\" cannot be a column: {rule}", "write another \"column\"");
            return false;
        }

        if (Identifiers.IsSystemColumn(column) || (!isEnvelope && SchemaSet.FixedColumns.Contains(column, StringComparer.OrdinalIgnoreCase)))
        {
            fault($"the column {column} is one of the table's own", "write another \"column\"");
            return false;
        }

        return true;
    }

    private static bool CheckType(JsonObject field, Action<string, string> fault)
    {
        if (!field.ContainsKey("type"))
        {
            fault("the field has no type: it must be a union of null and one other", "write \"type\": [\"null\", …]");
            return false;
        }

        if (field["type"] is not JsonArray { Count: 2 } union || SchemaRules.Text(union[0]) != "null")
        {
            var isTurned = field["type"] is JsonArray { Count: 2 } turned && SchemaRules.Text(turned[1]) == "null";
            fault(
                isTurned ? "null stands second: the type must be a union of null and one other, in this order" : "the type is not a union of null and one other",
                "write \"type\": [\"null\", …]");
            return false;
        }

        if (SchemaRules.ColumnOf(union[1]) is not { } column)
        {
            var (rule, cure) = NoColumn(union[1]);
            fault(rule, cure);
            return false;
        }

        if (column.Type != ColumnType.Numeric)
            return true;
        if (column.Precision is < 1 or > 28)
        {
            fault("the decimal's precision is not a whole number from 1 to 28", "write \"precision\" within that: all digits, those after the point included");
            return false;
        }

        if (column.Scale >= 0 && column.Scale <= column.Precision)
            return true;
        fault($"the decimal's scale is not a whole number from 0 to its precision, {column.Precision}", "write \"scale\": how many of the digits stand after the point");
        return false;
    }

    private static (string Rule, string Cure) NoColumn(JsonNode? type)
    {
        const string All = "use string, uuid, int, long, float, double, boolean, decimal, timestamp-millis, timestamp-micros or date";
        var shown = type?.ToJsonString() ?? "null";
        if (type is not JsonObject given || !given.ContainsKey("logicalType"))
            return ($"the type {shown} makes no column", All);
        var logical = SchemaRules.Text(given, "logicalType");
        if (logical is not null && LogicalTypes.TryGetValue(logical, out var basis))
        {
            return (
                $"the type {shown} makes no column: {logical} stands on {basis}, and Avro would silently read {SchemaRules.Text(given, "type") ?? "another type"} without it",
                $"write {{\"type\": \"{basis}\", \"logicalType\": \"{logical}\"}}");
        }

        var meant = logical is null ? null : Spelling.Meant(logical, [.. LogicalTypes.Keys]);
        return (
            $"the type {shown} makes no column: the logical type {logical ?? "?"} is not one that columns are made of, and Avro would silently ignore it",
            meant is null ? All : $"write \"logicalType\": \"{meant}\" if that is meant; else {All}");
    }
}
