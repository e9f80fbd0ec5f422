using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using VkycEtl.Cli.Settings;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

/// <summary>The settings that ops/SENDERS.md tells people to paste.</summary>
internal static partial class SenderBlocks
{
    public static IReadOnlyDictionary<string, string> BySection { get; } =
        Section().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ops", "SENDERS.md")))
            .ToDictionary(match => match.Groups["title"].Value, match => match.Groups["json"].Value, StringComparer.Ordinal);

    /// <summary>How the one route of a section's block authenticates.</summary>
    public static AuthOptions Auth(string section)
    {
        var (options, faults) = Read(BySection[section]);
        Assert.Empty(faults);
        return Assert.Single(options.Routes).Value.Auth;
    }

    /// <summary>Reads settings as the program does.</summary>
    public static (ReceiverOptions Options, IReadOnlyList<string> Faults) Read(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var reader = new SettingsReader(new ConfigurationBuilder().AddJsonStream(stream).Build());
        var options = reader.Read<ReceiverOptions>(ReceiverOptions.Section);
        reader.RefuseOtherSections();
        return (options, reader.Faults);
    }

    [GeneratedRegex(@"^##+ (?<title>[^\n]+)\n(?:(?!^#).*\n)*?```json\n(?<json>[^`]+)```", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Section();
}
