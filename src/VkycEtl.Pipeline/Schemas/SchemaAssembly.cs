using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>From records to the set: which columns there are, in which order, and whether the records agree about them.</summary>
internal static class SchemaAssembly
{
    /// <summary>Envelope fields with a fixed column of their own, by path.</summary>
    public static readonly IReadOnlyDictionary<string, (string Column, ColumnType Type)> FixedFields = new Dictionary<string, (string Column, ColumnType Type)>(StringComparer.Ordinal)
    {
        ["appId"] = ("app_id", ColumnType.Text),
        ["transactionId"] = ("transaction_id", ColumnType.Text),
        ["eventType"] = ("event_type", ColumnType.Text),
        ["eventVersion"] = ("event_version", ColumnType.Text),
        ["eventTime"] = ("event_time", ColumnType.Timestamp),
        ["eventId"] = ("event_id", ColumnType.Text),
    };

    private static readonly string[] EnvelopeKeys = [.. FixedFields.Keys, "eventDetails"];

    /// <summary>Relations of schema vkyc that a type's view cannot be named like; on PostgreSQL indexes are some of them.</summary>
    private static readonly HashSet<string> Relations = new(StringComparer.OrdinalIgnoreCase)
    {
        "events", "events_pkey", "events_event_time_brin", "events_load_id_brin", "call_attempts", "transactions", "freshness", "reporting", "days", "observed_event_types", "data_quality_daily", "stage_times_daily",
        "slots_daily", "sla_daily", "reasons_daily", "outcomes_daily", "funnel_daily", "agents_daily",
        "call_attempts_pkey", "call_attempts_day", "call_attempts_ended_at", "transactions_pkey", "transactions_first_event_at", "transactions_last_event_at", "transactions_slot_start_time",
    };

