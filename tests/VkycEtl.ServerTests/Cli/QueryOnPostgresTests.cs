using System.Text;
using System.Text.Json;
using Npgsql;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Cli;

/// <summary>Rows of PostgreSQL in every type come out as those of DuckDB do.</summary>
public sealed class QueryOnPostgresTests(PostgresServer server)
{
    [Theory]
    [InlineData("1::smallint", "1")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("sum(x) FROM (VALUES (1::bigint), (2)) t(x)", "3")]
    [InlineData("1.50::numeric", "1.50")]
    [InlineData("0::numeric", "0")]
    [InlineData("12345678901234567890123456789012345678901234567890.0125::numeric", "12345678901234567890123456789012345678901234567890.0125")]
    [InlineData("-1e40::numeric", "-10000000000000000000000000000000000000000")]
    [InlineData("1e-35::numeric", "0.00000000000000000000000000000000001")]
    [InlineData("'NaN'::numeric", "\"NaN\"")]
    [InlineData("0.1::double precision", "0.1")]
    [InlineData("'NaN'::double precision", "\"NaN\"")]
    [InlineData("'-Infinity'::real", "\"-Infinity\"")]
    [InlineData("true", "true")]
    [InlineData("NULL", "null")]
    [InlineData("'é'", "\"é\"")]
    [InlineData("timestamptz '2026-01-02 15:30:00+05:30'", "\"2026-01-02T10:00:00Z\"")]
    [InlineData("timestamptz '2026-01-02 10:00:00.1234+00'", "\"2026-01-02T10:00:00.1234Z\"")]
    [InlineData("timestamptz '0001-01-01 00:00:00+00'", "\"0001-01-01T00:00:00Z\"")]
    [InlineData("'infinity'::timestamptz", "\"infinity\"")]
    [InlineData("'-infinity'::date", "\"-infinity\"")]
    [InlineData("'9999-12-31'::date + 1", "\"10000-01-01\"")]
    [InlineData("'0001-01-01'::date - 1", "\"0000-12-31\"")]
    [InlineData("'2000-02-29'::date + 146097 * 40", "\"18000-02-29\"")]
    [InlineData("date '2026-01-02'", "\"2026-01-02\"")]
    [InlineData("time '10:11:12.5'", "\"10:11:12.5\"")]
    [InlineData("interval '1 month 2 days 3 seconds'", "\"P1M2DT3S\"")]
    [InlineData("interval '90 minutes'", "\"PT5400S\"")]
    [InlineData("'00112233-4455-6677-8899-aabbccddeeff'::uuid", "\"00112233-4455-6677-8899-aabbccddeeff\"")]
    [InlineData(@"'\x00ff61'::bytea", "\"\\\\x00ff61\"")]
    [InlineData("ARRAY['a', NULL]", "[\"a\",null]")]
    [InlineData("ARRAY[]::text[]", "[]")]
    [InlineData("ARRAY[1, NULL, 3]", "[1,null,3]")]
    [InlineData("'{\"a\": [1]}'::jsonb", "{\"a\": [1]}")]
    public async Task A_value_is_json_as_the_contract_says(string sql, string expected)
    {
        var select = $"SELECT {(sql.Contains(" FROM ", StringComparison.Ordinal) ? sql.Replace(" FROM ", " AS v FROM ", StringComparison.Ordinal) : sql + " AS v")}";
        var json = await QueryAsync(select);
        Assert.Equal($"[\n{{\"v\":{expected}}}\n]\n", json);
        using var parsed = JsonDocument.Parse(json);
    }

    [Fact]
    public async Task A_parameter_becomes_the_type_that_its_place_needs() =>
        Assert.Equal(
            "[\n{\"n\":4}\n]\n",
            await QueryAsync(
                "SELECT count(*) AS n FROM generate_series(0, 9) i WHERE i < $most AND timestamptz '2026-01-02 00:00:00+00' > :since AND 'x;y' = @text",
                "most=4", "since=2026-01-01T00:00:00Z", "text=x;y"));

    private async Task<string> QueryAsync(string sql, params string[] parameters)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync(cancellation));
        await connection.OpenAsync(cancellation);
        await using var command = new Statement(sql, Statement.ParseParameters(parameters)).CreateCommand(connection, "postgres");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        using var output = new MemoryStream();
        using var console = new VerbConsole(Stream.Null, output, Stream.Null, Width: null, HasInput: false);
        await RowWriter.WriteAsync(reader, RowFormat.Json, console, tableRows: 0, cancellation);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
