using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using Polly;
using Polly.Retry;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>PostgreSQL's side of migrations. A statement, or a script, waits a second for its lock at most, for readers queue behind it, then tries again.</summary>
internal sealed class PostgresDdl(string connectionString, string? readOnlyRole) : IWarehouseDdl
{
    /// <summary>"vkycetl" in ASCII: the advisory lock of all that migrate.</summary>
    private const long MigrationLock = 0x766B_7963_6574_6C;

    // Every kind of relation: a view cannot be called like an index either.
    private const string Catalog = """
        SELECT c.relname AS "Relation", c.relkind = 'v' AS "IsView", obj_description(c.oid, 'pg_class') AS "RelationComment",
               a.attname AS "Name", format_type(a.atttypid, a.atttypmod) AS "Type", col_description(c.oid, a.attnum) AS "Comment"
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace = to_regnamespace('vkyc') AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.relname, a.attnum
        """;

    private const string MissingGrants = """
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = to_regnamespace('vkyc') AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT has_table_privilege(@role, c.oid, 'SELECT')
        UNION ALL SELECT 'vkyc' WHERE to_regnamespace('vkyc') IS NULL OR NOT has_schema_privilege(@role, to_regnamespace('vkyc'), 'USAGE')
        UNION ALL SELECT 'what is added' WHERE NOT EXISTS (
            SELECT FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS a
            WHERE d.defaclnamespace = to_regnamespace('vkyc') AND d.defaclobjtype = 'r' AND a.grantee::regrole = quote_ident(@role)::regrole AND a.privilege_type = 'SELECT')
        """;

    private readonly ResiliencePipeline unhurried = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<PostgresException>(IsHeldOff).HandleInner<PostgresException>(IsHeldOff),
        MaxRetryAttempts = 60,
        Delay = TimeSpan.FromMilliseconds(200),
        BackoffType = DelayBackoffType.Exponential,
        MaxDelay = TimeSpan.FromSeconds(5),
        UseJitter = true,
    }).Build();

    public char ParameterMark => '@';

    public string TypeName(SchemaColumn column) => column.Type switch
    {
        ColumnType.Text => "text",
        ColumnType.Uuid => "uuid",
        ColumnType.BigInt => "bigint",
        ColumnType.Double => "double precision",
        ColumnType.Boolean => "boolean",
        ColumnType.Numeric => $"numeric({column.Precision},{column.Scale})",
        ColumnType.Timestamp => "timestamp with time zone",
        ColumnType.Date => "date",
        _ => throw new InvalidOperationException($"Column {column.Name} has no known type."),
    };

    public string TypeSuffix(SchemaColumn column) => column.Type == ColumnType.Text ? " COLLATE \"C\"" : "";

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public DbConnection Connect() => new NpgsqlConnection(connectionString);

    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken)
    {
        // A session of its own, never given back to a pool: the lock goes with it.
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(Command($"SET lock_timeout = 0; SELECT pg_advisory_lock({MigrationLock})", null, cancellationToken));
        return connection;
    }

    public async Task<IReadOnlyDictionary<string, CatalogRelation>> ReadCatalogAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<CatalogRow>(Command(Catalog, null, cancellationToken));
        return CatalogRow.Group(rows);
    }

    public async Task ApplyAsync(Action scripts, CancellationToken cancellationToken) =>
        await unhurried.ExecuteAsync(async token => await Task.Run(scripts, token), cancellationToken);

    public bool HasReadOnlyRole => !string.IsNullOrEmpty(readOnlyRole);

    public async Task ExecuteAsync(DbConnection connection, SchemaChange change, CancellationToken cancellationToken)
    {
        try
        {
            await unhurried.ExecuteAsync(async token => await connection.ExecuteAsync(Command(change.Sql, null, token)), cancellationToken);
        }
        catch (PostgresException refused) when (change.Kind == ChangeKind.Grant && refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            var statements = string.Join("; ", Grants(GrantState.NoRole, makesRelations: true).Select(grant => grant.Sql));
            throw new WarehouseUnfitException($"The migrating role may not make or grant to {readOnlyRole}: let an administrator run {statements}.", refused);
        }
    }

    public async Task<GrantState> ReadGrantAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (!HasReadOnlyRole)
            return GrantState.Granted;
        if (!await RoleExistsAsync(connection, cancellationToken))
            return GrantState.NoRole;
        var missing = await connection.QueryAsync<string>(Command(MissingGrants, new { role = readOnlyRole }, cancellationToken));
        return missing.Any() ? GrantState.Missing : GrantState.Granted;
    }

    public IEnumerable<SchemaChange> Grants(GrantState state, bool makesRelations)
    {
        if (!HasReadOnlyRole || (state == GrantState.Granted && !makesRelations))
            yield break;
        var role = EventsTable.Quote(readOnlyRole!);
        if (state == GrantState.NoRole)
            yield return new SchemaChange($"made role {readOnlyRole} (NOLOGIN: grant it to those who read)", $"CREATE ROLE {role} NOLOGIN", ChangeKind.Grant);
        yield return new SchemaChange($"let {readOnlyRole} use schema vkyc", $"GRANT USAGE ON SCHEMA vkyc TO {role}", ChangeKind.Grant);
        yield return new SchemaChange($"let {readOnlyRole} read schema vkyc", $"GRANT SELECT ON ALL TABLES IN SCHEMA vkyc TO {role}", ChangeKind.Grant);
        if (state != GrantState.Granted)
            yield return new SchemaChange($"let {readOnlyRole} read what is added to schema vkyc", $"ALTER DEFAULT PRIVILEGES IN SCHEMA vkyc GRANT SELECT ON TABLES TO {role}", ChangeKind.Grant);
    }

    private static bool IsHeldOff(PostgresException fault) => fault.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected;

    private async Task<bool> RoleExistsAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<bool>(Command(
            "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = @role)", new { role = readOnlyRole }, cancellationToken));

    private static CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, commandType: CommandType.Text, cancellationToken: cancellationToken);
}
