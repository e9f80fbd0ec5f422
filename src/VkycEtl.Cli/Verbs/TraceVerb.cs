using System.CommandLine;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Trace;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc trace</c>: one transaction from raw offsets to rows.</summary>
internal static class TraceVerb
{
    /// <summary>How a trace is written.</summary>
    private enum Form
    {
        Text,
        Json,
    }

    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var transaction = new Argument<string>("TRANSACTION") { Description = "The transaction's id, letter by letter." };
        var app = new Option<string?>("--app") { Description = "The application's id; needed where several know the transaction, and quicker: its key is an index.", HelpName = "ID" };
        var search = new Option<long>("--search")
        {
            Description = "Most records of the raw topic to read for duplicate deliveries and for those that are not loaded yet; 0: none.",
            HelpName = "N",
            DefaultValueFactory = _ => 200_000,
        };
        search.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var value) && value < 0)
                result.AddError($"--search {value}: must be 0 or more.");
        });
        var format = Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("trace", """
            Follows one transaction from raw offsets to rows: its events in order, with coordinates, times, lag and issues; its call attempts and its row;
            what of it is in quarantine, conflicting copies too; duplicate deliveries and those that wait, from the raw topic. Exit code 1 where nothing is
            known of it, 2 where several applications know it and --app does not say which.
              vkyc trace 7f3a-0042
              vkyc trace 7f3a-0042 --app appa-vkyc --format json
            """)
        {
            transaction, app, search, format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = new Request(parsed.GetValue(transaction)!, parsed.GetValue(app), parsed.GetValue(search), parsed.GetValue(format));
            var (directory, file) = (parsed.GetValue(data)!, parsed.GetValue(settings));
            var raw = new RawTopicStanding(directory, file);
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("trace", directory, file)
                {
                    CarriedArguments =
                    [
                        "trace", "--search", FormattableString.Invariant($"{request.Most}"), "--format", Name(request.Form),
                        .. request.App is { } given ? (string[])["--app", given] : [], "--", request.Transaction,
                    ],
                },
                warehouse => raw.UseAsync(
                    context,
                    warehouse,
                    (standing, lag) => RunAsync(
                        context, warehouse, context.Owner?.Settings ?? VkycSettings.Load(file, new DataDirectory(directory)), standing, lag, request, cancellationToken),
                    cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        VerbContext context, IWarehouse warehouse, VkycSettings settings, TopicStanding? standing, TopicLag? lag, Request request, CancellationToken cancellationToken)
    {
        var schemas = (context.Schemas ?? Warehouses.Schemas(settings)).Load();
        using var flattener = new Flattener(schemas, settings.Schemas);
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);

        // One state of all tables: rows and what is derived from them must not be from before and after a refresh.
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var ending = transaction;
        var reader = new TraceReader(connection, warehouse.Engine, flattener);
        var quarantined = await reader.ReadQuarantinedAsync(request.Transaction, cancellationToken);
        var app = await ChooseAppAsync(reader, quarantined, request, cancellationToken);
        quarantined = [.. quarantined.Where(one => one.Says.AppId is null || one.Says.AppId == app)];
        var events = app is null ? [] : await reader.ReadEventsAsync(app, request.Transaction, cancellationToken);
        if (events.Count == 0 && quarantined.Count == 0)
            throw Unknown(request, []);

        var deliveries = new RawDeliveries(standing, events.ToDictionary(one => one.Key, one => one.At), [.. quarantined.Select(one => one.At)]);
        var plan = await deliveries.PlanAsync(reader, cancellationToken);
        var trace = new TransactionTrace
        {
            AppId = app,
            TransactionId = request.Transaction,
            AsOf = context.Time.GetUtcNow().UtcDateTime,
            Events = events,
            Attempts = app is null ? [] : await reader.ReadAttemptsAsync(app, request.Transaction, cancellationToken),
            Transaction = app is null ? null : await reader.ReadTransactionAsync(app, request.Transaction, cancellationToken),
            Quarantined = quarantined,
            Search = new RawSearch(),
        };

        // The raw topic may take its time, and holds nobody up.
        await transaction.RollbackAsync(cancellationToken);
        trace = trace with
        {
            Search = await deliveries.SearchAsync(plan, lag?.Kafka, new SoughtTransaction(app, request.Transaction, flattener), request.Most, cancellationToken),
        };
        if (request.Form == Form.Json)
            await TraceJson.WriteAsync(trace, context.Console.Output, cancellationToken);
        else
            await new TraceText(context.Console).WriteAsync(trace, cancellationToken);
        return ExitCode.Done;
    }

    /// <summary>
    /// [--app] ==> that one; [one application knows the transaction] ==> that one; [several] ==> exit 2, and their names; [none, but quarantined bodies that name
    /// no application] ==> null; [nothing at all] ==> exit 1.
    /// </summary>
    private static async Task<string?> ChooseAppAsync(
        TraceReader reader, IReadOnlyList<QuarantinedDelivery> quarantined, Request request, CancellationToken cancellationToken)
    {
        if (request.App is { } given && (await reader.ReadEventsAsync(given, request.Transaction, cancellationToken)).Count > 0)
            return given;
        List<string> apps = [.. (await reader.ReadAppsAsync(request.Transaction, cancellationToken))
            .Union(quarantined.Select(one => one.Says.AppId).OfType<string>(), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (request.App is { } named)
            return apps.Contains(named, StringComparer.Ordinal) ? named : throw Unknown(request, apps);
        return apps switch
        {
            [] => quarantined.Count > 0 ? null : throw Unknown(request, []),
            [var only] => only,
            _ => throw new VerbFault(
                ExitCode.Usage, $"{apps.Count} applications have a transaction {Quoted(request.Transaction)}: {string.Join(", ", apps.Select(Quoted))}; say which with --app ID."),
        };
    }

    private static VerbFault Unknown(Request request, List<string> others) => new(
        ExitCode.Found,
        $"no event of transaction {Quoted(request.Transaction)}{(request.App is { } app ? $" of application {Quoted(app)}" : "")} is in the warehouse or in quarantine"
        + (others.Count > 0 ? $"; applications that have one of that id: {string.Join(", ", others.Select(Quoted))}."
            : ". Ids are compared letter by letter; 'vkyc progress list' shows whether something is not loaded yet."));

    private static string Quoted(string id) => $"'{Output.TableWriter.Visible(id)}'";

    private static string Name(Form form) => form.ToString().ToLowerInvariant();

    private static Option<Form> Format()
    {
        var format = new Option<Form>("--format")
        {
            Description = "How it is written: text for people, or one JSON object with whole values and times in UTC. [default: text]",
            HelpName = "text|json",
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse<Form>(text, ignoreCase: true, out var chosen))
                    return chosen;
                result.AddError($"--format {text}: must be text or json.");
                return default;
            },
        };
        format.CompletionSources.Clear();
        format.CompletionSources.Add([.. Enum.GetValues<Form>().Select(Name)]);
        return format;
    }

    private sealed record Request(string Transaction, string? App, long Most, Form Form);
}
