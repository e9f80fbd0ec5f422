namespace VkycEtl.Cli;

/// <summary>What a process answers with.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The check found something.</summary>
    public const int Found = 1;

    /// <summary>Usage or settings.</summary>
    public const int Usage = 2;

    /// <summary>A server could not be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>Stopped by a fatal fault that a restart will not mend.</summary>
    public const int Fatal = 4;

    /// <summary>A fault of ours.</summary>
    public const int Ours = 5;

    /// <summary>Interrupted, as shells count it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}

/// <summary>A verb cannot go on: one clear line (or one a fault) for the person, and the exit code.</summary>
/// <param name="code">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong and, where known, how to mend it.</param>
/// <param name="innerException">What it came from.</param>
internal class VerbFault(int code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>One of <see cref="ExitCode"/>.</summary>
    public int Code { get; } = code;
}
