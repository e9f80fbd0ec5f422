using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace VkycEtl.Cli.Settings;

/// <summary>
/// Where settings come from, each over the one before: <c>appsettings.json</c> beside the program (or the file that <c>--settings</c> names),
/// environment variables of the form <c>VKYC_Section__Key</c>, and options of the command line.
/// </summary>
internal static class SettingsSource
{
    private const string Prefix = "VKYC_";

    /// <summary>Puts the sources together.</summary>
    /// <param name="file">Another settings file, or null.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="options">Settings made by options, by key (<c>Section:Key</c>).</param>
    /// <exception cref="VerbFault">The file is not there or no JSON.</exception>
    public static IConfigurationRoot Build(string? file, IDictionary environment, IReadOnlyDictionary<string, string?> options)
    {
        var path = Path.GetFullPath(file ?? Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        if (file is not null && !File.Exists(path))
            throw new VerbFault(ExitCode.Usage, $"--settings {file}: there is no such file.");
        try
        {
            var builder = new ConfigurationBuilder();
            if (File.Exists(path))
            {
                using var content = new MemoryStream(File.ReadAllBytes(path));
                builder.Add(new JsonStreamConfigurationSource { Stream = content });
                builder.AddInMemoryCollection(FromEnvironment(environment)).AddInMemoryCollection(options);
                return builder.Build();
            }

            return builder.AddInMemoryCollection(FromEnvironment(environment)).AddInMemoryCollection(options).Build();
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new VerbFault(ExitCode.Usage, $"{path} is no settings file: {exception.Message}", exception);
        }
    }

    // VKYC_ names without "__" (VKYC_TEST_POSTGRES) are no settings.
    private static Dictionary<string, string?> FromEnvironment(IDictionary environment)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.Contains("__", StringComparison.Ordinal))
                settings[name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal)] = (string?)variable.Value;
        }

        return settings;
    }
}
