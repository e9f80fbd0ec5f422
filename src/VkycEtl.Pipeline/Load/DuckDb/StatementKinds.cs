using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using DuckDB.NET.Native;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>What kinds of statement a text holds, as DuckDB's own parser says.</summary>
internal static partial class StatementKinds
{
    /// <summary>Lets a text pass where each of its statements only reads.</summary>
    /// <exception cref="ReadOnlyException">One does not, or DuckDB cannot make sense of it.</exception>
    public static void DemandReadOnly(DuckDBNativeConnection connection, string sql)
    {
        // To prepare EXPORT DATABASE makes its folder.
        if (ExportDatabase().IsMatch(sql))
            throw new ReadOnlyException("This connection only reads: SELECT and EXPLAIN, not EXPORT DATABASE.");
        var count = NativeMethods.ExtractStatements.DuckDBExtractStatements(connection, sql, out var statements);
        using (statements)
        {
            if (count <= 0)
                throw new ReadOnlyException(NativeMethods.ExtractStatements.DuckDBExtractStatementsError(statements) ?? "There is no statement.");
            for (var i = 0; i < count; i++)
                DemandReadOnly(connection, statements, i, sql);
        }
    }

    private static void DemandReadOnly(DuckDBNativeConnection connection, DuckDBExtractedStatements statements, int index, string sql)
    {
        var state = NativeMethods.ExtractStatements.DuckDBPrepareExtractedStatement(connection, statements, index, out var prepared);
        using (prepared)
        {
            if (state != DuckDBState.Success)
                throw new ReadOnlyException(NativeMethods.PreparedStatements.DuckDBPrepareError(prepared) ?? "The statement cannot be prepared.");
            var kind = duckdb_prepared_statement_type(prepared);
            // EXPLAIN ANALYZE runs what it explains, COPY TO a file too.
            var runs = kind == DuckDBStatementType.Explain && sql.Contains("analy", StringComparison.OrdinalIgnoreCase);
            if (kind is not (DuckDBStatementType.Select or DuckDBStatementType.Explain) || runs)
                throw new ReadOnlyException($"This connection only reads: SELECT and EXPLAIN, not {(runs ? "EXPLAIN ANALYZE" : Name(kind))}.");
        }
    }

    // By duckdb.h: the driver's names are one off after PRAGMA.
    private static string Name(DuckDBStatementType kind) => (int)kind switch
    {
        2 => "INSERT",
        3 => "UPDATE",
        5 => "DELETE",
        6 => "PREPARE",
        7 or 14 => "CREATE",
        8 => "EXECUTE",
        9 => "ALTER",
        10 => "BEGIN, COMMIT or ROLLBACK",
        11 => "COPY",
        12 => "ANALYZE",
        13 or 20 => "SET",
        15 => "DROP",
        16 => "EXPORT",
        17 => "PRAGMA",
        18 => "VACUUM",
        19 => "CALL",
        21 => "LOAD or INSTALL",
        25 => "ATTACH",
        26 => "DETACH",
        _ => "a statement of this kind",
    };

    [GeneratedRegex(@"\bexport\b.*\bdatabase\b", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExportDatabase();

    /// <summary>Not among the driver's bindings.</summary>
    [DllImport("duckdb", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern DuckDBStatementType duckdb_prepared_statement_type(DuckDBPreparedStatement prepared);
}
