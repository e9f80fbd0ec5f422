using System.Collections.Frozen;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Npgsql;
using VkycEtl.Page.Figures;
using VkycEtl.Page.Query;
using VkycEtl.Page.Status;
using VkycEtl.Page.Transactions;

namespace VkycEtl.Tests.Page;

/// <summary>Statements of the page: what runs is what is shown.</summary>
public sealed class SqlTextTests
{
    private static readonly Dictionary<string, object?> Values = new(StringComparer.Ordinal) { ["app"] = "O'Brien\\' -- ", ["day"] = "2026-03-01", ["none"] = null };

    private static readonly string[] Lists =
    [
        "stage:0:open", "stage:6:strict", "lost:1:open", "lost:6:strict", "moving", "moving:0", "no_show", "reason:DECLINED:x", "reason:OTHER:", "agent:x", "agent:",
        "measure:call", "measure:turnaround",
    ];

    [Fact]
    public void Values_become_literals_that_no_engine_reads_more_into() => Assert.Equal(
        "SELECT 'O''Brien\\'' -- ', CAST('2026-03-01' AS date), NULL, 'O''Brien\\'' -- ' FROM t",
        new SqlText("SELECT $app, CAST($day AS date), $none, $app FROM t").Fill(Values, FrozenSet<string>.Empty));

    [Fact]
    public void A_masked_value_stays_a_placeholder() =>
        Assert.Equal("$app = '2026-03-01'", new SqlText("$app = $day").Fill(Values, new HashSet<string>(StringComparer.Ordinal) { "app" }));

    [Fact]
    public void Values_go_beside_the_statement_never_into_it()
    {
        var sql = new SqlText("SELECT $day, $app, $day");
        using var postgres = new NpgsqlConnection();
        using var positional = sql.CreateCommand(postgres, Values);
        Assert.Equal("SELECT $1, $2, $1", positional.CommandText);
        Assert.Equal(["2026-03-01", "O'Brien\\' -- "], positional.Parameters.Cast<NpgsqlParameter>().Select(parameter => parameter.Value));

        using var duck = new DuckDBConnection("Data Source=:memory:");
        duck.Open();
        using var named = sql.CreateCommand(duck, Values);
        Assert.Equal("SELECT $day, $app, $day", named.CommandText);
        Assert.Equal("O'Brien\\' -- ", new[] { named }.Select(command => { using var reader = command.ExecuteReader(); reader.Read(); return reader.GetString(1); }).Single());
    }

    [Fact]
    public void A_literal_is_read_back_as_it_was()
    {
        using var duck = new DuckDBConnection("Data Source=:memory:");
        duck.Open();
        foreach (var text in (string[])["", "'", "''", "\\", "\\'", "a\nb", "$app", "--", "/*", "😀", "'; DROP TABLE x; --"])
        {
            using var command = duck.CreateCommand();
            command.CommandText = $"SELECT {SqlText.Literal(text)}";
            Assert.Equal(text, command.ExecuteScalar());
        }
    }

    [Fact]
    public void Every_figure_is_one_statement_that_only_reads_with_known_parameters()
    {
        Assert.Equal("agents funnel outcomes quality reasons slots times trend", string.Join(' ', Figure.All.Keys.Order(StringComparer.Ordinal)));
        Assert.All(Figure.All.Values, figure => AssertReads(figure.Sql, figure.Name));
    }

    [Fact]
    public void Every_list_is_one_statement_that_only_reads_with_known_parameters() => Assert.All(Lists, text =>
    {
        var list = List.Parse(text);
        Assert.All((SqlText[])[list.All(), list.Count(), list.Page(51)], sql => AssertReads(sql, text));
    });

    private static void AssertReads(SqlText sql, string name)
    {
        var standing = new Standing("r", DateTimeOffset.UnixEpoch, "Asia/Kolkata", new Rows([], []), IsMachineReadable: true)
        {
            SlaSeconds = 1,
            NoShowGraceSeconds = 1,
            StaleAfterSeconds = 1,
            LapsedAfterSeconds = 1,
        };
        var values = new FigureQuery("app", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 2), "any").Values(standing, "[0-9]");
        foreach (var own in (string[])["value", "after_at", "after_key", "after_no"])
            values[own] = null;
        Assert.All(sql.Parameters, parameter => Assert.True(values.ContainsKey(parameter), $"{name}: ${parameter}"));
        var filled = sql.Fill(values, FrozenSet<string>.Empty);
        Assert.DoesNotContain('$', filled);
        var code = Regex.Replace(filled, "--[^\n]*|'[^']*'", "", RegexOptions.None, TimeSpan.FromSeconds(1)).Trim().TrimEnd(';');
        Assert.DoesNotContain(';', code);
        Assert.Matches("^(WITH|SELECT)\\b", code);
        Assert.DoesNotMatch("(?i)\\b(insert|update|delete|merge|copy|create|drop|alter|attach|pragma|call|set|into)\\b", code);

        // A comment holds no parameter: a value could end it.
        var unfilled = sql.Fill(values, values.Keys.ToHashSet(StringComparer.Ordinal));
        Assert.All(unfilled.Split('\n').Where(line => line.Contains("--", StringComparison.Ordinal)), line => Assert.DoesNotContain('$', line));
    }
}
