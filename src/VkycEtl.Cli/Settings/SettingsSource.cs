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

    /// <summary>The settings file: the one that is named, or the one beside the program.</summary>
    public static string FileOf(string? file) => Path.GetFullPath(file ?? Path.Combine(AppContext.BaseDirectory, "appsettings.json"));

    /// <summary>Puts the sources together.</summary>
    /// <param name="file">Another settings file, or null.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="options">Settings made by options, by key (<c>Section:Key</c>).</param>
    /// <exception cref="VerbFault">The file is not there or no JSON.</exception>
    public static IConfigurationRoot Build(string? file, IDictionary environment, IReadOnlyDictionary<string, string?> options)
    {
        var path = FileOf(file);
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

    /// <summary>Where the value of a key comes from: a file's path, or the name of a variable; null where it is the default.</summary>
    /// <param name="configuration">The sources.</param>
    /// <param name="key">The key.</param>
    /// <param name="file">The settings file.</param>
    public static string? Origin(IConfigurationRoot configuration, string key, string file)
    {
        string[] spellings = [key, key.Replace('.', '_'), key + "File", key.Replace('.', '_') + "File"];
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (spellings.FirstOrDefault(spelling => (provider.TryGet(spelling, out var value) && value is not null) || provider.GetChildKeys([], spelling).Any()) is { } found)
                return provider is JsonStreamConfigurationProvider ? file : Prefix + found.Replace(":", "__", StringComparison.Ordinal);
        }

        return null;
    }

    /// <summary>A line for each variable that looks like a setting but, with one underscore, is none.</summary>
    public static IReadOnlyList<string> Hints(IDictionary environment, IReadOnlyList<string> sections) =>
    [
        .. environment.Keys.Cast<string>()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.Contains("__", StringComparison.Ordinal))
            .Select(name => (Name: name, Section: sections.FirstOrDefault(section => name.StartsWith($"{Prefix}{section}_", StringComparison.OrdinalIgnoreCase))))
            .Where(found => found.Section is not null)
            .OrderBy(found => found.Name, StringComparer.Ordinal)
            .Select(found => $"note: {found.Name} is not read: between section and key stand two underscores, {Prefix}{found.Section}__{found.Name[(Prefix.Length + found.Section!.Length + 1)..]}."),
    ];

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
