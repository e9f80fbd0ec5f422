using System.Collections;
using System.Text;
using VkycEtl.Cli.Output;

namespace VkycEtl.Tests.Cli.Output;

/// <summary>Tables as people see them: on terminals of several widths, and in files.</summary>
public sealed class TableWriterTests
{
    private const string Id = "trn:vkyc:0d2f7a5e-0000-4000-8000-000000000001";

    [Fact]
    public async Task Numbers_stand_right_and_null_is_told_from_texts() =>
        Assert.Equal(
            """
             n  name
            --  -------
             7  abc
            12  NULL
            13  'NULL'
            14  ''
            15  ' x'
            16  '''x'''
            (6 rows)

            """,
            await OnTerminalAsync("SELECT * FROM (VALUES (7, 'abc'), (12, NULL), (13, 'NULL'), (14, ''), (15, ' x'), (16, '''x''')) t(n, name) ORDER BY n", 80));

    [Fact]
    public async Task What_is_no_terminal_gets_the_table_and_nothing_else()
    {
        var (output, error) = await WriteAsync("SELECT i, repeat('x', 200) AS t FROM range(5) t(i)", width: null, rows: 3);
        Assert.Equal(5, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(new string('x', 200), output, StringComparison.Ordinal);
        Assert.Contains("only the first 3 rows", error, StringComparison.Ordinal);
        Assert.Contains("--rows 0", error, StringComparison.Ordinal);

        Assert.Empty((await WriteAsync("SELECT i FROM range(5) t(i)", width: null, rows: 5)).Error);
        Assert.Empty((await WriteAsync("SELECT i FROM range(5) t(i)", width: null, rows: 0)).Error);
    }

    [Theory]
    [InlineData("日本", 4)]
    [InlineData("😀", 2)]
    [InlineData("e\u0301", 1)]
    [InlineData("👨\u200d👩\u200d👧", 2)]
    [InlineData("🇮🇳", 2)]
    public async Task What_follows_a_wide_or_combining_text_stands_in_its_column(string text, int width)
    {
        var lines = (await WriteAsync($"SELECT * FROM (VALUES (1, '{text}', 'end'), (2, 'abcdef', 'end')) t(n, t, e) ORDER BY n", width: null)).Output.Split('\n');
        Assert.Equal($"1  {text}{new string(' ', 6 - width)}  end", lines[2]);
        Assert.Equal("2  abcdef  end", lines[3]);
    }

    [Theory]
    [InlineData(110)]
    [InlineData(130)]
    [InlineData(200)]
    public async Task A_table_never_is_wider_than_the_terminal_and_an_id_stays_whole(int width)
    {
        var table = await OnTerminalAsync($"SELECT 12 AS n, '{Id}' AS id, repeat('日本語 ', 60) AS text, repeat('y', 300) AS other", width);
        var lines = table.Split('\n');
        Assert.Contains(Id, table, StringComparison.Ordinal);
        Assert.Contains("…", lines[2], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(CellWidth.Of(line), 0, width));
        Assert.Equal(width, CellWidth.Of(lines[1]));
    }

    [Fact]
    public async Task What_does_not_fit_stands_one_below_the_other_with_whole_values()
    {
        var table = await OnTerminalAsync($"SELECT '{Id}' AS first_id, '{Id}' AS id, NULL AS nothing", 80);
        Assert.Equal(
            $"""
            -- row 1 --
            first_id  {Id}
            id        {Id}
            nothing   NULL
            (1 row)

            """,
            table);
    }

    [Theory]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("a\nb\tc\rd", "a\\nb\\tc\\rd")]
    [InlineData("\u009b2J", "\\u009b2J")]
    [InlineData("abc\u202egpj.exe", "abc\\u202egpj.exe")]
    [InlineData("नमस्\u200dते", "नमस्\u200dते")]
    public void Nothing_that_a_terminal_would_obey_is_written_to_it(string text, string shown) => Assert.Equal(shown, CellWidth.Visible(text));

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_such() => Assert.Equal("\\ud83d.😀", CellWidth.Visible("\ud83d" + ".😀"));

