using System.CommandLine;
using System.Data;
using System.Data.Common;
using System.Text;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Npgsql;
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
        var sql = new Argument<string?>("SQL") { Description = "The statement; - is standard input, which is read as well where it is no terminal and neither SQL nor --file is given.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "File with the statement; - is standard input.", HelpName = "FILE" };
        var example = new Option<string?>("--example") { Description = "Run one of the ready questions; without N: list them.", HelpName = "N", Arity = ArgumentArity.ZeroOrOne };
        var format = CommonOptions.Format();
        var rows = new Option<int>("--rows") { Description = "Most rows of a table; 0: all. The other formats have no limit.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        var parameters = new Option<string[]>("--param")
        {
            Description = "A value for $name (also @name or :name) in the statement; may be repeated.",
            HelpName = "name=value",
            DefaultValueFactory = _ => [],
        };
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("query", """
            Runs read-only SQL on the warehouse. Tables are in schema vkyc: events, transactions, call_attempts, a view an event type, and
            views that count: funnel_daily, sla_daily, outcomes_daily and others. A value is taken for the type that its
            place needs; where that is not clear, the statement says it: $day::date. A table fits the terminal; rows too wide for it are shown one
            below the other. DuckDB also reads your own files: FROM read_csv('/home/me/agents.csv').
              vkyc query "SELECT event_type, count(*) AS events FROM vkyc.events GROUP BY event_type ORDER BY event_type"
              vkyc query --example
              vkyc query --example 2
              vkyc query --file funnel.sql --param app=appa-vkyc --format csv > funnel.csv
              echo "SELECT max(event_time) FROM vkyc.events" | vkyc query --utc
            """)
        {
            sql, file, example, format, rows, parameters, data, settings,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isExample = parsed.GetResult(example) is not null;
            if (isExample && (parsed.GetValue(sql) ?? parsed.GetValue(file)) is not null)
                throw new VerbFault(ExitCode.Usage, "give the statement, --file or --example, and one of them only.");
            var chosen = parsed.GetValue(format);
            if (isExample && parsed.GetValue(example) is null)
                return await Examples.ListAsync(chosen, context.Console, cancellationToken);
            var text = isExample ? Examples.Find(parsed.GetValue(example)!).Sql : await ReadSqlAsync(parsed.GetValue(sql), parsed.GetValue(file), context.Console, cancellationToken);
            var query = new Statement(text, Statement.ParseParameters(parsed.GetValue(parameters) ?? []));
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
                async warehouse =>
                {
                    var begun = context.Time.GetUtcNow().UtcDateTime;
                    var code = await RunAsync(warehouse, query, chosen, limit, context.Console, cancellationToken);
                    if (chosen == RowFormat.Table && context.Console.Width is not null)
                        await context.Console.Out.WriteLineAsync($"as of {CellText.ZonedTime(begun, context.Console.Zone)}");
                    return code;
                },
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        IWarehouse warehouse, Statement query, RowFormat format, int rows, VerbConsole console, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await using var transaction = warehouse.Engine == "postgres" ? await BeginReadOnlyAsync(connection, cancellationToken) : null;
        try
        {
            return await RunAsync(query.CreateCommand(connection, warehouse.Engine), transaction, format, rows, console, cancellationToken);
        }
        catch (DuckDBException exception) when (exception.ErrorType == DuckDBErrorType.Binder && query.HasNumbers)
        {
            // Nothing is written yet: DuckDB binds a statement before it runs.
            return await RunAsync(query.CreateCommand(connection, warehouse.Engine, asNumbers: true), transaction, format, rows, console, cancellationToken);
        }
    }

    private static async Task<int> RunAsync(
        DbCommand command, DbTransaction? transaction, RowFormat format, int rows, VerbConsole console, CancellationToken cancellationToken)
    {
        await using var disposing = command;
        await using var cancelling = cancellationToken.Register(command.Cancel);
        var results = 0;
        try
        {
            if (transaction is not null)
                await DemandResultAsync(command, transaction, cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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
        catch (DuckDBException exception) when (results > 0)
        {
            throw new VerbFault(Faults.Judge(exception).Code, Faults.Judge(exception).Message, exception);
        }
        catch (PostgresException exception) when (exception.Position > 0)
        {
            throw new VerbFault(Faults.Judge(exception).Code, $"{Faults.Judge(exception).Message}\n{SqlPlace.Of(command.CommandText, exception.Position)}", exception);
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
            if (sql == "-")
                (sql, file) = (null, "-");
            sql ??= file is not null and not "-" ? await File.ReadAllTextAsync(file, cancellationToken) : await ReadInputAsync();
        }
        catch (IOException exception)
        {
            throw new VerbFault(ExitCode.Usage, $"--file {file}: {exception.Message}", exception);
        }

        return string.IsNullOrWhiteSpace(sql)
            ? throw new VerbFault(ExitCode.Usage, "the statement is empty: vkyc query \"SELECT …\", or --file FILE, or through standard input; --example lists ready ones.")
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
