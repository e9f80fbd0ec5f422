using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>The loader's statements. Rows come from the temporary table <c>batch</c>, which the appender fills; it has the columns of <c>vkyc.events</c>.</summary>
internal sealed class DuckDbStatements
{
    /// <summary>Empty, with the columns that a load fills, in the appender's order.</summary>
    public string CreateBatch { get; }

    /// <summary>Inserts what has no row: no key stands guard, so the anti-join looks at every event there is.</summary>
    public string Insert { get; }

    public const string FindStored = """
        SELECT e.transaction_key, e.event_key, e.content_digest, list_contains(e.issues, 'conflicting_copies')
        FROM temp.batch AS b JOIN vkyc.events AS e ON e.transaction_key = b.transaction_key AND e.event_key = b.event_key
        WHERE e.load_id <> $load
        """;

    /// <summary>The keys of contested events, in their own temporary table.</summary>
    public const string CreateKeys = "CREATE OR REPLACE TEMP TABLE keys (transaction_key UUID, event_key UUID)";

    public const string ReadStored = """
        SELECT e.* FROM vkyc.events AS e JOIN temp.keys AS k ON e.transaction_key = k.transaction_key AND e.event_key = k.event_key
        """;

    public const string Mark = """
        UPDATE vkyc.events AS e
        SET issues = list_sort(list_distinct(list_append(e.issues, 'conflicting_copies'))), load_id = $load_id, loaded_at = $loaded_at
        FROM temp.keys AS k
        WHERE e.transaction_key = k.transaction_key AND e.event_key = k.event_key
        """;

    /// <summary>Keeps what is about to be replaced or marked, for the marts.</summary>
    public static string Supersede(string keys) => $"""
        INSERT INTO vkyc_etl.superseded_rows (app_id, event_type, event_time, received_at, issues, load_id, loaded_at, superseded_by)
        SELECT e.app_id, e.event_type, e.event_time, e.received_at, e.issues, e.load_id, e.loaded_at, $load
        FROM {keys} AS k JOIN vkyc.events AS e ON e.transaction_key = k.transaction_key AND e.event_key = k.event_key
        """;

    public const string TableColumns = """
        SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'vkyc' AND table_name = 'events'
        """;

    private readonly string[] columns;

    /// <summary>The schemas that the columns come from.</summary>
    public SchemaSet Schemas { get; }

    public DuckDbStatements(SchemaSet schemas)
    {
        Schemas = schemas;
        columns = [.. EventsTable.FixedColumns, .. schemas.Columns.Select(column => column.Name)];
        var listed = string.Join(", ", columns.Select(EventsTable.Quote));
        CreateBatch = $"CREATE OR REPLACE TEMP TABLE batch AS SELECT {listed} FROM vkyc.events LIMIT 0";
        Insert = $"""
            INSERT INTO vkyc.events ({listed})
            SELECT {listed} FROM temp.batch AS b
            WHERE NOT EXISTS (SELECT 1 FROM vkyc.events AS e WHERE e.transaction_key = b.transaction_key AND e.event_key = b.event_key)
            """;
    }

    /// <summary>Replaces stored rows, whole: a column that a newer set has added would else keep what it held of the other content.</summary>
    /// <param name="tableColumns">All columns of the table.</param>
    public string Replace(IEnumerable<string> tableColumns)
    {
        var own = columns.Except(["transaction_key", "event_key"], StringComparer.Ordinal).Select(EventsTable.Quote).Select(name => $"{name} = b.{name}");
        var others = tableColumns.Except(columns, StringComparer.Ordinal).Select(name => $"{EventsTable.Quote(name)} = NULL");
        return $"""
            UPDATE vkyc.events AS e
            SET {string.Join(", ", own.Concat(others))}
            FROM temp.batch AS b
            WHERE e.transaction_key = b.transaction_key AND e.event_key = b.event_key
            """;
    }
}
