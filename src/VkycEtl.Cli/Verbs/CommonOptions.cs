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
    public static Option<RowFormat> Format() => new("--format")
    {
        Description = "How rows are written: table, csv, json or jsonl.",
        HelpName = "table|csv|json|jsonl",
        DefaultValueFactory = _ => RowFormat.Table,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse<RowFormat>(text, ignoreCase: true, out var format))
                return format;
            result.AddError($"--format {text}: must be table, csv, json or jsonl.");
            return default;
        },
    };

    /// <summary>The name of a format as options write it.</summary>
    public static string Name(RowFormat format) => format.ToString().ToLowerInvariant();
}
