using System.Text.Json.Nodes;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>A field as it is listed.</summary>
/// <param name="Name">The Avro field.</param>
/// <param name="Path">Where its value is.</param>
/// <param name="Column">The column it fills.</param>
/// <param name="Type">Its Avro type: <c>string</c>, <c>timestamp-micros</c>, <c>decimal(12,2)</c>, …</param>
/// <param name="Unit">What it is measured in, or null.</param>
/// <param name="Privacy">Its privacy.</param>
public sealed record ListedField(string Name, string Path, string Column, string Type, string? Unit, string Privacy);

/// <summary>Schemas as people read them.</summary>
public static class SchemaListing
{
    /// <summary>The fields of a record, in its order.</summary>
    public static IEnumerable<ListedField> Fields(SchemaSource source) => JsonNode.Parse(source.Avsc)!["fields"]!.AsArray().Select(field => new ListedField(
        (string)field!["name"]!, (string)field["path"]!, SchemaRules.Column(field), Type(field["type"]![1]!), (string?)field["unit"], (string?)field["privacy"] ?? "none"));

    private static string Type(JsonNode type) => type is not JsonObject given
        ? (string)type!
        : (string?)given["logicalType"] is not { } logical
            ? (string)given["type"]!
            : logical == "decimal" ? $"decimal({given["precision"]},{given["scale"]?.ToString() ?? "0"})" : logical;
}
