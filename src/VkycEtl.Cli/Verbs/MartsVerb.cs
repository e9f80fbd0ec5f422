using System.CommandLine;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc marts rebuild</c>: derives all derived tables from all events.</summary>
internal static class MartsVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context) => new("marts", "The derived tables: vkyc.call_attempts, vkyc.transactions and what the views count from.")
    {
        Rebuild(context),
    };

    private static Command Rebuild(VerbContext context)
    {
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("rebuild", """
            Derives everything again from vkyc.events, in one transaction: readers see what was there until it is done, and loading goes on. The result is
            what the worker keeps up anyway; needed only after rows of vkyc.events were changed by hand. Safe to run at any time.
              vkyc marts rebuild
            """)
        {
            data, settings,
        };
        command.SetAction((parsed, cancellationToken) => WarehouseAccess.RunAsync(
            context,
            new WarehouseCall("marts", parsed.GetValue(data)!, parsed.GetValue(settings)) { CarriedArguments = ["marts", "rebuild"] },
            async warehouse =>
            {
                var begun = context.Time.GetTimestamp();
                var changed = await warehouse.Marts.RebuildAsync(step => context.Console.ErrorLines.Write($"{step} …"), cancellationToken);
                await context.Console.Out.WriteLineAsync(
                    $"Rebuilt in {context.Time.GetElapsedTime(begun).TotalSeconds:N1} s; {(changed == 0 ? "every row was as it had to be" : $"{changed:N0} rows were not as they had to be")}.");
                return ExitCode.Done;
            },
            cancellationToken));
        return command;
    }
}
