using System.Collections;
using System.Text;

namespace VkycEtl.Cli.Output;

/// <summary>Where a verb reads and writes: this process's own streams, or those of another process whose verb is carried.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output, for bytes.</param>
/// <param name="ErrorStream">Standard error, for bytes.</param>
/// <param name="Width">Columns of the terminal; null where the output is none.</param>
/// <param name="HasInput">Whether standard input is a file or a pipe, not a terminal.</param>
internal sealed record VerbConsole(Stream Input, Stream Output, Stream ErrorStream, int? Width, bool HasInput) : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Standard output, for text; flushed by whoever writes.</summary>
    public TextWriter Out { get; } = new StreamWriter(Output, Utf8, leaveOpen: true) { NewLine = "\n", AutoFlush = true };

    /// <summary>Standard error, for text; verbs and log lines share it.</summary>
    public TextWriter Error { get; } = TextWriter.Synchronized(new StreamWriter(ErrorStream, Utf8, leaveOpen: true) { NewLine = "\n", AutoFlush = true });

    /// <summary>What is written to standard error, line by line: a live line gives way to each other line, and comes back after it.</summary>
    public ErrorLines ErrorLines => LazyInitializer.EnsureInitialized(ref field, () => new ErrorLines(this));

    /// <summary>Whether standard error is a terminal, on which a line may be written over.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Whether the output is a terminal that shows colours, and the person wants them (https://no-color.org).</summary>
    public bool HasColour { get; init; }

    /// <summary>
    /// The zone of times in tables: the reporting zone once the settings are read, UTC with <c>--utc</c>. JSON and CSV are always UTC.
    /// </summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>Whether times are wanted in UTC, whatever the reporting zone is.</summary>
    public bool WantsUtc { get; set; }

    /// <summary>This process's streams.</summary>
    public static VerbConsole OfProcess()
    {
        var width = Console.IsOutputRedirected || Console.WindowWidth <= 0 ? (int?)null : Console.WindowWidth;
        return new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.OpenStandardError(), width, Console.IsInputRedirected)
        {
            IsErrorTerminal = !Console.IsErrorRedirected,
            HasColour = width is not null && AllowsColour(Environment.GetEnvironmentVariables()),
        };
    }

    /// <summary>Whether the environment lets a terminal be coloured.</summary>
    internal static bool AllowsColour(IDictionary environment) =>
        string.IsNullOrEmpty((string?)environment["NO_COLOR"]) && (string?)environment["TERM"] is not (null or "" or "dumb");

    /// <inheritdoc/>
    public void Dispose()
    {
        Close(Out);
        Close(Error);
    }

    private static void Close(TextWriter writer)
    {
        try
        {
            writer.Dispose();
        }
        catch (IOException)
        {
            // Whoever read it (head, less) has gone; the exit code is decided already.
        }
    }
}
