using System.CommandLine;
using System.CommandLine.Completions;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc completion</c>: scripts by which shells complete verbs, options and values.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        # vkyc: completion for bash. Add to ~/.bashrc:  source <(vkyc completion bash)
        _vkyc() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
            line=${line#"${line%%[! ]*}"}
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" completion suggest -- "${line#* }" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _vkyc vkyc

        """;

    private const string Zsh = """
        #compdef vkyc
        # vkyc: completion for zsh. Add to ~/.zshrc:  source <(vkyc completion zsh)
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
        _vkyc() {
            local -a found
            found=(${(f)"$("${words[1]}" completion suggest -- "${(j: :)words[2,CURRENT]}" 2>/dev/null)"})
            if (( $#found )); then compadd -a found; else _files; fi
        }
        compdef _vkyc vkyc

        """;

    private const string Fish = """
        # vkyc: completion for fish. Once:  vkyc completion fish > ~/.config/fish/completions/vkyc.fish
        function __vkyc_complete
            set -l words (commandline -opc)
            set -l program $words[1]
            set -e words[1]
            set -l found ($program completion suggest -- (string join ' ' -- $words (commandline -ct)) 2>/dev/null)
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c vkyc -f -a '(__vkyc_complete)'

        """;

    /// <summary>The verb with a part for each shell.</summary>
    public static Command Create(VerbContext context) => new("completion", """
        Prints a script by which a shell completes vkyc's verbs, options and values.
          source <(vkyc completion bash)      # in ~/.bashrc
          source <(vkyc completion zsh)       # in ~/.zshrc
          vkyc completion fish > ~/.config/fish/completions/vkyc.fish
        """)
    {
        CreateScript(context, "bash", Bash, "source <(vkyc completion bash)"),
        CreateScript(context, "zsh", Zsh, "source <(vkyc completion zsh)"),
        CreateScript(context, "fish", Fish, "vkyc completion fish > ~/.config/fish/completions/vkyc.fish"),
        CreateSuggest(context),
    };

    private static Command CreateScript(VerbContext context, string shell, string script, string example)
    {
        var command = new Command(shell, $"Prints the script for {shell}.\n  {example}");
        command.SetAction((_, cancellationToken) => context.Console.Out.WriteAsync(script.AsMemory(), cancellationToken));
        return command;
    }

    // What the scripts ask: the line up to the cursor, without the program.
    private static Command CreateSuggest(VerbContext context)
    {
        var line = new Argument<string>("LINE") { Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("suggest", "Prints what could stand at the end of a line.") { line };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            foreach (var word in Suggest((RootCommand)parsed.RootCommandResult.Command, parsed.GetValue(line) ?? ""))
                await context.Console.Out.WriteLineAsync(word.AsMemory(), cancellationToken);
        });
        return command;
    }

    private static IEnumerable<string> Suggest(RootCommand root, string line)
    {
        var word = line[(line.LastIndexOf(' ') + 1)..];
        return root.Parse(line).GetCompletions(line.Length)
            .Select(Text)
            .Where(text => text.StartsWith(word, StringComparison.Ordinal) && (text.Length > 2 || word.Length > 1) && !text.StartsWith('/'))
            .Distinct(StringComparer.Ordinal)
            .OrderBy(text => text.StartsWith('-'))
            .ThenBy(text => text, StringComparer.Ordinal);
    }

    private static string Text(CompletionItem item) => item.InsertText ?? item.Label;
}
