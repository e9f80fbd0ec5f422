using System.CommandLine;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;

namespace VkycEtl.Cli.Verbs;

/// <summary>Options that several verbs have, with one name and one meaning.</summary>
internal static class CommonOptions
{
    /// <summary><c>--data DIR</c>.</summary>
    public static Option<string> Data() => new("--data")
    {
        Description = "Directory with the DuckDB file and what else is kept on this machine.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(".", DataDirectory.Default),
    };

    /// <summary><c>--settings FILE</c>.</summary>
    public static Option<string?> Settings() => new("--settings")
    {
        Description = "Settings file to read instead of the appsettings.json beside the program.",
        HelpName = "FILE",
    };

    /// <summary><c>--format</c>.</summary>
    public static Option<RowFormat> Format()
    {
        var format = new Option<RowFormat>("--format")
        {
            Description = "How rows are written: a table for people; csv, json and jsonl hold whole values, with times in UTC. [default: table]",
            HelpName = "table|csv|json|jsonl",
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse<RowFormat>(text, ignoreCase: true, out var chosen))
                    return chosen;
                result.AddError($"--format {text}: must be table, csv, json or jsonl.");
                return default;
            },
        };
        format.CompletionSources.Clear();
        format.CompletionSources.Add([.. Enum.GetValues<RowFormat>().Select(Name)]);
        return format;
    }

    /// <summary><c>--utc</c>: every verb that has <c>--format</c> has it too.</summary>
    public static Option<bool> Utc() => new("--utc") { Description = "Times of a table in UTC, not in the reporting zone (Reporting:TimeZone)." };

    /// <summary>The name of a format as options write it.</summary>
    public static string Name(RowFormat format) => format.ToString().ToLowerInvariant();
}
