using System.Data;
using System.Data.Common;
using Dapper;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Polly;
using Polly.Retry;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>DuckDB's side of migrations. The file belongs to one process, so the lock is one of this process.</summary>
internal sealed class DuckDbDdl(string connectionString) : IWarehouseDdl
{
    private const string Catalog = """
        SELECT c.table_name AS "Relation", v.view_name IS NOT NULL AS "IsView", coalesce(t.comment, v.comment) AS "RelationComment",
               c.column_name AS "Name", c.data_type AS "Type", c.comment AS "Comment"
        FROM duckdb_columns() AS c
        LEFT JOIN duckdb_tables() AS t ON t.database_name = c.database_name AND t.schema_name = c.schema_name AND t.table_name = c.table_name
        LEFT JOIN duckdb_views() AS v ON v.database_name = c.database_name AND v.schema_name = c.schema_name AND v.view_name = c.table_name
        WHERE c.schema_name = 'vkyc' AND c.database_name = current_database()
        ORDER BY c.table_name, c.column_index
        """;

    private static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>Of a load and a change of the same table that meet, DuckDB refuses the later one: both try again.</summary>
    private readonly ResiliencePipeline unhurried = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<DuckDBException>(fault => fault.ErrorType == DuckDBErrorType.Transaction),
        MaxRetryAttempts = 200,
        Delay = TimeSpan.FromMilliseconds(10),
        BackoffType = DelayBackoffType.Exponential,
        MaxDelay = TimeSpan.FromMilliseconds(250),
        UseJitter = true,
    }).Build();

    public char ParameterMark => '$';

    public string TypeName(SchemaColumn column) => column.Type switch
    {
        ColumnType.Text => "VARCHAR",
        ColumnType.Uuid => "UUID",
        ColumnType.BigInt => "BIGINT",
        ColumnType.Double => "DOUBLE",
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Numeric => $"DECIMAL({column.Precision},{column.Scale})",
        ColumnType.Timestamp => "TIMESTAMP WITH TIME ZONE",
        ColumnType.Date => "DATE",
        _ => throw new InvalidOperationException($"Column {column.Name} has no known type."),
    };

    public string TypeSuffix(SchemaColumn column) => "";

    public Task<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        Task.FromResult<DbConnection>(DuckDbConnections.Open(connectionString));

    public DbConnection Connect() => new DuckDBConnection(connectionString);

    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken)
    {
        await OneAtATime.WaitAsync(cancellationToken);
        return new Held();
    }

    Task<IReadOnlyDictionary<string, CatalogRelation>> IWarehouseDdl.ReadCatalogAsync(DbConnection connection, CancellationToken cancellationToken) =>
        ReadCatalogAsync(connection, cancellationToken);

    /// <summary>Reads the tables and views of schema <c>vkyc</c>, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, CatalogRelation>> ReadCatalogAsync(DbConnection connection, CancellationToken cancellationToken) =>
        CatalogRow.Group(await connection.QueryAsync<CatalogRow>(Command(Catalog, cancellationToken)));

    public Task ApplyAsync(Action scripts, CancellationToken cancellationToken) => Task.Run(scripts, cancellationToken);

    public async Task ExecuteAsync(DbConnection connection, SchemaChange change, CancellationToken cancellationToken) => await unhurried.ExecuteAsync(
        async token => await connection.ExecuteAsync(Command(change.Sql, token)), cancellationToken);

    public bool HasReadOnlyRole => false;

    public Task<GrantState> ReadGrantAsync(DbConnection connection, CancellationToken cancellationToken) => Task.FromResult(GrantState.Granted);

    public IEnumerable<SchemaChange> Grants(GrantState state, bool makesRelations) => [];

    private static CommandDefinition Command(string sql, CancellationToken cancellationToken) =>
        new(sql, commandType: CommandType.Text, cancellationToken: cancellationToken);

    private sealed class Held : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            OneAtATime.Release();
            return ValueTask.CompletedTask;
        }
    }
}
