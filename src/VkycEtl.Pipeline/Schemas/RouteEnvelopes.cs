namespace VkycEtl.Pipeline.Schemas;

/// <summary>What an <c>envelope.ROUTE.avsc</c> must look like beside the other records.</summary>
internal static class RouteEnvelopes
{
    private const string DefaultDetails = "eventDetails";
    private static readonly string[] Required = ["transaction_id", "event_type"];

    /// <summary>Reads one; what is found goes to <paramref name="faults"/>.</summary>
    /// <param name="record">The record.</param>
    /// <param name="version">Its version.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="filled">The fields of all types: any of them may come over the route.</param>
    /// <param name="faults">Told of every fault.</param>
    public static RouteEnvelope Read(
        SchemaRecord record, string version, IReadOnlyList<SchemaField> fields, IReadOnlyList<(SchemaRecord Record, SchemaField Field)> filled, List<SchemaFault> faults)
    {
        void Fault(string? field, string rule, string cure) => faults.Add(new SchemaFault(field is null ? record.LastFile : record.FileOf(field), field, rule, cure));

        var details = record.Json.ContainsKey("details") ? (string?)record.Json["details"] : DefaultDetails;
        var columns = SchemaAssembly.FixedFields.Values.ToDictionary(known => known.Column, known => known.Type, StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (!columns.TryGetValue(field.Column.Name, out var type) || type != field.Column.Type)
            {
                Fault(
                    field.Name, $"a route's envelope fills the fixed columns only, and {field.Column.Name} ({field.Column.Type}) is none of them",
                    $"write \"column\": one of {string.Join(", ", columns.Select(known => $"{known.Key} ({known.Value})"))}, or describe the field in the records of event types");
            }

            foreach (var other in fields.Take(i))
            {
                if (other.Column.Name == field.Column.Name)
                    Fault(field.Name, $"field {other.Name} fills the column {field.Column.Name} too", "remove one");
                if (other.DottedPath == field.DottedPath || SchemaAssembly.PathClash(field.Path, other.Path))
                    Fault(field.Name, $"the path {field.DottedPath} cannot be told from, or lies inside, {other.DottedPath} of field {other.Name}", "name another path");
            }

            foreach (var (typeRecord, typeField) in filled.Where(pair => SchemaAssembly.PathClash(field.Path, pair.Field.Path)))
            {
                Fault(
                    field.Name, $"the path {field.DottedPath} cannot be told from, or lies inside, {typeField.DottedPath} of {Path.GetFileName(typeRecord.FileOf(typeField.Name))}",
                    "name the keys to the values themselves");
            }

            if (details is not null && field.Path.Count == 1 && KeySpelling.Fold(field.Path[0]) == KeySpelling.Fold(details))
                Fault(field.Name, $"the path {field.DottedPath} is the key that holds the details", "name another path, or write \"details\": null");
        }

        foreach (var column in Required.Where(column => record.Schema is not null && !fields.Any(field => field.Column.Name == column)))
            Fault(null, $"no field fills {column}, without which no event is a row", $"add a field with \"column\": \"{column}\" and its path");
        return new RouteEnvelope(record.Route, version, fields, details);
    }
}
