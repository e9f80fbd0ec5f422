using System.Data;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Schemas;

/// <summary>Schemas, and their faults, as rows.</summary>
internal static class SchemaRows
{
    /// <summary>One row a field; a type without fields has one row all the same. Short: of the version, its first digits, to tell one from another.</summary>
    public static DataTable Of(SchemaSet schemas, bool isShort)
    {
        var table = Table("event_type", "view", "path", "column", "type", "unit", "privacy", "file", "schema_version");
        foreach (var source in schemas.Sources)
        {
            var type = schemas.Types.FirstOrDefault(type => source.Kind == SchemaSource.TypeKind && type.EventType == source.Name);
            var version = isShort ? source.Version[..12] : source.Version;
            var fields = SchemaListing.Fields(source).ToList();
            foreach (var field in fields)
            {
                Add(
                    table, type?.EventType, type is null ? null : $"vkyc.{type.ViewName}", field.Path, field.Column, field.Type, field.Unit, field.Privacy,
                    Path.GetFileName(source.FileOf(field.Name)), version);
            }

            if (fields.Count == 0)
                Add(table, type?.EventType, type is null ? null : $"vkyc.{type.ViewName}", null, null, null, null, null, Path.GetFileName(source.File), version);
        }

        return table;
    }

    /// <summary>One row a fault.</summary>
    public static DataTable Of(IReadOnlyList<SchemaFault> faults)
    {
        var table = Table("file", "field", "rule", "cure");
        foreach (var fault in faults)
            Add(table, fault.File, fault.Field, fault.Rule, fault.Cure);
        return table;
    }

    private static DataTable Table(params string[] columns)
    {
        var table = new DataTable();
        foreach (var column in columns)
            table.Columns.Add(column, typeof(string));
        return table;
    }

    private static void Add(DataTable table, params string?[] values) => table.Rows.Add([.. values.Select(value => (object?)value ?? DBNull.Value)]);
}
