using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Cli;

/// <summary>The command line: every verb, and how one is run.</summary>
internal static class VkycCommand
{
    /// <summary>Parses and runs; every fault becomes one line and an exit code.</summary>
    public static async Task<int> RunAsync(VerbContext context, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            var utc = CommonOptions.Utc();
            var parsed = Create(context, utc).Parse(arguments is ["help", ..] ? [.. arguments.Skip(1), "--help"] : arguments);
            if (Suggestions.Faults(parsed) is { Count: > 0 } faults)
            {
                foreach (var fault in faults)
                    await context.Console.Error.WriteLineAsync($"vkyc: {fault}");
                await context.Console.Error.WriteLineAsync($"vkyc: see {Path(parsed.CommandResult)} --help");
                return ExitCode.Usage;
            }

            context.Console.WantsUtc = parsed.GetValue(utc);
            if (context.Warehouse is null && parsed.CommandResult.Command.Options.Any(option => option.Name == "--settings"))
            {
                foreach (var hint in SettingsSource.Hints(Environment.GetEnvironmentVariables(), [.. VkycSettings.Sections.Select(section => section.Name)]))
                    await context.Console.Error.WriteLineAsync(hint);
            }

            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = context.Console.Out,
                    Error = context.Console.Error,
                    EnableDefaultExceptionHandler = false,

                    // Signals are ours: a graceful stop takes as long as its drain.
                    ProcessTerminationTimeout = null,
                },
                cancellationToken);
        }
        catch (Exception exception)
        {
            return Faults.Report(exception, context.Console);
        }
    }

    /// <summary>The verb as it is typed, whole: <c>vkyc progress set</c>.</summary>
    private static string Path(CommandResult verb) =>
        verb.Parent is CommandResult parent ? $"{Path(parent)} {verb.Command.Name}" : "vkyc";

    /// <summary>The whole command line.</summary>
    /// <param name="context">What verbs run in.</param>
    /// <param name="utc">Becomes an option of every verb that writes rows.</param>
    internal static RootCommand Create(VerbContext context, Option<bool> utc)
    {
        var root = CreateVerbs(context);
        foreach (var verb in All(root).Where(verb => verb.Options.Any(option => option.Name == "--format")))
            verb.Add(utc);
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpText(context.Console);
        return root;
    }

    /// <summary>A command and all below it.</summary>
    internal static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    /// <summary>The table of contents.</summary>
    private static RootCommand CreateVerbs(VerbContext context) => new("""
        Video-KYC webhooks to typed rows, exactly once.
        'vkyc VERB --help' tells more about a verb.
        Exit codes: 0 done, 1 the check found something, 2 usage or settings, 3 a server could not be reached, 4 stopped by a fault that a restart will
        not mend, 5 a fault of ours.
          vkyc up --simulate 2000
          vkyc query "SELECT event_type, count(*) FROM vkyc.events GROUP BY event_type"
        """)
    {
        UpVerb.Create(context),
        ReceiverVerb.Create(context),
        WorkerVerb.Create(context),
        PageVerb.Create(context),
        MigrateVerb.Create(context),
        SchemaVerb.Create(context),
        QueryVerb.Create(context),
        AuditVerb.Create(context),
        MartsVerb.Create(context),
        ProgressVerb.Create(context),
        QuarantineVerb.Create(context),
        TraceVerb.Create(context),
        SimulateVerb.Create(context),
        DoctorVerb.Create(context),
        SettingsVerb.Create(context),
        CompletionVerb.Create(context),
    };
}
