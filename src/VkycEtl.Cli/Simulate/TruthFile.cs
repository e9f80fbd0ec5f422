namespace VkycEtl.Cli.Simulate;

/// <summary>Where the truth is written. The file is opened before anything is sent, so that a path that is none is told at once.</summary>
/// <param name="path">The file.</param>
/// <param name="fallbackAppId">The AppId of the receiver's route, or null.</param>
internal sealed class TruthFile(string path, string? fallbackAppId)
{
    /// <summary>What is noted on the way.</summary>
    public Truth Truth { get; } = new(fallbackAppId);

    /// <summary>Opens the file.</summary>
    /// <exception cref="VerbFault">It cannot be written.</exception>
    public Stream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new VerbFault(ExitCode.Usage, $"--truth {path}: cannot be written: {refused.Message}", refused);
        }
    }
}
