using System.CommandLine;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

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
        var schemas = new Option<string[]>("--schemas") { Hidden = true, AllowMultipleArgumentsPerToken = true };
        command.Options.Add(schemas);
        command.SetAction((parsed, cancellationToken) =>
        {
            var (directory, file) = (parsed.GetValue(data)!, parsed.GetValue(settings));
            var directories = context.Schemas ?? Warehouses.Schemas(VkycSettings.Load(file, new DataDirectory(directory)));
            if (context.Schemas is not null)
                RequireSame(context.Schemas, parsed.GetValue(schemas) ?? []);
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("migrate", directory, file)
                {
                    MakesDirectory = true,
                    Schemas = directories,
                    CarriedArguments = ["migrate", .. directories.Added.SelectMany(added => (string[])["--schemas", added])],
                },
                warehouse => RunAsync(context, warehouse, directories.Load(), cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(VerbContext context, IWarehouse warehouse, SchemaSet schemas, CancellationToken cancellationToken)
    {
        var done = await warehouse.Migration.RunAsync(schemas, cancellationToken);
        foreach (var line in done)
            await context.Console.Out.WriteLineAsync(line);
        if (done.Count == 0)
            await context.Console.Out.WriteLineAsync("The warehouse is up to date.");
        return ExitCode.Done;
    }

    /// <summary>The owner of the warehouse loads by its own files: to migrate to others would leave it behind.</summary>
    private static void RequireSame(SchemaDirectories own, IReadOnlyList<string> asked)
    {
        if (own.Added.SequenceEqual(asked, StringComparer.Ordinal))
            return;
        throw new VerbFault(
            ExitCode.Usage,
            $"the process that owns the warehouse runs with Schemas:Directory = {Shown(own.Added)}, and here it is {Shown(asked)}: give both the same, and start that process again.");
    }

    private static string Shown(IReadOnlyList<string> directories) => directories.Count == 0 ? "(none)" : string.Join(", ", directories);
}
