namespace VkycEtl.Cli.Output;

/// <summary>
/// Standard error as lines, so that a log line and the live line are never glued together: on a terminal the live line is taken away, the other line
/// written, and the live line shown again below it.
/// </summary>
internal sealed class ErrorLines(VerbConsole console)
{
    private const string Erase = "\r\u001b[K";

    private readonly Lock turn = new();
    private string live = "";

    /// <summary>Writes a line that stays.</summary>
    public void Write(string line)
    {
        lock (turn)
            console.Error.Write(live.Length == 0 ? line + "\n" : $"{Erase}{line}\n{live}");
    }

    /// <summary>Shows a line that the next one overwrites. On a terminal only.</summary>
    public void ShowLive(string line)
    {
        lock (turn)
        {
            live = console.Width is { } width ? CellWidth.Cut(line, width - 1) : line;
            console.Error.Write(Erase + live);
        }
    }

    /// <summary>Lets the live line stand as it is.</summary>
    public void EndLive()
    {
        lock (turn)
        {
            if (live.Length > 0)
                console.Error.Write("\n");
            live = "";
        }
    }
}