    public static SchemaSet? Assemble(IReadOnlyList<SchemaRecord> records, string[] directories, List<SchemaFault> faults)
    {
        var envelope = records.FirstOrDefault(record => record.File == SchemaRecord.EnvelopeFile);
        if (envelope is null)
        {
            faults.Add(new SchemaFault(
                SchemaRecord.EnvelopeFile, null, "no directory holds a usable envelope.avsc", "name the program's own avro directory first"));
            return null;
        }

        var docs = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = EnvelopeFields(envelope, docs, faults);
        var types = new List<EventSchema>();
        var sources = new List<SchemaSource>();
        var filled = new List<(SchemaRecord Record, SchemaField Field)>();
        foreach (var record in records.Where(record => !record.IsEnvelope))
        {
            var fields = record.Json["fields"]!.AsArray().Select(field => Field(field!)).ToList();
            CheckPaths(record, fields, added, faults);
            filled.AddRange(fields.Select(field => (record, field)));
            var source = Source(record, SchemaSource.TypeKind, record.EventType);
            sources.Add(source);
            types.Add(new EventSchema(
                record.EventType, SnakeCase(record.Name ?? ""), record.Doc, source.Version, [.. fields.Concat(added).Select(field => field.Column)])
            {
                Fields = fields,
                Record = record.Schema,
            });
        }

        CheckPaths(envelope, added, [], faults);
        filled.AddRange(added.Select(field => (envelope, field)));

        // Where two clash, the one that was there first is right: the program's own before what is added to it.
        int Rank(string file) => Array.IndexOf(directories, Path.GetDirectoryName(file)!);
        var views = Relations.ToDictionary(name => name, _ => "a relation of the warehouse", StringComparer.OrdinalIgnoreCase);
        foreach (var record in records.Where(record => !record.IsEnvelope).OrderBy(record => Rank(record.LastFile)))
            CheckView(record, views, faults);
        var routes = records.Where(record => record.IsEnvelope && record != envelope)
            .Select(record => (Record: record, Source: Source(record, SchemaSource.EnvelopeKind, record.Route)))
            .Select(route => (route.Source, Envelope: RouteEnvelopes.Read(
                route.Record, route.Source.Version, [.. route.Record.Json["fields"]!.AsArray().Select(field => Field(field!))], filled, faults)))
            .ToList();
        ColumnNames.Check(filled.OrderBy(pair => Rank(pair.Record.FileOf(pair.Field.Name))), faults);
        if (faults.Count > 0)
            return null;
        var common = Source(envelope, SchemaSource.EnvelopeKind, "");
        var versions = types.Select(type => type.EventType + ' ' + type.Version).Prepend(common.Version)
            .Concat(routes.Select(route => $"route {route.Envelope.Route} {route.Envelope.Version}"));
        return new SchemaSet(types, [.. filled.Select(pair => pair.Field.Column).DistinctBy(column => column.Name, StringComparer.Ordinal)], docs, NormalJson.Version(string.Join('\n', versions)))
        {
            Envelope = new EnvelopeSchema(common.Version, added, envelope.Schema),
            Routes = [.. routes.Select(route => route.Envelope)],
            Sources = [common, .. routes.Select(route => route.Source), .. sources],
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

    private static SchemaSource Source(SchemaRecord record, string kind, string name)
    {
        var text = NormalJson.Text(record.Json);
        return new SchemaSource(kind, name, NormalJson.Version(text), text, record.LastFile) { FieldFiles = record.FieldFiles };
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
                    envelope.FileOf(field.Name), field.Name, $"{field.DottedPath} fills the fixed column {known.Column} ({known.Type})",
                    "leave the field as the program's envelope.avsc has it"));
            }
        }

        foreach (var (path, known) in FixedFields.Where(known => envelope.Schema is not null && !docs.ContainsKey(known.Value.Column)))
        {
            faults.Add(new SchemaFault(
                envelope.LastFile, path, $"the envelope lacks the field for {known.Column}", "name the program's own avro directory first"));
        }

        return added;
    }

    private static void CheckView(SchemaRecord record, Dictionary<string, string> views, List<SchemaFault> faults)
    {
        if (record.Name is null)
            return;
        var view = SnakeCase(record.Name);
        if (Identifiers.Fault(view) is { } rule)
            faults.Add(new SchemaFault(record.LastFile, null, $"{view} cannot be a view: {rule}", "write another record name"));
        if (!views.TryAdd(view, record.File))
            faults.Add(new SchemaFault(record.LastFile, null, $"the view's name {view} is taken by {views[view]}", "write another record name"));
    }

    private static void CheckPaths(SchemaRecord record, List<SchemaField> fields, List<SchemaField> common, List<SchemaFault> faults)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            void Fault(string rule, string cure) => faults.Add(new SchemaFault(record.FileOf(field.Name), field.Name, rule, cure));

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
    public static bool PathClash(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        for (var i = 0; i < Math.Min(one.Count, other.Count); i++)
        {
            if (one[i] != other[i])
                return SameKey(one[i], other[i]);
        }

        return one.Count != other.Count;
    }

    private static bool SameKey(string one, string other) => KeySpelling.Fold(one) == KeySpelling.Fold(other);

    /// <summary>Records that share a column must agree about it.</summary>
    private static class ColumnNames
    {
        public static void Check(IEnumerable<(SchemaRecord Record, SchemaField Field)> filled, List<SchemaFault> faults)
        {
            var byName = new Dictionary<string, (SchemaColumn Column, string File)>(StringComparer.OrdinalIgnoreCase);
            foreach (var (record, field) in filled)
            {
                var column = field.Column;
                void Fault(string rule, string cure) => faults.Add(new SchemaFault(record.FileOf(field.Name), field.Name, rule, cure));

                if (record.IsEnvelope && SchemaSet.FixedColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
                {
                    Fault($"the column {column.Name} is one of the table's own", "write another \"column\"");
                }
                else if (byName.TryGetValue(column.Name, out var known))
                {
                    foreach (var difference in Differences(column, known.Column))
                        Fault($"{known.File} has the column {known.Column.Name} {difference}", "make them alike, or write another \"column\"");
                }
                else
                {
                    byName.Add(column.Name, (column, Path.GetFileName(record.FileOf(field.Name))));
                }
            }
        }

        private static IEnumerable<string> Differences(SchemaColumn column, SchemaColumn known)
        {
            if (column.Name != known.Name)
                yield return $"in another spelling, and here it is {column.Name}: engines fold one onto the other";
            if ((column.Type, column.Precision, column.Scale) != (known.Type, known.Precision, known.Scale))
                yield return $"with another type: {Type(known)}, and here it is {Type(column)}";
            if (column.Unit != known.Unit)
                yield return $"with another unit: {known.Unit ?? "none"}, and here it is {column.Unit ?? "none"}";
            if (column.Privacy != known.Privacy)
                yield return $"with another privacy: {known.Privacy}, and here it is {column.Privacy}";
        }

        private static string Type(SchemaColumn column) => column.Type == ColumnType.Numeric
            ? string.Create(CultureInfo.InvariantCulture, $"numeric({column.Precision},{column.Scale})")
            : column.Type.ToString().ToLowerInvariant();
    }
}
