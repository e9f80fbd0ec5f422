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

    /// <summary>Standard error, for text.</summary>
    public TextWriter Error { get; } = new StreamWriter(ErrorStream, Utf8, leaveOpen: true) { NewLine = "\n", AutoFlush = true };

    /// <summary>Whether standard error is a terminal, on which a line may be written over.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>This process's streams.</summary>
    public static VerbConsole OfProcess() => new(
        Console.OpenStandardInput(),
        Console.OpenStandardOutput(),
        Console.OpenStandardError(),
        Console.IsOutputRedirected || Console.WindowWidth <= 0 ? null : Console.WindowWidth,
        Console.IsInputRedirected)
    { IsErrorTerminal = !Console.IsErrorRedirected };

    /// <inheritdoc/>
    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
    }
}
