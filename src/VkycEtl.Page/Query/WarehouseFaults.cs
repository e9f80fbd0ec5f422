using System.Net.Sockets;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Npgsql;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;

namespace VkycEtl.Page.Query;

/// <summary>What a fault of the warehouse means for whoever asked, by code, never by message.</summary>
internal static class WarehouseFaults
{
    /// <summary>The words for an answer of 503; null where the fault is ours.</summary>
    public static string? Describe(IWarehouse warehouse, Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName }
            or DuckDBException { ErrorType: DuckDBErrorType.Catalog }
            // Our statements read, and nothing else: what cannot be prepared names something that is not there.
            or ReadOnlyException => "the warehouse lacks tables or views that this page reads: run vkyc migrate",
        _ when IsDenied(exception) => "the page's credential may not read schema vkyc: set Warehouse:ReadOnlyRole, run vkyc migrate, and make it a member of that role",
        PostgresException { SqlState: ['2', '8', ..] or ['3', 'D', ..] } refused => $"PostgreSQL refuses the page's credential or knows no such database [{refused.SqlState}]",
        PostgresException or DuckDBException or NpgsqlException or IOException or SocketException or TimeoutException
            when warehouse.Classify(exception) == FaultKind.Transient => "the warehouse does not answer",
        _ => null,
    };

    /// <summary>Whether the credential may not do this.</summary>
    public static bool IsDenied(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege };
}
