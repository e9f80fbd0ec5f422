using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Simulate;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc simulate</c>: seeded, realistic webhook traffic to any receiver.</summary>
internal static class SimulateVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var to = new Option<Uri>("--to")
        {
            Description = "The receiver's address, with the path of a route.",
            HelpName = "URL",
            Required = true,
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
                    return uri;
                result.AddError($"--to {result.Tokens[0].Value}: must be a URL such as http://127.0.0.1:8080/webhooks/vkyc.");
                return null;
            },
        };
        var transactions = Whole("--transactions", "How many transactions.", 1000, least: 1);
        var seed = Seed();
        var apps = Whole("--apps", "How many applications take part.", 3, least: 1);
        var concurrency = Whole("--concurrency", "Requests on their way at one time.", 16, least: 1);
        var rate = new Option<double>("--rate") { Description = "Webhooks a second; 0: as fast as they are answered.", HelpName = "N", DefaultValueFactory = _ => 0 };
        var duplicates = Share("--duplicates", "Share of events that are delivered twice.", 0.03);
        var disorder = Share("--disorder", "Share of events that are overtaken by later ones.", 0.05);
        var late = Share("--late", "Share of events that arrive long after all others.", 0);
        var unknown = Share("--unknown", "Share of events with keys or a type that no schema names.", 0);
        var malformed = Share("--malformed", "Share of events beside which comes what can be no row: not JSON, cut off, too deep, without ids.", 0);
        var odd = Share("--odd", "Share of events told as the documentation leaves open: other times, spellings, types and shapes.", 0);
        var conflicts = Share("--conflicts", "Share of events that come again under the same ids with other content.", 0);
        var nameless = Share("--nameless", "Share of events whose bodies name no application.", 0);
        var truth = new Option<string?>("--truth") { Description = "Write what the warehouse must then hold, a JSON object a line; 'vkyc audit --truth FILE' compares.", HelpName = "FILE" };
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "Time of the last event, with its zone; now unless given. The same seed and end make the same webhooks, byte for byte.",
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (Progress.Target.Parse(result.Tokens[0].Value) is { Time: { } time })
                    return time;
                result.AddError($"--until {result.Tokens[0].Value}: must be a time with its zone such as 2026-03-01T15:00:00+05:30.");
                return null;
            },
        };
        var days = Whole("--days", "How many days the first events lie back.", 14, least: 1);
        var fallback = new Option<string?>("--fallback-app") { Description = "For --truth: the AppId of the receiver's route, which bodies without one count for; with --route it is known.", HelpName = "ID" };
        var format = CommonOptions.Format();
        var header = new Option<string?>("--header") { Description = "A header to send with each, for receivers that ask for one.", HelpName = "Name: value" };
        var route = new Option<string?>("--route") { Description = "Gives each webhook the credential that the settings have for this route of a receiver.", HelpName = "NAME" };
        var settings = CommonOptions.Settings();
        var command = new Command("simulate", """
            Sends seeded, realistic webhook traffic to a receiver. With --rate the latency counts from when a webhook was due, so that waiting is not hidden.
            Exit code 1 where a webhook got another answer than it must, 3 where the receiver could not be reached.
              vkyc simulate --to http://127.0.0.1:8080/webhooks/vkyc --transactions 500 --seed 7
              vkyc simulate --to http://127.0.0.1:8080/webhooks/vkyc --transactions 50000 --rate 1000 --concurrency 64
              vkyc simulate --to http://127.0.0.1:8080/webhooks/vkyc --duplicates 0.1 --late 0.05 --unknown 0.05 --malformed 0.02 --odd 0.1 --truth truth.jsonl
            """)
        {
            to, transactions, seed, apps, rate, concurrency, duplicates, disorder, late, unknown, malformed, odd, conflicts, nameless, truth, until, days, header, route, fallback, format, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new SimulateOptions
            {
                Transactions = parsed.GetValue(transactions),
                Seed = parsed.GetValue(seed) ?? RandomSeed(),
                End = parsed.GetValue(until) ?? Now(context.Time),
                Apps = parsed.GetValue(apps),
                Days = parsed.GetValue(days),
                Duplicates = parsed.GetValue(duplicates),
                Disorder = parsed.GetValue(disorder),
                Late = parsed.GetValue(late),
                Unknown = parsed.GetValue(unknown),
                Malformed = parsed.GetValue(malformed),
                Odd = parsed.GetValue(odd),
                Conflicts = parsed.GetValue(conflicts),
                Nameless = parsed.GetValue(nameless),
            };
            var named = RouteOf(parsed.GetValue(route), parsed.GetValue(settings));
            return RunAsync(
                context,
                options,
                http => new TrafficSender(http, parsed.GetValue(to)!, context.Time)
                {
                    Concurrency = parsed.GetValue(concurrency),
                    Rate = parsed.GetValue(rate),
                    Header = ParseHeader(parsed.GetValue(header)),
                    Signer = named is null ? null : RequestSigner.For(named.Auth, context.Time),
                },
                parsed.GetValue(to)!,
                parsed.GetValue(truth) is { } file ? new TruthFile(file, parsed.GetValue(fallback) ?? named?.AppId) : null,
                parsed.GetValue(format),
                cancellationToken);
        });
        return command;
    }

    /// <summary><c>--seed</c>.</summary>
    public static Option<long?> Seed() => new("--seed") { Description = "Seed of the simulation; random unless given, and printed.", HelpName = "S" };

    /// <summary>A seed for those who gave none.</summary>
    public static long RandomSeed() => RandomNumberGenerator.GetInt32(1, int.MaxValue);

    /// <summary>Now, to the millisecond, as events write it.</summary>
    public static DateTimeOffset Now(TimeProvider time) => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Sends the traffic with a line that shows how far it is.</summary>
    /// <returns>What came of it.</returns>
    public static async Task<SendReport> SendAsync(
        VerbContext context, SimulateOptions options, TrafficSender sender, Truth? truth, CancellationToken cancellationToken)
    {
        var report = new SendReport(truth);
        var begun = context.Time.GetTimestamp();
        using var progress = new ProgressLine(context.Console, context.Time);
        using var finished = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var showing = ShowAsync();
        try
        {
            await sender.SendAsync(Traffic.Make(options), report, cancellationToken);
        }
        finally
        {
            await finished.CancelAsync();
            await showing;
        }

        progress.End(Line());
        return report;

        string Line()
        {
            var perSecond = report.Answered / Math.Max(0.001, context.Time.GetElapsedTime(begun).TotalSeconds);
            var retries = report.Retries > 0 ? $", {report.Retries:N0} tried again{(report.Trouble is { } why ? $" ({why})" : "")}" : "";
            return $"sent {report.Answered:N0} webhooks of {report.Transactions:N0}/{options.Transactions:N0} transactions, {perSecond:N0}/s{retries}";
        }

        async Task ShowAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), context.Time);
            try
            {
                while (await timer.WaitForNextTickAsync(finished.Token))
                    progress.Show(Line());
            }
            catch (OperationCanceledException)
            {
                // Everything is sent, or was given up.
            }
        }
    }

    private static async Task<int> RunAsync(
        VerbContext context,
        SimulateOptions options,
        Func<HttpClient, TrafficSender> createSender,
        Uri to,
        TruthFile? truth,
        RowFormat format,
        CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var sender = createSender(http);
        await context.Console.Error.WriteLineAsync($"{options.Transactions:N0} transactions, seed {options.Seed}, to {to}");
        var begun = context.Time.GetTimestamp();
        SendReport report;
        using (var file = truth?.Open())
        {
            report = await SendAsync(context, options, sender, truth?.Truth, cancellationToken);
            if (file is not null)
                truth!.Truth.Write(file, options);
        }

        await SendSummary.WriteAsync(report, options, context.Time.GetElapsedTime(begun), format, context.Console, cancellationToken);
        return report.Acknowledged == report.Answered ? ExitCode.Done : ExitCode.Found;
    }

    private static RouteOptions? RouteOf(string? route, string? settingsFile)
    {
        if (route is null)
            return null;
        var receiver = VkycSettings.Load(settingsFile, new DataDirectory(DataDirectory.Default)).Receiver;
        return receiver.AllRoutes().FirstOrDefault(known => known.Key == route).Value
            ?? throw new VerbFault(ExitCode.Usage, $"--route {route}: the settings have no such route; there are {string.Join(", ", receiver.AllRoutes().Select(known => known.Key))}.");
    }

    private static KeyValuePair<string, string>? ParseHeader(string? header)
    {
        if (header is null)
            return null;
        var colon = header.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new(header[..colon].Trim(), header[(colon + 1)..].Trim())
            : throw new VerbFault(ExitCode.Usage, "--header: must be \"Name: value\".");
    }

    private static Option<int> Whole(string name, string description, int preset, int least)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value < least)
                result.AddError($"{name} {value}: must be at least {least}.");
        });
        return option;
    }

    private static Option<double> Share(string name, string description, double preset)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "SHARE", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value is not (>= 0 and <= 1))
                result.AddError($"{name} {result.Tokens[0].Value}: must be between 0 and 1.");
        });
        return option;
    }
}
