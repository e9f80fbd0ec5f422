using Dapper;
using NpgsqlTypes;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>
/// Rows turned into one array a column, and the SQL that turns them back: <c>SELECT … FROM unnest(…) AS batch (…)</c>. Arrays of
/// arrays are flattened by unnest, so issues travel joined.
/// </summary>
internal sealed class EventArrays
{
    /// <summary>No issue code holds it.</summary>
    private const char IssueSeparator = '\u001F';

    private readonly string[] stored;
    private readonly string source;

    public EventArrays(SchemaSet schemas)
    {
        Schemas = schemas;
        string[] carried = [.. EventsTable.FlattenedColumns, .. schemas.Columns.Select(column => column.Name)];
        stored = [.. EventsTable.FixedColumns, .. schemas.Columns.Select(column => column.Name)];
        source = $"unnest({string.Join(", ", carried.Select((_, i) => $"@c{i}"))}) AS batch ({Quoted(carried)})";
        var insert = $"""
            INSERT INTO vkyc.events ({Quoted(stored)})
            SELECT {string.Join(", ", stored.Select(Selected))}
            FROM {source}
            """;
        Probe = $"{insert}\nORDER BY transaction_key, event_key\nON CONFLICT (transaction_key, event_key) DO NOTHING";
        Insert = $"""
            WITH progress AS MATERIALIZED ({PostgresStatements.LockProgress})
            {insert}
            WHERE (SELECT count(*) FROM progress JOIN unnest(@partitions, @passes, @firsts) AS expected (partition, pass, next_offset)
                   USING (partition, pass, next_offset)) = cardinality(@partitions)
            ORDER BY transaction_key, event_key
            ON CONFLICT (transaction_key, event_key) DO NOTHING
            """;
    }

    /// <summary>The schemas that the columns come from.</summary>
    public SchemaSet Schemas { get; }

    /// <summary>Locks progress in order, and inserts only where all of it is what the batch expects: one statement, whose parameters have arrived before it locks.</summary>
    public string Insert { get; }

    /// <summary>Inserts, whatever progress says; to be rolled back.</summary>
    public string Probe { get; }

    /// <summary>Replaces stored rows, whole: a column that a newer set has added would else keep what it held of the other content.</summary>
    /// <param name="tableColumns">All columns of the table.</param>
    public string Replace(IEnumerable<string> tableColumns)
    {
        var own = stored.Except(["transaction_key", "event_key"], StringComparer.Ordinal).Select(name => $"{EventsTable.Quote(name)} = {Selected(name)}");
        var others = tableColumns.Except(stored, StringComparer.Ordinal).Select(name => $"{EventsTable.Quote(name)} = NULL");
        return $"""
            UPDATE vkyc.events AS e
            SET {string.Join(", ", own.Concat(others))}
            FROM {source}
            WHERE e.transaction_key = batch.transaction_key AND e.event_key = batch.event_key
            """;
    }

    /// <summary>The parameters that these statements share.</summary>
    public DynamicParameters Parameters(IReadOnlyList<EventRow> rows, Guid loadId, DateTime loadedAt)
    {
        var parameters = new DynamicParameters();
        parameters.Add("load_id", loadId);
        parameters.Add("loaded_at", loadedAt);
        var next = 0;
        void Add<T>(Func<EventRow, T> value, NpgsqlDbType type)
        {
            var values = new T[rows.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = value(rows[i]);
            parameters.Add($"c{next++}", new ArrayParameter(values, type));
        }

        Add(row => row.TransactionKey, NpgsqlDbType.Uuid);
        Add(row => row.EventKey, NpgsqlDbType.Uuid);
        Add(row => row.EventId, NpgsqlDbType.Text);
        Add(row => row.EventType, NpgsqlDbType.Text);
        Add(row => row.EventVersion, NpgsqlDbType.Text);
        Add(row => row.AppId, NpgsqlDbType.Text);
        Add(row => row.TransactionId, NpgsqlDbType.Text);
        Add(row => row.EventTime, NpgsqlDbType.TimestampTz);
        Add(row => row.Extras, NpgsqlDbType.Text);
        Add(row => string.Join(IssueSeparator, row.Issues), NpgsqlDbType.Text);
        Add(row => row.Raw.ReceivedAt, NpgsqlDbType.TimestampTz);
        Add(row => row.Raw.Topic, NpgsqlDbType.Text);
        Add(row => row.Raw.Partition, NpgsqlDbType.Integer);
        Add(row => row.Raw.Offset, NpgsqlDbType.Bigint);
        Add(row => row.SchemaVersion, NpgsqlDbType.Text);
        Add(row => row.ContentDigest, NpgsqlDbType.Uuid);
        for (var i = 0; i < Schemas.Columns.Count; i++)
        {
            var c = i;
            switch (Schemas.Columns[c].Type)
            {
                case ColumnType.Text:
                    Add(row => row.Values[c].IsNull ? null : row.Values[c].Text, NpgsqlDbType.Text);
                    break;
                case ColumnType.Uuid:
                    Add(row => row.Values[c].IsNull ? null : (Guid?)row.Values[c].Uuid, NpgsqlDbType.Uuid);
                    break;
                case ColumnType.BigInt:
                    Add(row => row.Values[c].IsNull ? null : (long?)row.Values[c].BigInt, NpgsqlDbType.Bigint);
                    break;
                case ColumnType.Double:
                    Add(row => row.Values[c].IsNull ? null : (double?)row.Values[c].Double, NpgsqlDbType.Double);
                    break;
                case ColumnType.Boolean:
                    Add(row => row.Values[c].IsNull ? null : (bool?)row.Values[c].Boolean, NpgsqlDbType.Boolean);
                    break;
                case ColumnType.Numeric:
                    Add(row => row.Values[c].IsNull ? null : (decimal?)row.Values[c].Numeric, NpgsqlDbType.Numeric);
                    break;
                case ColumnType.Timestamp:
                    Add(row => row.Values[c].IsNull ? null : (DateTime?)row.Values[c].Timestamp, NpgsqlDbType.TimestampTz);
                    break;
                case ColumnType.Date:
                    Add(row => row.Values[c].IsNull ? null : (DateOnly?)row.Values[c].Date, NpgsqlDbType.Date);
                    break;
                default:
                    throw new InvalidOperationException($"Column {Schemas.Columns[c].Name} has no known type.");
            }
        }

        return parameters;
    }

    private static string Selected(string column) => column switch
    {
        "load_id" => "@load_id",
        "loaded_at" => "@loaded_at",
        "issues" => @"string_to_array(batch.issues, E'\x1F')",
        _ => $"batch.{EventsTable.Quote(column)}",
    };

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(EventsTable.Quote));
}
