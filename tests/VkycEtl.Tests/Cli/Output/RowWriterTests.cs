using System.Text.Json;
using VkycEtl.Cli.Output;

namespace VkycEtl.Tests.Cli.Output;

public sealed class RowWriterTests
{
    [Theory]
    [InlineData("1::tinyint", "1")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("18446744073709551615::ubigint", "18446744073709551615")]
    [InlineData("170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727")]
    [InlineData("sum(x) FROM (VALUES (1::bigint), (2)) t(x)", "3")]
    [InlineData("1.50::decimal(10,2)", "1.50")]
    [InlineData("-12345678901234567890123456789012345.678::decimal(38,3)", "-12345678901234567890123456789012345.678")]
    [InlineData("-0.05::decimal(38,2)", "-0.05")]
    [InlineData("0.1::double", "0.1")]
    [InlineData("1e300::double", "1E+300")]
    [InlineData("'nan'::double", "\"NaN\"")]
    [InlineData("'-infinity'::double", "\"-Infinity\"")]
    [InlineData("true", "true")]
    [InlineData("NULL", "null")]
    [InlineData("'a\"b\\c é 😀'", "\"a\\\"b\\\\c é \\uD83D\\uDE00\"")]
    [InlineData("timestamptz '2026-01-02 15:30:00+05:30'", "\"2026-01-02T10:00:00Z\"")]
    [InlineData("timestamptz '2026-01-02 10:00:00.123400+00'", "\"2026-01-02T10:00:00.1234Z\"")]
    [InlineData("timestamp '2026-01-02 10:00:00.000001'", "\"2026-01-02T10:00:00.000001Z\"")]
    [InlineData("'infinity'::timestamptz", "\"infinity\"")]
    [InlineData("'-infinity'::date", "\"-infinity\"")]
    [InlineData("'9999-12-31'::date + 1", "\"10000-01-01\"")]
    [InlineData("'0001-01-01'::date - 1", "\"0000-12-31\"")]
    [InlineData("'2000-02-29'::date + 146097 * 40", "\"18000-02-29\"")]
    [InlineData("date '2026-01-02'", "\"2026-01-02\"")]
    [InlineData("date '0001-01-01'", "\"0001-01-01\"")]
    [InlineData("time '10:11:12.5'", "\"10:11:12.5\"")]
    [InlineData("interval '1 month 2 days 3 seconds'", "\"P1M2DT3S\"")]
    [InlineData("interval '90 minutes'", "\"PT5400S\"")]
    [InlineData("'00112233-4455-6677-8899-aabbccddeeff'::uuid", "\"00112233-4455-6677-8899-aabbccddeeff\"")]
    [InlineData(@"'\x00\xFFa'::blob", "\"\\\\x00ff61\"")]
    [InlineData("['a', NULL]", "[\"a\",null]")]
    [InlineData("[]::varchar[]", "[]")]
    [InlineData("[1, NULL, 3]", "[1,null,3]")]
    [InlineData("[[1], [2, NULL], NULL]", "[[1],[2,null],null]")]
    [InlineData("[timestamptz '2026-01-02 10:00:00+00']", "[\"2026-01-02T10:00:00Z\"]")]
    [InlineData("[5::hugeint]", "[5]")]
    [InlineData("{'a': 1, 'b': NULL}", "{\"a\":1,\"b\":null}")]
    [InlineData("map {'k': 1.5}", "{\"k\":1.5}")]
    [InlineData("'{\"a\": [1]}'", "\"{\\\"a\\\": [1]}\"")]
    public async Task A_value_is_json_as_the_contract_says(string sql, string expected)
    {
        var json = await Rows.WriteAsync($"SELECT {(sql.Contains(" FROM ", StringComparison.Ordinal) ? sql.Replace(" FROM ", " AS v FROM ", StringComparison.Ordinal) : sql + " AS v")}", RowFormat.Json);

        Assert.Equal(Normal($"[\n{{\"v\":{expected}}}\n]\n"), Normal(json));
        using var parsed = JsonDocument.Parse(json);
        Assert.Equal(JsonValueKind.Array, parsed.RootElement.ValueKind);

        // The encoder may write an astral character as itself or as a pair of escapes: both are the same JSON.
        static string Normal(string text) => text.Replace("\\uD83D\\uDE00", "😀", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_holds_every_row_and_an_empty_result_is_an_empty_array()
    {
        var many = await Rows.WriteAsync("SELECT i FROM range(25000) t(i)", RowFormat.Json, tableRows: 10);
        using var parsed = JsonDocument.Parse(many);
        Assert.Equal(25_000, parsed.RootElement.GetArrayLength());
        Assert.Equal(24_999, parsed.RootElement[24_999].GetProperty("i").GetInt64());

        Assert.Equal("[]\n", await Rows.WriteAsync("SELECT 1 AS a WHERE false", RowFormat.Json));
    }

    [Fact]
    public async Task Jsonl_is_an_object_a_line() =>
        Assert.Equal("{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"x\"}\n", await Rows.WriteAsync("SELECT * FROM (VALUES (1, NULL), (2, 'x')) t(a, b) ORDER BY a", RowFormat.Jsonl));

    [Fact]
    public async Task Csv_quotes_what_must_be_and_tells_null_from_empty() =>
        Assert.Equal(
            "n,\"a,b\",l\n1,\"x\"\"y\",\"[\"\"p\"\"]\"\n2,\"\",\n3,,\n4,\"two\nlines\",\n",
            await Rows.WriteAsync(
                "SELECT * FROM (VALUES (1, 'x\"y', ['p']), (2, '', NULL), (3, NULL, NULL), (4, 'two\nlines', NULL)) t(n, \"a,b\", l) ORDER BY n",
                RowFormat.Csv));
}
