using System.CommandLine;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Schemas;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc schema list · check · ddl</c>: the schemas, whether they hold, and what migrate would make of them.</summary>
internal static class SchemaVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context) => new("schema", """
        The schemas of events: what there is, whether it holds, and what migrate would do with it. From a webhook to a column: avro/README.md.
          vkyc schema list
          vkyc schema check ./schemas --files-only
        """)
    {
        List(context), Check(context), Ddl(context),
    };

    private static Command List(VerbContext context)
    {
        var (directories, data, settings) = (Directories(), CommonOptions.Data(), CommonOptions.Settings());
        var format = CommonOptions.Format();
        var command = new Command("list", """
            Lists event types, their views, and which key of the event fills which column. Needs no warehouse.
              vkyc schema list
              vkyc schema list --format csv
            """)
        {
            directories, format, data, settings,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var schemas = Find(context, parsed, directories, data, settings, out _).Load();
            using var rows = SchemaRows.Of(schemas, isShort: parsed.GetValue(format) == RowFormat.Table);
            await using var reader = rows.CreateDataReader();
            await RowWriter.WriteAsync(reader, parsed.GetValue(format), context.Console, tableRows: 0, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Check(VerbContext context)
    {
        var (directories, data, settings) = (Directories(), CommonOptions.Data(), CommonOptions.Settings());
        var format = CommonOptions.Format();
        var filesOnly = new Option<bool>("--files-only") { Description = "Check the files alone, without a warehouse." };
        var command = new Command("check", """
            Checks every schema file, alone and together with the others, and then against what is deployed in the warehouse. Exit code 1, with
            every fault (file, field, rule, cure), where something does not hold; 3 where the warehouse cannot be reached.
              vkyc schema check
              vkyc schema check ./schemas --files-only
            """)
        {
            directories, filesOnly, format, data, settings,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var found = Find(context, parsed, directories, data, settings, out var isNewDuckDb);
            var report = new SchemaReport(context.Console, parsed.GetValue(format));
            SchemaSet schemas;
            try
            {
                schemas = found.Load();
            }
            catch (SchemaFaultsException faulty)
            {
                return await report.WriteAsync(faulty.Faults, parsed.GetValue(filesOnly) ? "" : "They are held against the warehouse once the files are mended.", cancellationToken);
            }

            if (parsed.GetValue(filesOnly))
                return await report.WriteAsync(schemas, "not held against a warehouse", cancellationToken);
            if (isNewDuckDb && context.Warehouse is null)
                return await report.WriteAsync(schemas, "nothing is deployed yet", cancellationToken);
            return await WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("schema check", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    Schemas = found,
                    CarriedArguments = ["schema", "check", .. found.Added, "--format", CommonOptions.Name(parsed.GetValue(format))],
                },
                async warehouse =>
                {
                    var (faults, isMigrated) = await warehouse.Migration.CompareAsync(schemas, cancellationToken);
                    return faults.Count > 0
                        ? await report.WriteAsync(faults, "What is deployed stays: other workers, reports and archives rest on it.", cancellationToken)
                        : await report.WriteAsync(schemas, isMigrated ? "against what is deployed" : "nothing is deployed yet", cancellationToken);
                },
                cancellationToken);
        });
        return command;
    }

    private static Command Ddl(VerbContext context)
    {
        var (directories, data, settings) = (Directories(), CommonOptions.Data(), CommonOptions.Settings());
        var all = new Option<bool>("--all") { Description = "Print what an empty warehouse would get; connects to none." };
        var engine = new Option<string?>("--engine") { Description = "With --all: the engine, if not that of the settings.", HelpName = "duckdb|postgres" };
        engine.AcceptOnlyFromAmong("duckdb", "postgres");
        var command = new Command("ddl", """
            Prints the SQL that migrate would run now, and runs nothing.
              vkyc schema ddl
              vkyc schema ddl --all --engine postgres
            """)
        {
            directories, all, engine, data, settings,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var found = Find(context, parsed, directories, data, settings, out var isNewDuckDb);
            var isAll = parsed.GetValue(all) || parsed.GetValue(engine) is not null || (isNewDuckDb && context.Warehouse is null);
            if (isAll)
            {
                var given = VkycSettings.Load(parsed.GetValue(settings), new DataDirectory(parsed.GetValue(data)!));
                var chosen = parsed.GetValue(engine) ?? given.Warehouse.Engine;
                return await PrintAsync(context, WarehouseEngines.CreateMigration(chosen, given.Warehouse, given.Reporting, context.Time).PrintFromNothing(found.Load()));
            }

            return await WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("schema ddl", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    Schemas = found,
                    CarriedArguments = ["schema", "ddl", .. found.Added],
                },
                async warehouse => await PrintAsync(context, await warehouse.Migration.PrintAsync(found.Load(), cancellationToken)),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> PrintAsync(VerbContext context, string sql)
    {
        await context.Console.Out.WriteAsync(sql.Length == 0 ? "-- The warehouse is up to date: migrate would do nothing.\n" : sql);
        return ExitCode.Done;
    }

    private static Argument<string[]> Directories() => new("DIR")
    {
        Description = "Directories that add to the program's own schemas, in place of Schemas:Directory.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Where the schemas are; of a carried verb that names none, where the owner of the warehouse has them.</summary>
    private static SchemaDirectories Find(
        VerbContext context, ParseResult parsed, Argument<string[]> directories, Option<string> data, Option<string?> settings, out bool isNewDuckDb)
    {
        var directory = new DataDirectory(parsed.GetValue(data)!);
        var given = VkycSettings.Load(parsed.GetValue(settings), directory);
        isNewDuckDb = given.IsDuckDb && !directory.Exists;
        var named = parsed.GetValue(directories) ?? [];
        return named.Length == 0 && context.Schemas is { } own ? own : Warehouses.Schemas(given, named);
    }
}
