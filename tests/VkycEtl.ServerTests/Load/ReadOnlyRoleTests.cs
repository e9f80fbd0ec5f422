using Dapper;
using Npgsql;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.Postgres;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Load;

/// <summary>
/// <c>Warehouse:ReadOnlyRole</c>: made by <c>migrate</c>, granted by an administrator to those who read. They see schema <c>vkyc</c>, all of it and what is
/// added later, and nothing else.
/// </summary>
public sealed class ReadOnlyRoleTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly string role = $"reader {Guid.NewGuid():n}";
    private readonly string login = $"analyst_{Guid.NewGuid():n}";
    private WarehouseOptions options = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => options = new WarehouseOptions
    {
        Engine = "postgres",
        ConnectionString = await postgres.CreateDatabaseAsync(Token),
        ReadOnlyRole = role,
    };

    public async ValueTask DisposeAsync()
    {
        await using var connection = await ConnectAsync(options.ConnectionString!);
        foreach (var name in (string[])[login, role])
        {
            if (await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = @name)", new { name }))
                await connection.ExecuteAsync($"DROP OWNED BY \"{name}\"; DROP ROLE \"{name}\"");
        }
    }

    [Fact]
    public async Task A_member_reads_vkyc_and_what_is_added_to_it_and_nothing_else()
    {
        await using (var program = Open())
        {
            await program.MigrateAsync(Token);
            await program.CheckAsync(Token);
            Assert.Empty(await program.MigrateAsync(Token));
        }

        await using var owner = await ConnectAsync(options.ConnectionString!);
        await owner.ExecuteAsync($"CREATE ROLE {login} LOGIN PASSWORD 'secret'; GRANT \"{role}\" TO {login}");
        await using var member = await ConnectAsync(new NpgsqlConnectionStringBuilder(options.ConnectionString) { Username = login, Password = "secret" }.ConnectionString);
        var relations = await RelationsAsync(owner);
        Assert.Contains("call_completed", relations, StringComparer.Ordinal);
        foreach (var relation in relations)
            Assert.Equal(0, await member.ExecuteScalarAsync<long>($"SELECT count(*) FROM vkyc.\"{relation}\" WHERE false"));

        // What the views of schema vkyc read in vkyc_etl is theirs to read, and not the member's.
        foreach (var sql in (string[])
            ["SELECT * FROM vkyc_etl.quarantine", "SELECT * FROM vkyc_etl.settings", "DELETE FROM vkyc.events", "UPDATE vkyc.events SET reason = ''", "TRUNCATE vkyc.events",
             "INSERT INTO vkyc.events SELECT * FROM vkyc.events", "CREATE TABLE vkyc.x (y int)", "CREATE VIEW vkyc.x AS SELECT 1", "COMMENT ON TABLE vkyc.events IS ''"])
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => member.ExecuteAsync(sql))).SqlState);

        await using (var newer = Open(TestSchemas.With(TestSchemas.Column("more", ColumnType.Text))))
            Assert.Contains("added column vkyc.events.more (text)", await newer.MigrateAsync(Token), StringComparer.Ordinal);
        Assert.Equal(0, await member.ExecuteScalarAsync<long>("SELECT count(more) FROM vkyc.events"));

        // By the owner's own hand, without a grant: what migrate itself has not made yet.
        await owner.ExecuteAsync("CREATE TABLE vkyc.later (a int); CREATE VIEW vkyc.later_too AS SELECT * FROM vkyc.later; CREATE TABLE vkyc_etl.later (a int); CREATE TABLE public.later (a int)");
        Assert.Equal(0, await member.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc.later, vkyc.later_too"));
        foreach (var sql in (string[])["SELECT * FROM vkyc_etl.later", "SELECT * FROM public.later"])
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => member.ExecuteAsync(sql))).SqlState);
    }

    [Theory]
    [InlineData("REVOKE SELECT ON vkyc.call_completed FROM \"{0}\"")]
    [InlineData("REVOKE USAGE ON SCHEMA vkyc FROM \"{0}\"")]
    [InlineData("ALTER DEFAULT PRIVILEGES IN SCHEMA vkyc REVOKE SELECT ON TABLES FROM \"{0}\"")]
    [InlineData("DROP OWNED BY \"{0}\"; DROP ROLE \"{0}\"")]
    public async Task A_right_that_is_missing_is_found_by_the_check_and_given_by_migrate(string damage)
    {
        await using var program = Open();
        await program.MigrateAsync(Token);
        await program.CheckAsync(Token);
        await using var owner = await ConnectAsync(options.ConnectionString!);
        await owner.ExecuteAsync(string.Format(damage, role));
        await Assert.ThrowsAsync<WarehouseUnfitException>(() => program.CheckAsync(Token));
        Assert.NotEmpty(await program.MigrateAsync(Token));
        await program.CheckAsync(Token);
        Assert.Empty(await program.MigrateAsync(Token));
    }

    private static async Task<List<string>> RelationsAsync(NpgsqlConnection connection) =>
        [.. await connection.QueryAsync<string>("SELECT relname FROM pg_class WHERE relnamespace = 'vkyc'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')")];

    private static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Token);
        return connection;
    }

    private PostgresWarehouse Open(SchemaSet? schemas = null) => new(options, new ReportingOptions(), schemas ?? TestSchemas.Default, TimeProvider.System);
}
