using System.CommandLine;
using System.Globalization;

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
                var (differing, waiting) = await warehouse.Marts.RebuildAsync(step => context.Console.ErrorLines.Write($"{step} …"), cancellationToken);
                var found = differing == 0 ? "every row was as it had to be" : string.Create(CultureInfo.InvariantCulture, $"{differing:N0} rows were not as they had to be");
                var applied = waiting == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {waiting:N0} {(waiting == 1 ? "load" : "loads")} that waited {(waiting == 1 ? "is" : "are")} applied too");
                await context.Console.Out.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"Rebuilt in {context.Time.GetElapsedTime(begun).TotalSeconds:N1} s; {found}{applied}."));
                return ExitCode.Done;
            },
            cancellationToken));
        return command;
    }
}
