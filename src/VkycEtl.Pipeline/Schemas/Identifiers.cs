using System.Text;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>Which texts can name a column or a view on every engine, so that analysts can write them without quotes.</summary>
internal static class Identifiers
{
    private const int LongestBytes = 63;

    /// <summary>Names that PostgreSQL or DuckDB keep for columns of their own.</summary>
    private static readonly HashSet<string> SystemColumns =
        new(["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "rowid"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Words that PostgreSQL 18 or DuckDB 1.4 reserve: <c>pg_get_keywords()</c> R and T, <c>duckdb_keywords()</c> those that need quotes.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "all", "analyse", "analyze", "and", "anti", "any", "array", "as", "asc", "asof", "asymmetric", "at", "authorization", "binary",
        "both", "by", "case", "cast", "check", "collate", "collation", "column", "concurrently", "constraint", "create", "cross",
        "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "default",
        "deferrable", "desc", "describe", "distinct", "do", "else", "end", "except", "false", "fetch", "for", "foreign", "freeze", "from",
        "full", "glob", "grant", "group", "having", "ilike", "in", "initially", "inner", "intersect", "into", "is", "isnull",
        "join", "lambda", "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp", "natural", "not", "notnull",
        "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "pivot", "pivot_longer", "pivot_wider", "placing", "positional",
        "primary", "qualify", "references", "returning", "right", "select", "semi", "session_user", "show", "similar", "some",
        "summarize", "symmetric", "system_user", "table", "tablesample", "then", "to", "trailing", "true", "union", "unique",
        "unpack", "unpivot", "user", "using", "variadic", "verbose", "when", "where", "window", "with",
    };

    /// <summary>Why a text cannot be a name; null where it can.</summary>
    public static string? Fault(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return "a name is letters, digits and _, no digit first";
        if (Encoding.UTF8.GetByteCount(name) is > LongestBytes and var bytes)
            return $"it has {bytes} bytes, and a name is at most {LongestBytes} bytes long";
        return Reserved.Contains(name) ? $"{name} is a reserved word of SQL" : null;
    }

    /// <summary>Whether an engine keeps a name for a column of its own.</summary>
    public static bool IsSystemColumn(string name) => SystemColumns.Contains(name);
}
