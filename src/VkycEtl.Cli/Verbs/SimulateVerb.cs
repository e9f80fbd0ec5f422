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
        var rate = new Option<double>("--rate") { Description = "Webhooks a second; 0: as fast as they are answered.", DefaultValueFactory = _ => 0 };
        var duplicates = Share("--duplicates", "Share of events that are delivered twice.", 0.03);
        var disorder = Share("--disorder", "Share of events that are overtaken by later ones.", 0.05);
        var header = new Option<string?>("--header") { Description = "A header to send with each, for receivers that ask for one.", HelpName = "Name: value" };
        var route = new Option<string?>("--route") { Description = "Gives each webhook the credential that the settings have for this route of a receiver.", HelpName = "NAME" };
        var settings = CommonOptions.Settings();
        var command = new Command("simulate", """
            Sends seeded, realistic webhook traffic to a receiver: the same seed and end of time make the same events.
              vkyc simulate --to http://127.0.0.1:8080/webhooks/vkyc --transactions 500 --seed 7
            """)
        {
            to, transactions, seed, apps, rate, concurrency, duplicates, disorder, header, route, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new SimulateOptions
            {
                Transactions = parsed.GetValue(transactions),
                Seed = parsed.GetValue(seed) ?? RandomSeed(),
                End = Now(context.Time),
                Apps = parsed.GetValue(apps),
                Duplicates = parsed.GetValue(duplicates),
                Disorder = parsed.GetValue(disorder),
            };
            return RunAsync(
                context,
                options,
                http => new TrafficSender(http, parsed.GetValue(to)!, context.Time)
                {
                    Concurrency = parsed.GetValue(concurrency),
                    Rate = parsed.GetValue(rate),
                    Header = ParseHeader(parsed.GetValue(header)),
                    Signer = SignerOf(context, parsed.GetValue(route), parsed.GetValue(settings)),
                },
                parsed.GetValue(to)!,
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
        VerbContext context, SimulateOptions options, TrafficSender sender, CancellationToken cancellationToken)
    {
        var report = new SendReport();
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
            var retries = report.Retries > 0 ? $", {report.Retries:N0} tried again" : "";
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
        CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var sender = createSender(http);
        await context.Console.Error.WriteLineAsync($"{options.Transactions:N0} transactions, seed {options.Seed}, to {to}");
        var report = await SendAsync(context, options, sender, cancellationToken);
        await context.Console.Out.WriteLineAsync(
            $"{report.Transactions:N0} transactions, {report.Events:N0} events, {report.Answered:N0} webhooks; ids begin with {options.TransactionPrefix}");
        foreach (var (status, count) in report.ByStatus)
            await context.Console.Out.WriteLineAsync($"  {status}: {count:N0}");
        return report.Acknowledged == report.Answered ? ExitCode.Done : ExitCode.Found;
    }

    private static RequestSigner? SignerOf(VerbContext context, string? route, string? settingsFile)
    {
        if (route is null)
            return null;
        var receiver = VkycSettings.Load(settingsFile, new DataDirectory(DataDirectory.Default)).Receiver;
        var named = receiver.AllRoutes().FirstOrDefault(known => known.Key == route).Value
            ?? throw new VerbFault(ExitCode.Usage, $"--route {route}: the settings have no such route; there are {string.Join(", ", receiver.AllRoutes().Select(known => known.Key))}.");
        return RequestSigner.For(named.Auth, context.Time);
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
