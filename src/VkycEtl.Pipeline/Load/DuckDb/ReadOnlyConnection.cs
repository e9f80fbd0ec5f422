using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DuckDB.NET.Data;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>A statement that a reading connection does not run.</summary>
/// <param name="message">Why.</param>
public sealed class ReadOnlyException(string message) : DbException(message);

/// <summary>
/// A connection to the process's own database that only reads. DuckDB has no read-only connection beside a writing one, and its read-only
/// transactions do not stop COPY TO or ATTACH: so each statement is judged by the kind that DuckDB's parser gives it.
/// </summary>
internal sealed class ReadOnlyConnection(string connectionString) : DbConnection
{
    private readonly DuckDBConnection inner = DuckDbConnections.Open(connectionString);

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => throw new InvalidOperationException("The connection is open.");
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void Open()
    {
        if (State != ConnectionState.Open)
            throw new InvalidOperationException("The connection was closed: open another reader.");
    }

    public override void Close() => inner.Close();

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException("A reader keeps to its database.");

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction();

    protected override DbCommand CreateDbCommand() => new ReadOnlyCommand(inner, inner.CreateCommand());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class ReadOnlyCommand(DuckDBConnection connection, DuckDBCommand command) : DbCommand
    {
        [AllowNull]
        public override string CommandText
        {
            get => command.CommandText;
            set => command.CommandText = value;
        }

        public override int CommandTimeout
        {
            get => command.CommandTimeout;
            set => command.CommandTimeout = value;
        }

        public override CommandType CommandType
        {
            get => command.CommandType;
            set => command.CommandType = value;
        }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => command.Parameters;

        protected override DbTransaction? DbTransaction
        {
            get => command.Transaction;
            set => command.Transaction = value as DuckDBTransaction;
        }

        public override void Cancel() => command.Cancel();

        public override void Prepare() => command.Prepare();

        public override int ExecuteNonQuery()
        {
            StatementKinds.DemandReadOnly(connection.NativeConnection, CommandText);
            return command.ExecuteNonQuery();
        }

        public override object? ExecuteScalar()
        {
            StatementKinds.DemandReadOnly(connection.NativeConnection, CommandText);
            return command.ExecuteScalar();
        }

        protected override DbParameter CreateDbParameter() => command.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            StatementKinds.DemandReadOnly(connection.NativeConnection, CommandText);

            // Rows are fetched as they are read: a result of any size takes the memory of a few.
            command.UseStreamingMode = true;
            return command.ExecuteReader(behavior);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                command.Dispose();
            base.Dispose(disposing);
        }
    }
}
