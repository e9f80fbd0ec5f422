using System.Net.Sockets;
using System.Text;
using DuckDB.NET.Native;
using Npgsql;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Load.Postgres;

namespace VkycEtl.Tests.Load;

public sealed class FaultTests
{
    [Theory]
    [InlineData("08000", FaultKind.Transient)] // connection
    [InlineData("08006", FaultKind.Transient)]
    [InlineData("40001", FaultKind.Transient)] // serialization failure
    [InlineData("40P01", FaultKind.Transient)] // deadlock
    [InlineData("53100", FaultKind.Transient)] // disk full
    [InlineData("53200", FaultKind.Transient)] // out of memory
    [InlineData("53300", FaultKind.Transient)] // too many connections
    [InlineData("55P03", FaultKind.Transient)] // lock timeout
    [InlineData("57014", FaultKind.Transient)] // statement timeout
    [InlineData("57P01", FaultKind.Transient)] // admin shutdown
    [InlineData("57P02", FaultKind.Transient)] // crash shutdown
    [InlineData("57P03", FaultKind.Transient)] // starting up
    [InlineData("58030", FaultKind.Transient)] // input/output
    [InlineData("25006", FaultKind.Transient)] // read-only: failed over
    [InlineData("25P03", FaultKind.Transient)] // idle in transaction
    [InlineData("22001", FaultKind.Poison)] // too long
    [InlineData("22003", FaultKind.Poison)] // out of range
    [InlineData("22021", FaultKind.Poison)] // no such character
    [InlineData("23502", FaultKind.Poison)] // not null
    [InlineData("23505", FaultKind.Poison)] // a key that is not ours
    [InlineData("23514", FaultKind.Poison)] // check
    [InlineData("54000", FaultKind.Poison)] // too long for an index
    [InlineData("P0001", FaultKind.Poison)] // raised by a trigger
    [InlineData("28000", FaultKind.Fatal)] // no such role
    [InlineData("28P01", FaultKind.Fatal)] // password
    [InlineData("3D000", FaultKind.Fatal)] // no such database
    [InlineData("42501", FaultKind.Fatal)] // no rights
    [InlineData("42703", FaultKind.Fatal)] // no such column
    [InlineData("42P01", FaultKind.Fatal)] // no such table
    [InlineData("XX000", FaultKind.Fatal)] // internal
    [InlineData("57P04", FaultKind.Fatal)] // database dropped
    [InlineData("", FaultKind.Fatal)]
    public void A_fault_of_PostgreSQL_is_classified_by_its_state(string sqlState, FaultKind kind)
    {
        Assert.Equal(kind, PostgresFaults.Classify(sqlState, "somebodys_key"));
        Assert.Equal(kind, PostgresFaults.Classify(new PostgresException("m", "ERROR", "ERROR", sqlState)));
    }

    [Theory]
    [InlineData("events_pkey")]
    [InlineData("partition_progress_pkey")]
    [InlineData("load_ranges_first_offset_key")]
    public void A_violation_of_our_own_key_is_a_race_and_never_poison(string key) =>
        Assert.Equal(FaultKind.Transient, PostgresFaults.Classify("23505", key));

    public static TheoryData<Exception, FaultKind> DriverFaults => new()
    {
        { new NpgsqlException("x", new SocketException()), FaultKind.Transient },
        { new NpgsqlException("x", new EndOfStreamException()), FaultKind.Transient },
        { new NpgsqlException("x", new TimeoutException()), FaultKind.Transient },
        { new NpgsqlException("no password"), FaultKind.Fatal },
        { new EncoderFallbackException("x"), FaultKind.Poison },
        { new SocketException(), FaultKind.Transient },
        { new InvalidOperationException("ours"), FaultKind.Fatal },
        { new WarehouseUnfitException("x"), FaultKind.Fatal },
        { new StoredRowsChangedException("x"), FaultKind.Transient },
    };

    [Theory]
    [MemberData(nameof(DriverFaults))]
    public void A_fault_of_the_driver_is_classified_by_its_type(Exception fault, FaultKind kind) => Assert.Equal(kind, PostgresFaults.Classify(fault));

    [Fact]
    public void What_quarantine_says_of_a_refusal_holds_no_value()
    {
        var refusal = new PostgresException(
            "value \"secret\" too long", "ERROR", "ERROR", "23514", detail: "Failing row contains (secret).", columnName: "reason", constraintName: "short_reason");
        Assert.Equal("SQLSTATE 23514, constraint short_reason, column reason", PostgresFaults.Describe(refusal));
    }

    [Theory]
    [InlineData(DuckDBErrorType.Transaction, FaultKind.Transient)]
    [InlineData(DuckDBErrorType.Io, FaultKind.Transient)]
    [InlineData(DuckDBErrorType.OutOfMemory, FaultKind.Transient)]
    [InlineData(DuckDBErrorType.Interrupt, FaultKind.Transient)]
    [InlineData(DuckDBErrorType.Constraint, FaultKind.Poison)]
    [InlineData(DuckDBErrorType.Conversion, FaultKind.Poison)]
    [InlineData(DuckDBErrorType.OutOfRange, FaultKind.Poison)]
    [InlineData(DuckDBErrorType.InvalidInput, FaultKind.Poison)]
    [InlineData(DuckDBErrorType.Catalog, FaultKind.Fatal)]
    [InlineData(DuckDBErrorType.Binder, FaultKind.Fatal)]
    [InlineData(DuckDBErrorType.Fatal, FaultKind.Fatal)]
    [InlineData(DuckDBErrorType.Internal, FaultKind.Fatal)]
    [InlineData(DuckDBErrorType.Invalid, FaultKind.Fatal)]
    public void A_fault_of_DuckDB_is_classified_by_its_type(DuckDBErrorType type, FaultKind kind) => Assert.Equal(kind, DuckDbFaults.Classify(type));
}
