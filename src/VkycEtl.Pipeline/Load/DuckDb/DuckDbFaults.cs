using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>What a fault of DuckDB means, by its error type, never by message.</summary>
internal static class DuckDbFaults
{
    public static FaultKind Classify(Exception exception) => exception switch
    {
        RowRefusedException => FaultKind.Poison,
        DuckDBException fault => Classify(fault.ErrorType),
        StoredRowsChangedException or IOException or TimeoutException => FaultKind.Transient,
        _ => FaultKind.Fatal,
    };

    public static FaultKind Classify(DuckDBErrorType type) => type switch
    {
        // A conflict with an operator's change; the disk, full or failing; memory; an interrupt.
        DuckDBErrorType.Transaction or DuckDBErrorType.Io or DuckDBErrorType.OutOfMemory or DuckDBErrorType.Interrupt => FaultKind.Transient,
        DuckDBErrorType.Constraint or DuckDBErrorType.Conversion or DuckDBErrorType.OutOfRange or DuckDBErrorType.InvalidInput
            or DuckDBErrorType.MismatchType or DuckDBErrorType.Decimal or DuckDBErrorType.DivideByZero or DuckDBErrorType.ObjectSize => FaultKind.Poison,
        _ => FaultKind.Fatal,
    };

    /// <summary>The error's type: the message would carry values.</summary>
    public static string Describe(Exception exception) =>
        exception is DuckDBException fault ? $"DuckDB error type {fault.ErrorType}" : "a row the driver refuses";
}
