using System.Text.Json;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Logs;

namespace VkycEtl.Tests.Cli.Logs;

public sealed class LogFormatsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 10, 0, 0, 123, TimeSpan.Zero);

    private static readonly LogLine Line = new(
        Now, LogLevel.Warning, new EventId(3001, "Retrying"), "VkycEtl.Pipeline.Load.BatchLoader", "load 7 failed: it's \"away\" +1 é",
        [new("LoadId", 7), new("Fault", "it's \"away\" +1 é"), new("Delay", TimeSpan.FromSeconds(2)), new("Message", "own"), new("Level", LogLevel.Debug), new("{OriginalFormat}", "load {LoadId}")],
        Exception: null);

    [Fact]
    public void Json_is_one_flat_object_with_each_fact_once() => Assert.Equal(
        """{"ts":"2026-01-02T10:00:00.123Z","level":"warning","id":3001,"name":"Retrying","category":"VkycEtl.Pipeline.Load.BatchLoader","message":"load 7 failed: it's \"away\" +1 é","loadId":7,"fault":"it's \"away\" +1 é","delay":"00:00:02","message_":"own","level_":"Debug"}""",
        LogFormats.Json(Line));

    [Fact]
    public void An_exception_is_whole_in_json_and_one_line_in_text()
    {
        var line = Line with { Exception = new InvalidOperationException("broken\nin two") };
        using var parsed = JsonDocument.Parse(LogFormats.Json(line));
        Assert.Equal(line.Exception.ToString(), parsed.RootElement.GetProperty("exception").GetString());
        Assert.DoesNotContain('\n', LogFormats.Json(line));
        Assert.EndsWith("é: InvalidOperationException: broken\\nin two", LogFormats.Text(line, TimeZoneInfo.Utc), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_a_line_with_the_number_that_the_docs_know() =>
        Assert.Equal("10:00:00 warning [3001] load 7 failed: it's \"away\" +1 é", LogFormats.Text(Line, TimeZoneInfo.Utc));

    [Fact]
    public void A_line_of_others_names_them()
    {
        var line = Line with { Category = "Microsoft.AspNetCore.Server.Kestrel", Message = "\u001b[2Jx" };
        Assert.Equal("10:00:00 warning Microsoft.AspNetCore.Server.Kestrel \\u001b[2Jx", LogFormats.Text(line, TimeZoneInfo.Utc));
    }
}
