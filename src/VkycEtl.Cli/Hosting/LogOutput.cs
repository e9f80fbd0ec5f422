using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Logs;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Settings;

namespace VkycEtl.Cli.Hosting;

/// <summary>Where log lines go: JSON, one object a line, for a collector; one readable line for a person at a terminal. Always standard error.</summary>
internal static class LogOutput
{
    /// <summary>Sets the output and the levels; settings go over the presets.</summary>
    /// <param name="logging">The host's logging.</param>
    /// <param name="console">Whether a person reads it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="settings">Format and levels.</param>
    /// <param name="least">The least level of ours that is logged.</param>
    public static void Configure(ILoggingBuilder logging, VerbConsole console, TimeProvider time, VkycSettings settings, LogLevel least)
    {
        logging.SetMinimumLevel(least);
        foreach (var noisy in (string[])["Microsoft", "System", "Polly", "Npgsql", "OpenTelemetry"])
            logging.AddFilter(noisy, LogLevel.Warning);
        foreach (var (category, level) in settings.Logging.LogLevel)
        {
            if (category.Equals("Default", StringComparison.OrdinalIgnoreCase))
                logging.SetMinimumLevel(level);
            else
                logging.AddFilter(category, level);
        }

        var isText = settings.Logging.Format switch
        {
            LogFormat.Json => false,
            LogFormat.Text => true,
            _ => console.IsErrorTerminal,
        };
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Reporting.TimeZone);
        logging.AddProvider(new LogLines(console.ErrorLines, time, line => isText ? LogFormats.Text(line, zone) : LogFormats.Json(line)));
    }
}
