using System.Collections.Concurrent;
using Npgsql;
using VkycEtl.ServerTests.Servers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace VkycEtl.ServerTests.Servers;

/// <summary>
/// The PostgreSQL server that all tests share, each with its own database: the one that <c>VKYC_TEST_POSTGRES</c> names (an Npgsql
/// connection string of a role that may create databases), or a private one, started when the first test asks. A test that hurts
/// its server starts a <see cref="PrivatePostgres"/>.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Variable = "VKYC_TEST_POSTGRES";

    private readonly SemaphoreSlim starting = new(1);
    private readonly ConcurrentBag<string> databases = [];
    private PrivatePostgres? server;

    /// <summary>Makes an empty database; skips the test where there is no server.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var created = await CreateDatabaseAsync(await FindAsync(cancellationToken), cancellationToken);
        databases.Add(created);
        return created;
    }

    public async ValueTask DisposeAsync()
    {
        starting.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
            return;
        }

        NpgsqlConnection.ClearAllPools();
        foreach (var database in databases)
        {
            await using var connection = new NpgsqlConnection(Environment.GetEnvironmentVariable(Variable));
            await connection.OpenAsync();
            await using var drop = new NpgsqlCommand(
                $"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(database).Database} WITH (FORCE)", connection);
            await drop.ExecuteNonQueryAsync();
        }
    }

    internal static async Task<string> CreateDatabaseAsync(string server, CancellationToken cancellationToken)
    {
        var name = $"vkyc_test_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE template0", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    private async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (PrivatePostgres.FindBinaries() is null)
            MissingServer.SkipOrFail("PostgreSQL", $"set {Variable}, or install the server's binaries");
        await starting.WaitAsync(cancellationToken);
        try
        {
            server ??= await PrivatePostgres.StartNewAsync(cancellationToken);
            return server.ConnectionString;
        }
        finally
        {
            starting.Release();
        }
    }
}
