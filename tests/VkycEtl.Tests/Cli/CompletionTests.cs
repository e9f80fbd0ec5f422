using System.Diagnostics;
using VkycEtl.Cli;

namespace VkycEtl.Tests.Cli;

/// <summary>What shells complete: asked of the program, and of each shell with its script.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("qu", "quarantine query")]
    [InlineData("progress ", "list set")]
    [InlineData("query --form", "--format")]
    [InlineData("query --format ", "csv json jsonl table")]
    [InlineData("query --format js", "json jsonl")]
    [InlineData("query --rows ", "")]
    public async Task Verbs_options_and_values_are_completed(string line, string expected)
    {
        var (code, output, _) = await Verb.RunAsync(["completion", "suggest", "--", line]);
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(expected, string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] != '-' || line.Contains('-', StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("bash", "COMP_LINE='vkyc query --form'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(vkyc query --form); COMP_CWORD=2; _vkyc; printf '%s\n' \"${COMPREPLY[@]}\"", "--format")]
    [InlineData("bash", "COMP_LINE='vkyc progress '; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(vkyc progress ''); COMP_CWORD=2; _vkyc; printf '%s\n' \"${COMPREPLY[@]}\"", "set")]
    [InlineData("zsh", "compadd() { print -l -- $found }; words=(vkyc query --format c); CURRENT=4; _vkyc", "csv")]
    [InlineData("fish", "complete -C 'vkyc query --form'", "--format")]
    public async Task A_shell_with_the_script_completes(string shell, string ask, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !IsInstalled(shell), $"{shell} is not installed");
        var script = folder.Write($"vkyc.{shell}", (await Verb.RunAsync(["completion", shell])).Output);
        var program = folder.Write("vkyc", $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "vkyc.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var start = new ProcessStartInfo(shell) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["-c", $"source '{script}'; {ask}"])
            start.ArgumentList.Add(argument);
        start.Environment["PATH"] = $"{folder.Path}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = folder.Path;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(output.Split('\n').Contains(expected, StringComparer.Ordinal), output + await errors);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)));
}
