using Npgsql;

namespace VkycEtl.ServerTests.Servers;

public sealed class PostgresServerTests(PostgresServer postgres)
{
    [Fact]
    public async Task Each_test_has_a_database_of_its_own()
    {
        var first = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var second = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(first, "CREATE TABLE here (x int)");
        await ExecuteAsync(second, "CREATE TABLE here (x int)");
    }

    [Fact]
    public async Task A_private_server_is_there_again_after_a_crash_with_what_was_committed()
    {
        await using var server = await PrivatePostgres.StartNewAsync(TestContext.Current.CancellationToken);
        var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(database, "CREATE TABLE here (x int)");
        await server.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(database, "SELECT 1"));
        await server.StartAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(database, "SELECT x FROM here");
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