    [Fact]
    public async Task A_column_s_name_and_a_list_drive_no_terminal_either()
    {
        var table = await OnTerminalAsync("SELECT [chr(27) || '[2J'] AS \"a\u001b]0;x\u0007\"", 80);
        Assert.DoesNotContain('\u001b', table);
        Assert.DoesNotContain('\u0007', table);
    }

    [Theory]
    [InlineData("timestamptz '2026-01-02 10:00:00.5+00'", "2026-01-02 15:30:00.5+05:30")]
    [InlineData("timestamp '2026-01-02 10:00:00'", "2026-01-02 10:00:00")]
    [InlineData("timestamptz '0001-01-01 00:00:00+00'", "0001-01-01 05:30:00+05:30")]
    [InlineData("timestamptz '9999-12-31 23:00:00+00'", "9999-12-31 23:00:00Z")]
    [InlineData("'infinity'::timestamptz", "infinity")]
    [InlineData("date '2026-01-02'", "2026-01-02")]
    public async Task Times_stand_in_the_reporting_zone_and_say_so(string sql, string shown)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("India", TimeSpan.FromMinutes(330), "India", "India");
        var (output, _) = await Rows.WriteAsync($"SELECT {sql} AS t", RowFormat.Table, (o, e) => new VerbConsole(Stream.Null, o, e, 80, HasInput: false) { Zone = zone });
        Assert.Equal(shown, output.Split('\n')[2]);

        var (json, _) = await Rows.WriteAsync("SELECT timestamptz '2026-01-02 10:00:00+00' AS t", RowFormat.Json, (o, e) => new VerbConsole(Stream.Null, o, e, 80, HasInput: false) { Zone = zone });
        Assert.Contains("\"2026-01-02T10:00:00Z\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_utc_a_time_ends_with_z() =>
        Assert.Equal("2026-01-02 10:00:00Z", (await OnTerminalAsync("SELECT timestamptz '2026-01-02 10:00:00+00' AS t", 80)).Split('\n')[2]);

    [Fact]
    public async Task Colours_mark_names_and_nulls_where_the_terminal_has_them()
    {
        var (output, _) = await Rows.WriteAsync(
            "SELECT 1 AS n, NULL AS t", RowFormat.Table, (o, e) => new VerbConsole(Stream.Null, o, e, 80, HasInput: false) { HasColour = true });
        Assert.Contains("\u001b[1mn\u001b[0m", output, StringComparison.Ordinal);
        Assert.Contains("\u001b[2mNULL\u001b[0m", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm", null, true)]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "1", false)]
    [InlineData("dumb", null, false)]
    [InlineData(null, null, false)]
    public void The_environment_may_forbid_colours(string? term, string? noColour, bool isAllowed) =>
        Assert.Equal(isAllowed, VerbConsole.AllowsColour(new Hashtable { ["TERM"] = term, ["NO_COLOR"] = noColour }));

    [Fact]
    public void A_log_line_and_the_live_line_are_not_glued()
    {
        using var error = new MemoryStream();
        using var console = new VerbConsole(Stream.Null, Stream.Null, error, 20, HasInput: false) { IsErrorTerminal = true };
        console.ErrorLines.Write("before");
        console.ErrorLines.ShowLive("live " + new string('x', 40));
        console.ErrorLines.Write("log");
        console.ErrorLines.EndLive();
        console.ErrorLines.Write("after");
        var live = "live " + new string('x', 13) + "…";
        Assert.Equal($"before\n\r\u001b[K{live}\r\u001b[Klog\n{live}\nafter\n", Encoding.UTF8.GetString(error.ToArray()));
    }

    private static async Task<string> OnTerminalAsync(string sql, int width) => (await WriteAsync(sql, width)).Output;

    private static Task<(string Output, string Error)> WriteAsync(string sql, int? width, int rows = 1000) =>
        Rows.WriteAsync(sql, RowFormat.Table, (output, error) => new VerbConsole(Stream.Null, output, error, width, HasInput: false), rows);
}
