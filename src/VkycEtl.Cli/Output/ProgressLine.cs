namespace VkycEtl.Cli.Output;

/// <summary>
/// How far long work is, on standard error: one line that is written over on a terminal, a new line every few seconds in a log.
/// </summary>
internal sealed class ProgressLine(VerbConsole console, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan TerminalEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock turn = new();
    private long? shownAt;
    private string last = "";

    /// <summary>How often a line goes to a log. Default 5 s.</summary>
    public TimeSpan LogEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shows the state, where it is time to.</summary>
    public void Show(string text)
    {
        lock (turn)
        {
            if (shownAt is { } at && time.GetElapsedTime(at) < (console.IsErrorTerminal ? TerminalEvery : LogEvery))
                return;
            shownAt = time.GetTimestamp();
            Write(text);
        }
    }

    /// <summary>Shows the last state in any case, and ends the line.</summary>
    public void End(string text)
    {
        lock (turn)
            Write(text);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => console.ErrorLines.EndLive();

    private void Write(string text)
    {
        if (console.IsErrorTerminal)
            console.ErrorLines.ShowLive(text);
        else if (text != last)
            console.ErrorLines.Write(text);
        last = text;
    }
}
