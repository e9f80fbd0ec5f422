using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>What one .avsc must look like, taken alone. Avro allows more than columns can hold; the rest is refused here, by name.</summary>
internal static class SchemaRules
{
    private const int LongestIdentifier = 63;

    /// <summary>Checks a file; what is found goes to <paramref name="faults"/>.</summary>
    /// <returns>Whether the file may be used.</returns>
    public static bool Check(JsonObject json, string file, List<SchemaFault> faults)
    {
        var before = faults.Count;
        var isEnvelope = Path.GetFileName(file) == SchemaRecord.EnvelopeFile;
        void Fault(string? field, string rule, string cure) => faults.Add(new SchemaFault(file, field, rule, cure));

        if (Text(json, "type") != "record" || Text(json, "name") is not { } || json["fields"] is not JsonArray)
        {
            Fault(null, "the file is not an Avro record with a name and fields", "write {\"type\": \"record\", \"name\": …, \"fields\": […]}");
            return false;
        }

        if (json.ContainsKey("aliases"))
            Fault(null, "aliases are not supported: Apache.Avro reads them wrongly", "remove \"aliases\"");
        if (!isEnvelope && string.IsNullOrWhiteSpace(Text(json, "eventType")))
            Fault(null, "the record names no event type", "write \"eventType\": the eventType of the webhooks it describes");
        if (isEnvelope && json.ContainsKey("eventType"))
            Fault(null, "the envelope is common to all event types", "remove \"eventType\"");
        if (json["stage"] is { } stage && !(stage.GetValueKind() == JsonValueKind.Number && stage.AsValue().TryGetValue<int>(out _)))
            Fault(null, "stage is not a whole number", "write the type's rank in the lifecycle, 1 to 5, or leave it out");
        if (json["doc"] is { } doc && doc.GetValueKind() != JsonValueKind.String)
            Fault(null, "doc is not a text", "write the view's comment as a text");

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in json["fields"]!.AsArray())
        {
            if (node is JsonObject field && Text(field, "name") is { } name)
            {
                if (!names.Add(name))
                    Fault(name, "the record has two fields of this name", "rename one");
                CheckField(field, (rule, cure) => Fault(name, rule, cure));
            }
            else
            {
                Fault(null, "a field is not an object with a name", "write {\"name\": …, \"type\": [\"null\", …], \"default\": null, \"path\": …}");
            }
        }

        return faults.Count == before;
    }

    /// <summary>The column a field fills.</summary>
    public static string Column(JsonNode field) => (string?)field["column"] ?? (string)field["name"]!;

    /// <summary>The column type an Avro type makes, with precision and scale, or null where it makes none.</summary>
    public static (ColumnType Type, FieldWidth Width, int Precision, int Scale)? ColumnOf(JsonNode? avroType)
    {
        var type = avroType as JsonObject;
        var name = type is null ? Text(avroType) : Text(type, "type");
        var logical = type?["logicalType"] is { } given ? Text(given) ?? "?" : null;
        return (name, logical) switch
        {
            ("string", null) => (ColumnType.Text, FieldWidth.Full, 0, 0),
            ("string", "uuid") => (ColumnType.Uuid, FieldWidth.Full, 0, 0),
            ("int", null) => (ColumnType.BigInt, FieldWidth.Int32, 0, 0),
            ("long", null) => (ColumnType.BigInt, FieldWidth.Full, 0, 0),
            ("float", null) => (ColumnType.Double, FieldWidth.Single, 0, 0),
            ("double", null) => (ColumnType.Double, FieldWidth.Full, 0, 0),
            ("boolean", null) => (ColumnType.Boolean, FieldWidth.Full, 0, 0),
            ("int", "date") => (ColumnType.Date, FieldWidth.Full, 0, 0),
            ("long", "timestamp-millis") => (ColumnType.Timestamp, FieldWidth.Milliseconds, 0, 0),
            ("long", "timestamp-micros") => (ColumnType.Timestamp, FieldWidth.Full, 0, 0),
            ("bytes", "decimal") => (ColumnType.Numeric, FieldWidth.Full, Number(type!, "precision"), Number(type!, "scale", 0)),
            _ => null,
        };
    }

    /// <summary>Whether a text can be an identifier on every engine.</summary>
    public static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && Encoding.UTF8.GetByteCount(name) <= LongestIdentifier;

    private static void CheckField(JsonObject field, Action<string, string> fault)
    {
        if (field.ContainsKey("aliases"))
            fault("aliases are not supported: Apache.Avro reads them wrongly", "remove \"aliases\"");
        if (field["type"] is not JsonArray { Count: 2 } union || Text(union[0]) != "null")
            fault("the type is not a union of null and one other", "write \"type\": [\"null\", …]");
        else
            CheckType(union[1], fault);
        if (!field.TryGetPropertyValue("default", out var value) || value is not null)
            fault("the default is not null", "write \"default\": null");
        foreach (var name in (string[])["doc", "path", "column", "unit", "privacy"])
        {
            if (field.ContainsKey(name) && Text(field, name) is null)
                fault($"{name} is not a text", $"write \"{name}\" as a text, or leave it out");
        }

        if (field["values"] is { } values && !(values is JsonArray array && array.All(item => Text(item) is not null)))
            fault("values is not a list of texts", "write \"values\": [\"…\", \"…\"]");
        if ((Text(field, "privacy") ?? "none") is not ("none" or "personal" or "sensitive"))
            fault("privacy is none of none, personal, sensitive", "write one of the three");
        var path = Text(field, "path");
        if (path is null || path.Split('.').Any(key => key.Length == 0))
            fault("the field does not say where its value comes from", $"write \"path\": \"eventDetails.{field["name"]}\", or as the event has it");
        var column = Text(field, "column") ?? Text(field, "name")!;
        if (!IsIdentifier(column))
            fault($"\"{column}\" cannot be a column: letters, digits and _, no digit first, at most {LongestIdentifier} bytes", "write another \"column\"");
    }

    private static void CheckType(JsonNode? type, Action<string, string> fault)
    {
        if (ColumnOf(type) is not { } column)
        {
            fault(
                $"the type {type?.ToJsonString() ?? "null"} makes no column",
                "use string, uuid, int, long, float, double, boolean, decimal, timestamp-millis, timestamp-micros or date");
        }
        else if (column.Type == ColumnType.Numeric && (column.Precision is < 1 or > 28 || column.Scale < 0 || column.Scale > column.Precision))
        {
            fault("the decimal's precision is not 1 to 28, or its scale not 0 to the precision", "write \"precision\" and \"scale\" within these");
        }
    }

    private static int Number(JsonObject type, string name, int absent = -1) =>
        type[name] is not { } node ? absent : node is JsonValue value && value.TryGetValue<int>(out var number) ? number : -1;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string? Text(JsonObject json, string name) => Text(json[name]);
}
