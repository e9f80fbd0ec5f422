using DuckDB.NET.Data;
using VkycEtl.Cli;
using VkycEtl.Cli.Query;

namespace VkycEtl.Tests.Cli.Query;

public sealed class StatementTests
{
    [Theory]
    [InlineData("SELECT $a, @a, :a", "SELECT #a, #a, #a")]
    [InlineData("SELECT x::a, arr[1:a], '$a', \"$a\"", "SELECT x::a, arr[1:a], '$a', \"$a\"")]
    [InlineData("SELECT 'it''s $a' || $a", "SELECT 'it''s $a' || #a")]
    [InlineData("SELECT 1 -- $a\n, $a", "SELECT 1 -- $a\n, #a")]
    [InlineData("SELECT /* :a */ :a", "SELECT /* :a */ #a")]
    [InlineData("SELECT $$ $a $$, $a", "SELECT $$ $a $$, #a")]
    [InlineData("SELECT $ab, $a", "SELECT $ab, #a")]
    [InlineData("SELECT 'open $a", "SELECT 'open $a")]
    [InlineData("SELECT $1, $a", "SELECT $1, #a")]
    [InlineData("SELECT $a+$a", "SELECT #a+#a")]
    [InlineData("WHERE x=$a AND y=$a", "WHERE x=#a AND y=#a")]
    public void A_parameter_is_found_outside_quotes_and_comments_only(string sql, string expected)
    {
        var statement = new Statement(sql, new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1" });
        Assert.Equal(expected, statement.Rewrite('#', new HashSet<string>(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_value_becomes_the_type_that_its_place_needs()
    {
        await using var connection = new DuckDBConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var statement = new Statement(
            "SELECT count(*) FROM range(10) t(i) WHERE i < $most AND timestamptz '2026-01-02 00:00:00+00' > $since AND 'x;y' = $text",
            Statement.ParseParameters(["most=4", "since=2026-01-01T00:00:00Z", "text=x;y"]));
        await using var command = statement.CreateCommand(connection, "duckdb");
        Assert.Equal(4L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("=1")]
    [InlineData("1a=1")]
    [InlineData("a b=1")]
    public void What_is_no_pair_is_refused(string pair) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<VerbFault>(() => Statement.ParseParameters([pair])).Code);

    [Fact]
    public void A_value_may_hold_equals_signs() => Assert.Equal("b=c", Statement.ParseParameters(["a=b=c"])["a"]);

    [Fact]
    public void A_parameter_that_stands_nowhere_is_refused()
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        var statement = new Statement("SELECT 1", Statement.ParseParameters(["a=1"]));
        Assert.Contains("$a", Assert.Throws<VerbFault>(() => statement.CreateCommand(connection, "duckdb")).Message, StringComparison.Ordinal);
    }
}
