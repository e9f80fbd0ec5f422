using System.Data.Common;
using Dapper;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Load;

public sealed class DuckDbWarehouseTests : WarehouseContract
{
    [Theory]
    [InlineData("COPY vkyc.events TO '{0}'")]
    [InlineData("EXPLAIN ANALYZE COPY vkyc.events TO '{0}'")]
    [InlineData("explain (analyze) COPY vkyc.events TO '{0}'")]
    [InlineData("ATTACH '{0}' AS other")]
    [InlineData("EXPORT DATABASE '{0}'")]
    [InlineData("SELECT 1; COPY (SELECT 1) TO '{0}'")]
    [InlineData("BEGIN TRANSACTION")]
    [InlineData("SET memory_limit = '1GB'")]
    [InlineData("SELECT nonsense FROM")]
    [InlineData("")]
    public async Task A_reader_only_reads(string sql)
    {
        var file = Path.Combine(Path.GetTempPath(), $"vkyc-{Guid.NewGuid():n}");
        await using var reader = await Warehouse.OpenReaderAsync(Token);
        await using var command = reader.CreateCommand();
        command.CommandText = string.Format(sql, file);
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteReaderAsync(Token));
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteNonQueryAsync(Token));
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteScalarAsync(Token));
        Assert.False(Path.Exists(file));
    }

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("FROM vkyc.events")]
    [InlineData("SHOW TABLES")]
    [InlineData("DESCRIBE vkyc.events")]
    [InlineData("SUMMARIZE vkyc.events")]
    [InlineData("EXPLAIN SELECT * FROM vkyc.events")]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x; SELECT 2;")]
    public async Task A_reader_reads(string sql)
    {
        await using var reader = await Warehouse.OpenReaderAsync(Token);
        await reader.QueryAsync(sql);
        Assert.Equal(7, await reader.ExecuteScalarAsync<long>("SELECT $a + 2", new { a = 5L }));
    }

    [Fact]
    public async Task A_reader_sees_each_load_while_the_loader_works()
    {
        await using var reader = await Warehouse.OpenReaderAsync(Token);
        var topic = new TestTopic();
        for (var i = 1; i <= 3; i++)
        {
            await LoadAsync(topic, topic.Batch(new Delivery(i)));
            Assert.Equal(i, await reader.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc.events"));
        }
    }

    [Fact]
    public async Task What_was_loaded_is_there_when_the_file_is_opened_again()
    {
        var topic = new TestTopic();
        await LoadAsync(topic, topic.Batch(new Delivery(1), new Delivery(2)));
        await Warehouse.DisposeAsync();
        await using var again = Open();
        await again.CheckAsync(Token);
        Assert.Equal(2, (await again.ReadProgressAsync(TestTopic.Cluster, topic.Id, Token)).Single().NextOffset);
        await AssertAuditIsCleanAsync();
    }

    internal override Task<WarehouseOptions> NewDatabaseAsync() => Task.FromResult(new WarehouseOptions
    {
        Engine = "duckdb",
        ConnectionString = Path.Combine(Directory.CreateTempSubdirectory("vkyc-duckdb-").FullName, "warehouse.duckdb"),
    });

    internal override void CleanUp(WarehouseOptions used) => Directory.Delete(Path.GetDirectoryName(used.ConnectionString)!, recursive: true);
}
