namespace VkycEtl.Cli.Settings;

/// <summary>Settings that cannot be used.</summary>
/// <param name="faults">Every fault, a line each.</param>
internal sealed class SettingsFault(IReadOnlyList<string> faults) : VerbFault(
    ExitCode.Usage, $"the settings have {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}:{string.Concat(faults.Select(fault => $"\n  {fault}"))}")
{
    /// <summary>Every fault, a line each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
