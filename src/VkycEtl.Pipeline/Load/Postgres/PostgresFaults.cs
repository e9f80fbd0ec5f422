using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>What a fault of PostgreSQL or of Npgsql means, by SQLSTATE and by exception type, never by message.</summary>
internal static class PostgresFaults
{
    /// <summary>A violation of these is a race between loaders, never a bad row.</summary>
    private static readonly HashSet<string> OwnKeys = new(StringComparer.Ordinal)
    {
        "events_pkey", "partition_progress_pkey", "loads_pkey", "load_ranges_pkey", "load_ranges_first_offset_key",
    };

    public static FaultKind Classify(Exception exception) => exception switch
    {
        RowRefusedException => FaultKind.Poison,
        PostgresException refused => Classify(refused.SqlState, refused.ConstraintName),
        StoredRowsChangedException => FaultKind.Transient,
        // A character that is no Unicode text: the driver's own refusal of a row.
        EncoderFallbackException => FaultKind.Poison,
        NpgsqlException { InnerException: EncoderFallbackException } => FaultKind.Poison,
        NpgsqlException npgsql => npgsql.IsTransient ? FaultKind.Transient : FaultKind.Fatal,
        IOException or SocketException or TimeoutException => FaultKind.Transient,
        _ => FaultKind.Fatal,
    };

    public static FaultKind Classify(string sqlState, string? constraint) => sqlState switch
    {
        PostgresErrorCodes.UniqueViolation when constraint is not null && OwnKeys.Contains(constraint) => FaultKind.Transient,
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.ObjectInUse => FaultKind.Transient,
        // A statement past its timeout; an administrator's cancel, shutdown, crash of another backend, start-up.
        "57014" or "57P01" or "57P02" or "57P03" or "57P05" => FaultKind.Transient,
        // A standby, or a primary that became one; a transaction the server gave up for being idle, or in length.
        "25006" or "25P03" or "25P04" or "72000" => FaultKind.Transient,
        // A value that is too long for an index somebody added.
        "54000" => FaultKind.Poison,
        "P0001" => FaultKind.Poison,
        _ when sqlState.Length != 5 => FaultKind.Fatal,
        _ => sqlState[..2] switch
        {
            // Connection; rollback (deadlock, serialization); resources (disk, memory, connections); the system's input and output.
            "08" or "40" or "53" or "58" => FaultKind.Transient,
            "22" or "23" => FaultKind.Poison,
            _ => FaultKind.Fatal,
        },
    };

    /// <summary>Code and names; no value, which the server's message and detail would carry.</summary>
    public static string Describe(Exception exception)
    {
        if (exception is not PostgresException refused)
            return "a character that is no Unicode text";
        var text = new StringBuilder("SQLSTATE ").Append(refused.SqlState);
        if (refused.ConstraintName is { } constraint)
            text.Append(", constraint ").Append(constraint);
        if (refused.ColumnName is { } column)
            text.Append(", column ").Append(column);
        return text.ToString();
    }
}
