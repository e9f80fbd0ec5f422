using System.Text;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;

namespace VkycEtl.Tests.Cli;

/// <summary>Runs a verb as the program does, with streams in memory.</summary>
internal static class Verb
{
    public static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, string? input = null)
    {
        using var standardInput = new MemoryStream(Encoding.UTF8.GetBytes(input ?? ""));
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var console = new VerbConsole(standardInput, output, error, Width: null, HasInput: input is not null);
        var code = await VkycCommand.RunAsync(new VerbContext(console, TimeProvider.System), arguments, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
