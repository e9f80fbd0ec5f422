using System.Text.Json;
using System.Text.Json.Nodes;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>What one .avsc must look like, taken alone. Avro allows more than columns can hold; the rest is refused here, by name.</summary>
internal static class SchemaRules
{
    private static readonly string[] Properties = ["type", "name", "namespace", "doc", "aliases", "fields", "eventType", "stage", "details"];

    /// <summary>Checks a file; what is found goes to <paramref name="faults"/>.</summary>
    /// <returns>The record as far as it can be held against others: without faulty fields, and without a name or event type that is none.</returns>
    public static JsonObject Check(JsonObject json, string file, List<SchemaFault> faults)
    {
        var isEnvelope = SchemaRecord.IsEnvelopeFile(file);
        var isRoute = isEnvelope && Path.GetFileName(file) != SchemaRecord.EnvelopeFile;
        void Fault(string? field, string rule, string cure) => faults.Add(new SchemaFault(file, field, rule, cure));

        var usable = (JsonObject)json.DeepClone();
        if (Text(json, "type") != "record")
            Fault(null, "the file is not an Avro record", "write {\"type\": \"record\", \"name\": …, \"fields\": […]}");
        CheckNames(json, usable, Fault);
        if (usable.Remove("aliases"))
            Fault(null, "aliases are not supported: Apache.Avro reads them wrongly", "remove \"aliases\"");
        CheckEventType(json, usable, isEnvelope, Fault);
        if (json["stage"] is { } stage && !(stage.GetValueKind() == JsonValueKind.Number && stage.AsValue().TryGetValue<int>(out _)))
        {
            Fault(null, "stage is not a whole number", "write the type's rank in the lifecycle, 1 to 5, or leave it out");
            usable.Remove("stage");
        }

        if (json["doc"] is { } doc && doc.GetValueKind() != JsonValueKind.String)
        {
            Fault(null, "doc is not a text", "write the view's comment as a text");
            usable.Remove("doc");
        }

        if (json.ContainsKey("details") && !isRoute)
            Fault(null, "details stands on a record that is no route's envelope", "remove \"details\"");
        else if (json["details"] is { } details && (Text(details) is not { Length: > 0 } key || key.Contains('.', StringComparison.Ordinal)))
        {
            Fault(null, "details is not one key at the root, nor null", "write \"details\": \"payload\", or whatever the event calls it, or null");
            usable.Remove("details");
        }

        foreach (var (name, _) in json)
        {
            if (Spelling.Meant(name, Properties) is { } meant)
                Fault(null, $"the property \"{name}\" means nothing here", $"write \"{meant}\" if that is meant, or remove it");
        }

        usable["fields"] = CheckFields(json, isEnvelope, Fault);
        return usable;
    }

    /// <summary>The column a field fills.</summary>
    public static string Column(JsonNode field) => (string?)field["column"] ?? (string)field["name"]!;

    /// <summary>The column type an Avro type makes, with precision and scale, or null where it makes none.</summary>
    public static (ColumnType Type, FieldWidth Width, int Precision, int Scale)? ColumnOf(JsonNode? avroType)
    {
        var type = avroType as JsonObject;
        var name = type is null ? Text(avroType) : Text(type, "type");
        var logical = type is not null && type.ContainsKey("logicalType") ? Text(type, "logicalType") ?? "?" : null;
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

    /// <summary>Whether a text is a name by Avro's specification.</summary>
    public static bool IsAvroName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>A node's text; null where it is none.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A member's text; null where it is none.</summary>
    public static string? Text(JsonObject json, string name) => Text(json[name]);

    private static void CheckNames(JsonObject json, JsonObject usable, Action<string?, string, string> fault)
    {
        if (Text(json, "name") is not { } name)
        {
            fault(null, "the record has no name, and the view is named after it", "write \"name\": \"CallStarted\", which makes the view vkyc.call_started");
            usable.Remove("name");
        }
        else if (!IsAvroName(name))
        {
            fault(
                null, $"\"{name}\" is no Avro name: letters, digits and _, no digit first",
                name.Contains('.', StringComparison.Ordinal) ? "write what stands before the last dot as \"namespace\"" : "write another \"name\"");
            usable.Remove("name");
        }

        if (json.ContainsKey("namespace") && !(Text(json, "namespace") is { } space && space.Split('.').All(IsAvroName)))
        {
            fault(null, "namespace is no list of Avro names with dots between", "write \"namespace\": \"vkyc\", or leave it out");
            usable.Remove("namespace");
        }
    }

    private static void CheckEventType(JsonObject json, JsonObject usable, bool isEnvelope, Action<string?, string, string> fault)
    {
        if (isEnvelope)
        {
            if (usable.Remove("eventType"))
                fault(null, "the envelope is common to all event types", "remove \"eventType\"");
            return;
        }

        var eventType = Text(json, "eventType");
        if (string.IsNullOrWhiteSpace(eventType))
        {
            fault(null, "the record names no event type", "write \"eventType\": the eventType of the webhooks it describes");
            usable.Remove("eventType");
        }
        else if (eventType.Trim() != eventType)
        {
            fault(null, "eventType begins or ends with white space, and is compared letter by letter", $"write \"eventType\": \"{eventType.Trim()}\"");
        }
    }

    private static JsonArray CheckFields(JsonObject json, bool isEnvelope, Action<string?, string, string> fault)
    {
        var usable = new JsonArray();
        if (json["fields"] is not JsonArray fields)
        {
            fault(null, "the record has no list of fields", "write \"fields\": […], which may be empty");
            return usable;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in fields)
        {
            if (node is not JsonObject field || Text(field, "name") is not { } name)
            {
                fault(null, "a field is not an object with a name", "write {\"name\": …, \"type\": [\"null\", …], \"default\": null, \"path\": …}");
                continue;
            }

            var isFirst = names.Add(name);
            if (!isFirst)
                fault(name, "the record has two fields of this name", "rename one");
            if (FieldRules.Check(field, isEnvelope, (rule, cure) => fault(name, rule, cure)) is { } whole && isFirst)
                usable.Add(whole);
        }

        return usable;
    }

    private static int Number(JsonObject type, string name, int absent = -1) =>
        type[name] is not { } node ? absent : node is JsonValue value && value.TryGetValue<int>(out var number) ? number : -1;
}
