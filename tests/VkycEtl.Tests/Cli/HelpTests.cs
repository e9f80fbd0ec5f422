using System.CommandLine;
using System.Text.RegularExpressions;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary>Each verb's help, word for word, in Help/: a new verb or option without its text there fails. RepositoryCopy says how to renew them.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Verbs => [.. Commands().Select(verb => verb.Path)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task The_help_is_the_one_that_was_read_and_approved(string verb)
    {
        var help = await HelpAsync(verb);
        var name = $"{(verb.Length == 0 ? "vkyc" : verb.Replace(' ', '-'))}.txt";
        RepositoryCopy.Check(Path.Combine("Cli", "Help", name), Path.Combine("tests", "VkycEtl.Tests", "Cli", "Help", name), help);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task The_help_has_an_example_and_says_what_each_option_does(string verb)
    {
        Assert.Matches($@"(?m)^ +(\S+ )*(source <\()?(VKYC_\S+ )*vkyc {verb}", await HelpAsync(verb));
        var command = Commands().Single(one => one.Path == verb).Command;
        Assert.All(command.Options.Where(option => !option.Hidden), option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
    }

    [Fact]
    public void Every_verb_that_writes_rows_takes_format_and_utc() => Assert.All(
        Commands().Where(verb => verb.Command.Options.Any(option => option.Name == "--format")),
        verb => Assert.Contains(verb.Command.Options, option => option.Name == "--utc"));

    [Fact]
    public void No_text_is_left_of_a_verb_that_is_gone()
    {
        var known = Commands().Select(verb => $"{(verb.Path.Length == 0 ? "vkyc" : verb.Path.Replace(' ', '-'))}.txt").ToHashSet(StringComparer.Ordinal);
        var texts = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Cli", "Help"), "*.txt").Select(Path.GetFileName);
        Assert.All(texts, text => Assert.Contains(text!, known));
    }

    private static async Task<string> HelpAsync(string verb)
    {
        var (code, output, error) = await Verb.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((ExitCode.Done, ""), (code, error));

        // Help ends lines as the system does, with blanks that no editor keeps.
        return Regex.Replace(output.ReplaceLineEndings("\n"), "[ \n]+\n", match => new string('\n', Math.Min(2, match.Value.Count(character => character == '\n'))), RegexOptions.None, TimeSpan.FromSeconds(5)).TrimEnd() + "\n";
    }

    private static List<(string Path, Command Command)> Commands()
    {
        using var console = new VerbConsole(Stream.Null, Stream.Null, Stream.Null, Width: null, HasInput: false);
        return [.. Below("", VkycCommand.Create(new VerbContext(console, TimeProvider.System), CommonOptions.Utc()))];
    }

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command) =>
        command.Subcommands.Where(verb => !verb.Hidden).SelectMany(verb => Below($"{path} {verb.Name}".Trim(), verb)).Prepend((path, command));
}
