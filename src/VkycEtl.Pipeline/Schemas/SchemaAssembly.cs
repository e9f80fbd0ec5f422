using System.Text;
using System.Text.Json.Nodes;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>From records to the set: which columns there are, in which order, and whether the records agree about them.</summary>
internal static class SchemaAssembly
{
    /// <summary>Envelope fields with a fixed column of their own, by path.</summary>
    private static readonly Dictionary<string, (string Column, ColumnType Type)> FixedFields = new(StringComparer.Ordinal)
    {
        ["appId"] = ("app_id", ColumnType.Text),
        ["transactionId"] = ("transaction_id", ColumnType.Text),
        ["eventType"] = ("event_type", ColumnType.Text),
        ["eventVersion"] = ("event_version", ColumnType.Text),
        ["eventTime"] = ("event_time", ColumnType.Timestamp),
        ["eventId"] = ("event_id", ColumnType.Text),
    };

    private static readonly string[] EnvelopeKeys = [.. FixedFields.Keys, "eventDetails"];

    /// <summary>Relations of schema vkyc that a type's view cannot be named like.</summary>
    private static readonly HashSet<string> Relations = new(StringComparer.OrdinalIgnoreCase)
    {
        "events", "call_attempts", "transactions", "freshness", "days", "observed_event_types", "data_quality_daily", "stage_times_daily",
        "slots_daily", "sla_daily", "reasons_daily", "outcomes_daily", "funnel_daily", "agents_daily",
    };

