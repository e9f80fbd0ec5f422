using System.Text.Json;
using System.Text.Json.Nodes;
using Avro;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>From directories to records: reads each file, checks its form, and lays files of one event type over one another.</summary>
internal static class SchemaFiles
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static List<SchemaRecord> Read(IReadOnlyList<string> directories, List<SchemaFault> faults)
    {
        var records = new Dictionary<string, SchemaRecord>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            if (!Directory.Exists(directory))
            {
                faults.Add(new SchemaFault(
                    directory, null, "the schema directory does not exist", "correct Schemas:Directory or make the directory"));
                continue;
            }

            var inThisDirectory = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var path in Directory.GetFiles(directory, "*.avsc").Order(StringComparer.Ordinal))
            {
                var before = faults.Count;
                if (ReadFile(path, faults) is not { } json)
                    continue;
                var file = Path.GetFileName(path);
                var key = Key(path, json);
                if (!inThisDirectory.TryAdd(key, file))
                {
                    faults.Add(new SchemaFault(
                        path, null, $"{inThisDirectory[key]} beside it describes {key} too", "keep one file an event type in a directory"));
                    continue;
                }

                records[key] = Lay(records.GetValueOrDefault(key), json, path, isWhole: faults.Count == before, faults);
            }
        }

        return [.. records.Values.OrderBy(record => record.Stage).ThenBy(record => record.File, StringComparer.Ordinal)];
    }

    /// <summary>What files of one record have in common: the event type, or the envelope's file name; a file that names no type stands alone.</summary>
    private static string Key(string path, JsonObject json) => SchemaRecord.IsEnvelopeFile(path)
        ? Path.GetFileName(path)
        : (string?)json["eventType"] ?? path;

    private static SchemaRecord Lay(SchemaRecord? before, JsonObject json, string path, bool isWhole, List<SchemaFault> faults)
    {
        var files = new Dictionary<string, string>(before?.FieldFiles ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var field in json["fields"]!.AsArray())
            files[(string)field!["name"]!] = path;
        var whole = before is null ? json : Overlay(before, json, path, faults);
        return new SchemaRecord(before?.File ?? Path.GetFileName(path), path, whole, isWhole ? Parse(whole, path, faults) : null) { FieldFiles = files };
    }

    private static JsonObject? ReadFile(string path, List<SchemaFault> faults)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(path), documentOptions: Strict) is JsonObject json)
                return SchemaRules.Check(json, path, faults);
            faults.Add(new SchemaFault(path, null, "the file is not a JSON object", "write one Avro record a file"));
        }
        catch (JsonException fault)
        {
            faults.Add(new SchemaFault(path, null, $"not JSON: {fault.Message}", "correct the file's syntax"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new SchemaFault(path, null, $"cannot be read: {fault.Message}", "give the program the right to read it"));
        }

        return null;
    }

    private static RecordSchema? Parse(JsonObject json, string path, List<SchemaFault> faults)
    {
        try
        {
            return (RecordSchema)Schema.Parse(json.ToJsonString());
        }
        catch (AvroException fault)
        {
            faults.Add(new SchemaFault(path, null, $"Avro refuses the schema: {fault.Message}", "write a valid Avro record"));
            return null;
        }
    }

    private static JsonObject Overlay(SchemaRecord before, JsonObject added, string path, List<SchemaFault> faults)
    {
        var whole = (JsonObject)before.Json.DeepClone();
        foreach (var name in (string[])["name", "namespace"])
        {
            if (added[name] is not null && whole[name] is not null && (string?)added[name] != (string?)whole[name])
            {
                faults.Add(new SchemaFault(
                    path, null, $"{before.File} calls this record {whole["name"]}, of namespace {whole["namespace"]?.ToString() ?? "none"}, and its view bears that name",
                    $"write \"{name}\": \"{whole[name]}\""));
            }
        }

        var fields = whole["fields"]!.AsArray();
        foreach (var (key, value) in added)
        {
            if (key != "fields")
                whole[key] = value?.DeepClone();
        }

        foreach (var field in added["fields"]!.AsArray().OfType<JsonObject>())
        {
            var name = (string)field["name"]!;
            var at = fields.ToList().FindIndex(other => (string?)other!["name"] == name);
            if (at < 0)
            {
                fields.Add(field.DeepClone());
                continue;
            }

            if (SchemaRules.Column(fields[at]!) != SchemaRules.Column(field) || !JsonNode.DeepEquals(fields[at]!["type"], field["type"]))
            {
                faults.Add(new SchemaFault(
                    path, name, $"{before.File} has this field with another column or type, and no column ever changes",
                    "give the new field another name and another column"));
            }

            fields[at] = field.DeepClone();
        }

        return whole;
    }
}
