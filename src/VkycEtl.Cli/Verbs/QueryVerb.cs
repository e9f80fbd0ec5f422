using System.CommandLine;
using System.Data;
using System.Data.Common;
using System.Text;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc query</c>: read-only SQL on the warehouse.</summary>
internal static class QueryVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var sql = new Argument<string?>("SQL") { Description = "The statement; else it comes from --file or standard input.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "File with the statement; - is standard input.", HelpName = "FILE" };
        var format = CommonOptions.Format();
        var rows = new Option<int>("--rows") { Description = "Most rows of a table; 0: all. The other formats have no limit.", DefaultValueFactory = _ => 1000 };
        var parameters = new Option<string[]>("--param")
        {
            Description = "A value for $name (also @name or :name) in the statement; may be repeated.",
            HelpName = "name=value",
            DefaultValueFactory = _ => [],
        };
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("query", """
            Runs read-only SQL on the warehouse.
              vkyc query "SELECT event_type, count(*) AS events FROM vkyc.events GROUP BY event_type ORDER BY event_type"
              vkyc query --file funnel.sql --param app=appa-vkyc --format csv
            """)
        {
            sql, file, format, rows, parameters, data, settings,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = await ReadSqlAsync(parsed.GetValue(sql), parsed.GetValue(file), context.Console, cancellationToken);
            var query = new Statement(text, Statement.ParseParameters(parsed.GetValue(parameters) ?? []));
            var chosen = parsed.GetValue(format);
            var limit = parsed.GetValue(rows);
            return await WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("query", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    CarriedArguments =
                    [
                        "query", "--format", CommonOptions.Name(chosen), "--rows", $"{limit}",
                        .. (parsed.GetValue(parameters) ?? []).SelectMany(parameter => (string[])["--param", parameter]),
                    ],
                    CarriedInput = Encoding.UTF8.GetBytes(text),
                },
                warehouse => RunAsync(warehouse, query, chosen, limit, context.Console, cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        IWarehouse warehouse, Statement query, RowFormat format, int rows, VerbConsole console, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await using var transaction = warehouse.Engine == "postgres" ? await BeginReadOnlyAsync(connection, cancellationToken) : null;
        await using var command = query.CreateCommand(connection, warehouse.Engine);
        await using var cancelling = cancellationToken.Register(command.Cancel);
        try
        {
            if (transaction is not null)
                await DemandResultAsync(command, transaction, cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var results = 0;
            do
            {
                if (reader.FieldCount == 0)
                    continue;
                if (results++ > 0 && format != RowFormat.Table)
                    throw new VerbFault(ExitCode.Usage, "there are several statements with results; give one at a time, or --format table.");
                await RowWriter.WriteAsync(reader, format, console, rows, cancellationToken);
            }
            while (await reader.NextResultAsync(cancellationToken));
            return ExitCode.Done;
        }
        catch (DbException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>
    /// A read-only transaction that has read already: from then on PostgreSQL lets nobody make it a writing one, whatever the statement is.
    /// </summary>
    private static async Task<DbTransaction> BeginReadOnlyAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var first = connection.CreateCommand();
        first.CommandText = "SELECT 1 FROM pg_catalog.pg_class LIMIT 1";
        await first.ExecuteScalarAsync(cancellationToken);
        return transaction;
    }

    /// <summary>Refuses, before it runs, what gives no result: COPY, DO, SET, COMMIT and the like are no queries.</summary>
    private static async Task DemandResultAsync(DbCommand command, DbTransaction transaction, CancellationToken cancellationToken)
    {
        command.Transaction = transaction;
        await using var described = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellationToken);
        if (described.FieldCount == 0)
            throw new VerbFault(ExitCode.Usage, "this is no query: vkyc query reads, and takes one statement that gives a result.");
    }

    private static async Task<string> ReadSqlAsync(string? sql, string? file, VerbConsole console, CancellationToken cancellationToken)
    {
        if (sql is not null && file is not null)
            throw new VerbFault(ExitCode.Usage, "give the statement or --file, not both.");
        try
        {
            sql ??= file is not null and not "-" ? await File.ReadAllTextAsync(file, cancellationToken) : await ReadInputAsync();
        }
        catch (IOException exception)
        {
            throw new VerbFault(ExitCode.Usage, $"--file {file}: {exception.Message}", exception);
        }

        return string.IsNullOrWhiteSpace(sql)
            ? throw new VerbFault(ExitCode.Usage, "the statement is empty: vkyc query \"SELECT …\", or --file FILE, or through standard input.")
            : sql;

        async Task<string> ReadInputAsync()
        {
            if (!console.HasInput && file is null)
                return "";
            using var reader = new StreamReader(console.Input, leaveOpen: true);
            return await reader.ReadToEndAsync(cancellationToken);
        }
    }
}
