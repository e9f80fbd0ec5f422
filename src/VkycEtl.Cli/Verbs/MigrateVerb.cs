using System.CommandLine;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc migrate</c>: brings the warehouse to the current schema.</summary>
internal static class MigrateVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("migrate", """
            Brings the warehouse's tables, columns and views to the current scripts and schemas. Idempotent; safe when several start at once.
              vkyc migrate
            """)
        {
            data, settings,
        };
        command.SetAction((parsed, cancellationToken) => WarehouseAccess.RunAsync(
            context,
            new WarehouseCall("migrate", parsed.GetValue(data)!, parsed.GetValue(settings)) { MakesDirectory = true, CarriedArguments = ["migrate"] },
            async warehouse =>
            {
                var done = await warehouse.MigrateAsync(cancellationToken);
                foreach (var line in done)
                    await context.Console.Out.WriteLineAsync(line);
                if (done.Count == 0)
                    await context.Console.Out.WriteLineAsync("The warehouse is up to date.");
                return ExitCode.Done;
            },
            cancellationToken));
        return command;
    }
}
