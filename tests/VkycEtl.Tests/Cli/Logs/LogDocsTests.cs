using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using VkycEtl.Cli;
using VkycEtl.Page;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Cli.Logs;

/// <summary>ops/LOGS.md lists every line that we log. RepositoryCopy says how to renew it; what to do about a line is written by hand, and kept.</summary>
public sealed class LogDocsTests
{
    private const string Head = """
        # Log lines

        Every line that vkyc logs, by its number. On a terminal a line is `15:04:05 warning [3001] text`; elsewhere one JSON object: `ts` (UTC), `level`, `id`,
        `name`, `category`, `message`, the values of the text by their names (`{Partition}` is `partition`), and `exception`. `Logging:Format` = `Auto`, `Json` or
        `Text` chooses; `Logging:LogLevel` sets what is logged. Payloads and secrets are never logged. [RUNBOOK.md](RUNBOOK.md) begins from what is seen.

        The table is made from the source and held against it by a test (`VKYC_RENEW=$PWD dotnet test tests/VkycEtl.Tests` adds new lines); the last column is
        written by hand.

        | id | level | name | text | what to do |
        |---|---|---|---|---|

        """;

    // Numbers of an assembly's lines: a number tells where a line comes from.
    private static readonly (Assembly Assembly, int First, int Last)[] Ranges =
    [
        (typeof(ReceiverOptions).Assembly, 1000, 1999),
        (typeof(IWarehouse).Assembly, 2000, 3999),
        (typeof(VkycCommand).Assembly, 4000, 4999),
        (typeof(RawEvent).Assembly, 5000, 5999),
        (typeof(PageOptions).Assembly, 6000, 6999),
    ];

    private static IEnumerable<(Assembly Assembly, string Name, LoggerMessageAttribute Message)> Lines =>
        from range in Ranges
        from type in range.Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        orderby message.EventId
        select (range.Assembly, message.EventName ?? method.Name, message);

    [Fact]
    public void Every_line_is_in_the_table_with_what_to_do()
    {
        var written = WrittenByHand();
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var (_, name, message) in Lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {message.EventId} | {message.Level} | {name} | {message.Message.Replace("|", "\\|", StringComparison.Ordinal)} | ")
                .Append(written.GetValueOrDefault(message.EventId, "")).Append(" |\n");
        }

        RepositoryCopy.Check(Path.Combine("ops", "LOGS.md"), Path.Combine("ops", "LOGS.md"), text.ToString());
        Assert.All(Lines, line => Assert.True(written.GetValueOrDefault(line.Message.EventId, "").Length > 0, $"ops/LOGS.md does not say what to do about {line.Message.EventId} {line.Name}"));
    }

    [Fact]
    public void A_number_means_one_line_and_lies_in_its_assembly_s_range()
    {
        Assert.Equal(Lines.Count(), Lines.Select(line => line.Message.EventId).Distinct().Count());
        Assert.All(Lines, line =>
        {
            var (_, first, last) = Ranges.Single(range => range.Assembly == line.Assembly);
            Assert.InRange(line.Message.EventId, first, last);
        });
    }

    private static Dictionary<int, string> WrittenByHand()
    {
        var file = RepositoryCopy.RenewAt is { } root ? Path.Combine(root, "ops", "LOGS.md") : Path.Combine(AppContext.BaseDirectory, "ops", "LOGS.md");
        if (!File.Exists(file))
            return [];
        return File.ReadLines(file)
            .Where(line => line.Length > 3 && char.IsAsciiDigit(line[2]))
            .ToDictionary(line => int.Parse(line[2..line.IndexOf(' ', 2)], CultureInfo.InvariantCulture), line => line[(line.LastIndexOf(" | ", line.Length - 2, StringComparison.Ordinal) + 3)..^2].Trim());
    }
}
