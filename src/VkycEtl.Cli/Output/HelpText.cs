using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace VkycEtl.Cli.Output;

/// <summary>
/// Help as it is read at the prompt: what a verb does, how it is called, each verb below it in one sentence, arguments and options with their defaults,
/// examples. A description's lines that begin with two blanks are its examples; they are never broken, so that they can be pasted.
/// </summary>
internal sealed class HelpText(VerbConsole console) : SynchronousCommandLineAction
{
    private const int WidthOfFiles = 120;
    private const string Indent = "  ";

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    private int Width => Math.Max(40, console.Width ?? WidthOfFiles);

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        console.Out.Write(Of(parseResult.CommandResult.Command));
        return ExitCode.Done;
    }

    private string Of(Command command)
    {
        var lines = (command.Description ?? "").ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var text = new StringBuilder();
        Wrap(text, string.Join(' ', lines.Where(line => !IsExample(line))), indent: 0);
        Section(text, "Usage", [(Usage(command), "")]);
        Section(text, "Verbs", [.. command.Subcommands.Where(verb => !verb.Hidden).Select(verb => (verb.Name, FirstSentence(verb.Description ?? "")))]);
        Section(text, "Arguments", [.. command.Arguments.Where(argument => !argument.Hidden).Select(argument => (argument.Name, argument.Description ?? ""))]);
        Section(text, "Options", [.. command.Options.Where(option => !option.Hidden).Select(option => (Name(option), Description(option)))]);
        Section(text, "Examples", [.. lines.Where(IsExample).Select(line => (line.Trim(), ""))]);
        return text.ToString();
    }

    private static bool IsExample(string line) => line.StartsWith(Indent, StringComparison.Ordinal);

    private static string Usage(Command command)
    {
        var words = new List<string> { command.Name };
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
            words.Insert(0, parent.Name);
        words[0] = "vkyc";
        if (command.Subcommands.Any(verb => !verb.Hidden))
            words.Add("VERB");
        words.AddRange(command.Arguments.Where(argument => !argument.Hidden).Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name));
        words.AddRange(command.Options.Where(option => option.Required).Select(Name));
        words.Add("[options]");
        return string.Join(' ', words);
    }

    private static string Name(Option option)
    {
        var names = string.Join(", ", option.Aliases.OrderBy(alias => alias.Length).Where(alias => !alias.StartsWith('/')).Append(option.Name));
        return option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? names : $"{names} {option.HelpName ?? "VALUE"}";
    }

    private static string Description(Option option)
    {
        var preset = option.HasDefaultValue && option.ValueType != typeof(bool) ? option.GetDefaultValue() : null;
        var isEmpty = preset is null or "" or ICollection { Count: 0 };
        return $"{option.Description}{(option.Required ? " Required." : "")}{(isEmpty ? "" : $" [default: {Settings.SettingValue.Text(preset!)}]")}";
    }

    private static string FirstSentence(string description)
    {
        var line = string.Join(' ', description.ReplaceLineEndings("\n").Split('\n').Where(part => !IsExample(part)));
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is '.' or ':' or ';' && (i == line.Length - 1 || line[i + 1] == ' '))
                return line[..i];
        }

        return line;
    }

    private void Section(StringBuilder text, string title, IReadOnlyList<(string Left, string Right)> rows)
    {
        if (rows.Count == 0)
            return;
        text.Append('\n').Append(title).Append(":\n");
        var left = Math.Min(rows.Max(row => row.Left.Length), 30);
        foreach (var row in rows)
        {
            text.Append(Indent).Append(row.Left);
            if (row.Right.Length > 0 && row.Left.Length > left)
                text.Append('\n').Append(' ', Indent.Length + left + Indent.Length);
            else if (row.Right.Length > 0)
                text.Append(' ', left - row.Left.Length + Indent.Length);
            Wrap(text, row.Right, Indent.Length + left + Indent.Length);
        }
    }

    // Breaks between words; lines after the first are indented. Ends the line.
    private void Wrap(StringBuilder text, string words, int indent)
    {
        var taken = indent;
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (taken > indent && taken + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                taken = indent;
            }

            if (taken > indent)
                text.Append(' ');
            text.Append(word);
            taken += word.Length + (taken > indent ? 1 : 0);
        }

        text.Append('\n');
    }
}
