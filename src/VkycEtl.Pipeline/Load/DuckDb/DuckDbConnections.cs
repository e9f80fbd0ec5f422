using Dapper;
using DuckDB.NET.Data;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>Connections to the file, which all share one database inside this process.</summary>
internal static class DuckDbConnections
{
    /// <summary>A connection string, from a path too.</summary>
    public static string From(string given) => given.Contains('=', StringComparison.Ordinal) ? given : $"Data Source={given}";

    /// <summary>Opens a connection whose times are UTC.</summary>
    public static DuckDBConnection Open(string connectionString)
    {
        var connection = new DuckDBConnection(connectionString);
        try
        {
            connection.Open();
            connection.Execute("SET TimeZone = 'UTC'");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
