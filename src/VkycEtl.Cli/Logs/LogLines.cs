using Microsoft.Extensions.Logging;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Logs;

/// <summary>What a log line is made of.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How grave.</param>
/// <param name="Id">Number and name; ops/LOGS.md says what each means.</param>
/// <param name="Category">Where it comes from.</param>
/// <param name="Message">The text.</param>
/// <param name="Fields">The values in the text, by name.</param>
/// <param name="Exception">What was thrown, or null.</param>
internal sealed record LogLine(
    DateTimeOffset Time, LogLevel Level, EventId Id, string Category, string Message, IReadOnlyList<KeyValuePair<string, object?>> Fields, Exception? Exception);

/// <summary>Writes log lines to standard error, where a live line gives way to them.</summary>
/// <param name="lines">Standard error.</param>
/// <param name="time">The clock.</param>
/// <param name="format">From a line's parts to its text.</param>
internal sealed class LogLines(ErrorLines lines, TimeProvider time, Func<LogLine, string> format) : ILoggerProvider
{
    private readonly ErrorLines lines = lines;
    private readonly TimeProvider time = time;
    private readonly Func<LogLine, string> format = format;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Standard error belongs to the process.
    }

    private sealed class Logger(LogLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = new LogLine(
                owner.time.GetUtcNow(), logLevel, eventId, category, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>> ?? [], exception);
            try
            {
                owner.lines.Write(owner.format(line));
            }
            catch (IOException)
            {
                // Nobody reads our errors any more: work goes on, there is nowhere left to say so.
            }
        }
    }
}
