using System.Data;

namespace VkycEtl.Pipeline.Marts;

/// <summary>The few words in which the engines differ where derived tables are kept up.</summary>
internal sealed class MartsDialect
{
    private MartsDialect()
    {
    }

    /// <summary>PostgreSQL: a temporary table stays for the session and is emptied by COMMIT, so that the catalog does not fill. Load by load the BRIN finds its rows; of all at once the planner would read the whole table.</summary>
    public static MartsDialect Postgres { get; } = new()
    {
        ParameterMark = '@',
        OneState = IsolationLevel.RepeatableRead,
        Temporary = name => $"CREATE TEMP TABLE IF NOT EXISTS {name} ON COMMIT DELETE ROWS AS",
        OfLoads = (table, column) => $"marts_loads AS q CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {column} = q.load_id OFFSET 0)",

        EventsOfTouched = columns => $"SELECT {columns} FROM marts_touched AS t JOIN vkyc.events AS e ON e.transaction_key = t.transaction_key",

        // The planner knows nothing of temporary tables, and would hold every attempt against every transaction.
        ForAll = ["SET LOCAL enable_nestloop = off"],
        ForFew = ["SET LOCAL enable_nestloop = on"],

        // Any two programs that refresh or rebuild take this one lock.
        TryLock = "SELECT pg_try_advisory_xact_lock(7813047, 17)",
        LockSession = "SET lock_timeout = 0; SELECT pg_advisory_lock(7813047, 17); RESET lock_timeout",
    };

    /// <summary>DuckDB: one process, which keeps its own order.</summary>
    public static MartsDialect DuckDb { get; } = new()
    {
        ParameterMark = '$',
        OneState = IsolationLevel.Unspecified,
        Temporary = name => $"CREATE OR REPLACE TEMP TABLE {name} AS",
        OfLoads = (table, column) => $"(SELECT * FROM {table} WHERE {column} IN (SELECT load_id FROM marts_loads))",

        // By place, so that the key alone is read of all rows: a fifth of the time at 10 M events.
        EventsOfTouched = columns => $"SELECT {columns} FROM vkyc.events AS e WHERE e.rowid IN (SELECT s.rowid FROM vkyc.events AS s JOIN marts_touched AS t ON t.transaction_key = s.transaction_key)",
    };

    /// <summary>What a parameter's name follows.</summary>
    public required char ParameterMark { get; init; }

    /// <summary>Makes an empty temporary table of a query without rows, up to the query.</summary>
    public required Func<string, string> Temporary { get; init; }

    /// <summary>A table's rows whose column names a load that is taken: what FROM takes, up to its alias.</summary>
    public required Func<string, string, string> OfLoads { get; init; }

    /// <summary>The events, as <c>e</c>, of the touched transactions.</summary>
    public required Func<string, string> EventsOfTouched { get; init; }

    /// <summary>The isolation in which all statements of a transaction see one state.</summary>
    public required IsolationLevel OneState { get; init; }

    /// <summary>Run before statements that read whole tables.</summary>
    public IReadOnlyList<string> ForAll { get; private init; } = [];

    /// <summary>Run before statements that look up some rows by key.</summary>
    public IReadOnlyList<string> ForFew { get; private init; } = [];

    /// <summary>Answers whether the lock was free, and holds it to the transaction's end; null where there is none.</summary>
    public string? TryLock { get; private init; }

    /// <summary>Waits for the lock, however long that takes, and holds it until the connection is closed; null where there is none.</summary>
    public string? LockSession { get; private init; }
}
