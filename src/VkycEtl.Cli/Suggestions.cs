using System.CommandLine;
using System.CommandLine.Parsing;
using VkycEtl.Cli.Settings;

namespace VkycEtl.Cli;

/// <summary>What was wrong with a command line, each fault in a line that says what would be right.</summary>
internal static class Suggestions
{
    /// <summary>The faults of a command line that was not understood.</summary>
    public static IReadOnlyList<string> Faults(ParseResult parsed)
    {
        string[] misspelt = [.. Misspelt(parsed)];
        if (misspelt.Length > 0)
            return [.. misspelt.Select(word => Unknown(parsed.CommandResult.Command, word))];
        if (parsed.UnmatchedTokens is { Count: > 0 } unknown)
            return [.. unknown.Select(word => Unknown(parsed.CommandResult.Command, word))];

        return [.. parsed.Errors.Select(error => (error.SymbolResult is { } where ? NotAllowed(where, error.Message) : null) ?? Plain(parsed, error)).Distinct(StringComparer.Ordinal)];
    }

    // Options that there are not, and that were taken for an argument: --formt is no SQL.
    private static IEnumerable<string> Misspelt(ParseResult parsed) => parsed.CommandResult.Command.Hidden ? [] : parsed.CommandResult.Children
        .OfType<ArgumentResult>()
        .SelectMany(argument => argument.Tokens)
        .Select(token => token.Value)
        .Concat(parsed.UnmatchedTokens)
        .Where(word => word.Length > 2 && word.StartsWith("--", StringComparison.Ordinal) && word[2..].All(character => char.IsAsciiLetterLower(character) || character == '-'));

    /// <summary>The nearest of the words that are known; null where none is near.</summary>
    internal static string? Nearest(string word, IEnumerable<string> known)
    {
        var (nearest, least) = known.Select(candidate => (candidate, Distance(word.ToLowerInvariant(), candidate))).OrderBy(pair => pair.Item2).FirstOrDefault();
        return nearest is not null && least <= Math.Max(1, nearest.TrimStart('-').Length / 2) ? nearest : null;
    }

    private static string Unknown(Command command, string word)
    {
        var isOption = word.StartsWith('-');
        var known = isOption
            ? command.Options.Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);
        string[] names = [.. known];
        if (!isOption && names.Length == 0)
            return $"{Visible(word)}: nothing is expected here.{(word.Contains(' ', StringComparison.Ordinal) ? "" : " A text of several words stands in quotes.")}";
        var what = isOption ? "there is no such option" : "there is no such verb";
        return Nearest(word, names) is { } near ? $"{Visible(word)}: {what}; did you mean {near}?" : $"{Visible(word)}: {what}; there are {string.Join(", ", names)}.";
    }

    private static string? NotAllowed(SymbolResult result, string message)
    {
        var (name, type) = result switch
        {
            OptionResult option => (option.Option.Name, option.Option.ValueType),
            ArgumentResult { Parent: OptionResult option } => (option.Option.Name, option.Option.ValueType),
            ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType),
            _ => ("", typeof(object)),
        };
        type = Nullable.GetUnderlyingType(type) ?? type;

        // What begins with the name was said by a check of ours, which knows better.
        return !message.StartsWith(name, StringComparison.Ordinal) && result.Tokens is [var token] && SettingValue.IsSimple(type) && SettingValue.Parse(token.Value, type) is null
            ? $"{name} {Visible(token.Value)}: must be {SettingValue.Allowed(type)}."
            : null;
    }

    private static string Plain(ParseResult parsed, ParseError error) => error.SymbolResult is CommandResult { Command.Subcommands.Count: > 0 } && parsed.CommandResult.Command.Action is null
        ? $"a verb is missing; there are {string.Join(", ", parsed.CommandResult.Command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name))}."
        : error.Message;

    private static string Visible(string word) => Output.CellWidth.Visible(word);

    // Levenshtein's, with two neighbours that changed places as one step.
    private static int Distance(string one, string other)
    {
        var steps = Enumerable.Range(0, one.Length + 1).Select(i => Enumerable.Range(i, other.Length + 1).ToArray()).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                var change = one[i - 1] == other[j - 1] ? 0 : 1;
                steps[i][j] = Math.Min(Math.Min(steps[i - 1][j] + 1, steps[i][j - 1] + 1), steps[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    steps[i][j] = Math.Min(steps[i][j], steps[i - 2][j - 2] + 1);
            }
        }

        return steps[one.Length][other.Length];
    }
}