    /// <summary>Names that PostgreSQL or DuckDB keep for columns of their own.</summary>
    private static readonly HashSet<string> SystemColumns =
        new(["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "rowid"], StringComparer.OrdinalIgnoreCase);

    public static SchemaSet? Assemble(IReadOnlyList<SchemaRecord> records, List<SchemaFault> faults)
    {
        var envelope = records.FirstOrDefault(record => record.IsEnvelope);
        if (envelope is null)
        {
            faults.Add(new SchemaFault(
                SchemaRecord.EnvelopeFile, null, "no directory holds a usable envelope.avsc", "name the program's own avro directory first"));
            return null;
        }

        var columns = new ColumnNames(faults);
        var docs = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = EnvelopeFields(envelope, docs, faults);
        var types = new List<EventSchema>();
        var views = Relations.ToDictionary(name => name, _ => "the warehouse", StringComparer.OrdinalIgnoreCase);
        foreach (var record in records.Where(record => !record.IsEnvelope))
        {
            var fields = record.Json["fields"]!.AsArray().Select(field => Field(field!)).ToList();
            CheckView(record, views, faults);
            CheckPaths(record, fields, added, faults);
            columns.Add(record, fields);
            types.Add(new EventSchema(
                record.EventType, SnakeCase(record.Schema.Name), record.Schema.Documentation ?? "", NormalJson.Version(record.Json),
                [.. fields.Concat(added).Select(field => field.Column)])
            {
                Fields = fields,
                Record = record.Schema,
            });
        }

        CheckPaths(envelope, added, [], faults);
        columns.Add(envelope, added);
        if (faults.Count > 0)
            return null;
        var envelopeVersion = NormalJson.Version(envelope.Json);
        var versions = types.Select(type => type.EventType + ' ' + type.Version).Prepend(envelopeVersion);
        return new SchemaSet(types, columns.InOrder, docs, NormalJson.Version(versions))
        {
            Envelope = new EnvelopeSchema(envelopeVersion, added, envelope.Schema),
        };
    }

    /// <summary>CustomerScheduled → customer_scheduled, KYCCallStarted → kyc_call_started.</summary>
    public static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsAsciiLetterUpper(name[i]) && i > 0 && name[i - 1] != '_'
                && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString();
    }

    private static SchemaField Field(JsonNode field)
    {
        var (type, width, precision, scale) = SchemaRules.ColumnOf(field["type"]![1])!.Value;
        var column = new SchemaColumn(
            SchemaRules.Column(field), type, (string?)field["doc"] ?? "", (string?)field["unit"], (string?)field["privacy"] ?? "none", precision, scale);
        var values = field["values"]?.AsArray().Select(value => (string)value!).ToArray() ?? [];
        return new SchemaField((string)field["name"]!, ((string)field["path"]!).Split('.'), column, width, values);
    }

    private static List<SchemaField> EnvelopeFields(SchemaRecord envelope, Dictionary<string, string> docs, List<SchemaFault> faults)
    {
        var added = new List<SchemaField>();
        foreach (var field in envelope.Json["fields"]!.AsArray().Select(field => Field(field!)))
        {
            if (!FixedFields.TryGetValue(field.DottedPath, out var known))
                added.Add(field);
            else if (known == (field.Column.Name, field.Column.Type) && field.Name == field.DottedPath)
                docs[known.Column] = field.Column.Doc;
            else
            {
                faults.Add(new SchemaFault(
                    envelope.LastFile, field.Name, $"{field.DottedPath} fills the fixed column {known.Column} ({known.Type})",
                    "leave the field as the program's envelope.avsc has it"));
            }
        }

        foreach (var (path, known) in FixedFields.Where(known => !docs.ContainsKey(known.Value.Column) && faults.Count == 0))
        {
            faults.Add(new SchemaFault(
                envelope.LastFile, path, $"the envelope lacks the field for {known.Column}", "name the program's own avro directory first"));
        }

        return added;
    }

    private static void CheckView(SchemaRecord record, Dictionary<string, string> views, List<SchemaFault> faults)
    {
        var view = SnakeCase(record.Schema.Name);
        if (!SchemaRules.IsIdentifier(view))
            faults.Add(new SchemaFault(record.LastFile, null, $"the view's name {view} is over 63 bytes", "write a shorter record name"));
        if (!views.TryAdd(view, record.File))
            faults.Add(new SchemaFault(record.LastFile, null, $"the view's name {view} is taken by {views[view]}", "write another record name"));
    }

    private static void CheckPaths(SchemaRecord record, List<SchemaField> fields, List<SchemaField> common, List<SchemaFault> faults)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            void Fault(string rule, string cure) => faults.Add(new SchemaFault(record.LastFile, field.Name, rule, cure));

            var inDetails = field.Path[0] == "eventDetails";
            if (inDetails ? field.Path.Count == 1 : EnvelopeKeys.Any(key => SameKey(key, field.Path[0])))
            {
                Fault(
                    $"the path {field.DottedPath} belongs to a fixed column, or is eventDetails itself",
                    "name a key under eventDetails, or an envelope key of your own");
            }

            foreach (var other in fields.Take(i).Concat(common))
            {
                if (PathClash(field.Path, other.Path))
                    Fault($"the path {field.DottedPath} cannot be told from, or lies inside, {other.DottedPath} of field {other.Name}", "name another path");
                if (string.Equals(field.Column.Name, other.Column.Name, StringComparison.OrdinalIgnoreCase))
                    Fault($"field {other.Name} fills the column {other.Column.Name} of the same row", "write another \"column\"");
            }
        }
    }

    /// <summary>Two fields may read the very same key; keys that differ in spelling only, or of which one holds the other, they may not.</summary>
    private static bool PathClash(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        for (var i = 0; i < Math.Min(one.Count, other.Count); i++)
        {
            if (one[i] != other[i])
                return SameKey(one[i], other[i]);
        }

        return one.Count != other.Count;
    }

    private static bool SameKey(string one, string other) => KeySpelling.Fold(one) == KeySpelling.Fold(other);

    /// <summary>Every column once, in table order; records that share one must agree about it.</summary>
    private sealed class ColumnNames(List<SchemaFault> faults)
    {
        private readonly Dictionary<string, (SchemaColumn Column, string File)> byName = new(StringComparer.OrdinalIgnoreCase);

        public List<SchemaColumn> InOrder { get; } = [];

        public void Add(SchemaRecord record, IReadOnlyList<SchemaField> fields)
        {
            foreach (var field in fields)
            {
                var column = field.Column;
                void Fault(string rule, string cure) => faults.Add(new SchemaFault(record.LastFile, field.Name, rule, cure));

                if (SchemaSet.FixedColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase) || SystemColumns.Contains(column.Name))
                {
                    Fault($"the column {column.Name} is one of the table's own", "write another \"column\"");
                }
                else if (byName.TryGetValue(column.Name, out var known))
                {
                    if (known.Column with { Doc = column.Doc } != column)
                    {
                        Fault(
                            $"{known.File} has the column {known.Column.Name} with another spelling, type, unit or privacy",
                            "make them alike, or write another \"column\"");
                    }
                }
                else
                {
                    byName.Add(column.Name, (column, record.File));
                    InOrder.Add(column);
                }
            }
        }
    }
}
