using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace VkycEtl.Cli.Settings;

/// <summary>
/// A settings file with every section and key, its default, and what the options classes say about it. It can be read as settings, and changes nothing.
/// </summary>
internal static class ReferenceFile
{
    private const int LongestLine = 140;

    /// <summary>The file's text.</summary>
    public static string Write()
    {
        var lines = new List<string>();
        AddComment(lines, "Every setting of vkyc, with its default: made from the program's own options by 'vkyc settings reference'. Copy what you change into appsettings.json (or a file for --settings).");
        AddComment(lines, "Each can be an environment variable too, with two underscores between the parts: VKYC_Section__Key, VKYC_Receiver__Routes__default__Path, VKYC_Receiver__Routes__default__Auth__Secrets__0. Options of the command line go over it, it goes over the file. 'vkyc settings list' shows what is in force.");
        AddComment(lines, "Times are written as 500 ms, 10 s, 15 min, 24 h or 3 days; sizes in bytes. A secret may stand in a file that the key with File behind it names.");
        lines.Add("{");
        var sections = VkycSettings.Sections;
        for (var i = 0; i < sections.Count; i++)
        {
            if (i > 0)
                lines.Add("");
            var body = new List<string>();
            AddComment(body, SettingDocs.Of(sections[i].Type));
            body.AddRange(Block($"\"{sections[i].Name}\": ", Body(Activator.CreateInstance(sections[i].Type)!), i < sections.Count - 1));
            lines.AddRange(body.Select(Indented));
        }

        lines.Add("}");
        return string.Join('\n', lines.Select(line => line.TrimEnd())) + "\n";
    }

    private static List<string> Body(object options)
    {
        var properties = SettingKey.Properties(options.GetType()).ToList();
        var last = properties.FindLastIndex(property => !IsOfThisMachine(property.GetValue(options)));
        var lines = new List<string>();
        for (var i = 0; i < properties.Count; i++)
        {
            var (property, value) = (properties[i], properties[i].GetValue(options));
            AddComment(lines, string.Join(' ', new[] { SettingDocs.Of(property), Rule(property) }.Where(text => text.Length > 0)));
            var key = $"\"{property.Name}\": ";
            var isMore = i < last;
            if (IsOfThisMachine(value))
                lines.Add($"// {key}{JsonSerializer.Serialize(Path.GetFileName(Path.TrimEndingDirectorySeparator((string)value!)))}");
            else if (value is IDictionary)
                lines.AddRange(Block(key, Sample(property.PropertyType.GetGenericArguments()[1]), isMore));
            else if (value is null || SettingKey.IsValue(property.PropertyType))
                lines.Add($"{key}{Json(value)}{(isMore ? "," : "")}");
            else if (SettingKey.ElementOfList(property.PropertyType) is { } element)
                lines.AddRange(List(key, element, isMore));
            else
                lines.AddRange(Block(key, Body(value), isMore));
        }

        return lines;
    }

    // What an entry of a map looks like, as a comment: a map has none of its own.
    private static List<string> Sample(Type element) => SettingValue.IsSimple(element)
        ? [$"// \"NAME\": {(element.IsEnum ? JsonSerializer.Serialize(string.Join('|', Enum.GetNames(element))) : element == typeof(string) ? "\"value\"" : "…")}"]
        : [.. Block("\"NAME\": ", Body(Activator.CreateInstance(element)!), isMore: false).Select(line => $"// {line}")];

    private static List<string> List(string key, Type element, bool isMore) =>
        [$"{key}[", .. Block("", Body(Activator.CreateInstance(element)!), isMore: false).Select(line => Indented($"// {line}")), isMore ? "]," : "]"];

    private static List<string> Block(string key, List<string> body, bool isMore) => [$"{key}{{", .. body.Select(Indented), isMore ? "}," : "}"];

    private static string Indented(string line) => line.Length == 0 ? line : "  " + line;

    private static string Rule(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var rules = new List<string>();
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            rules.Add($"From {Bound(range.Minimum, type)} to {Bound(range.Maximum, type)}.");
        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
            rules.Add($"One of {string.Join(", ", allowed.Values)}.");
        if (type.IsEnum)
            rules.Add($"One of {string.Join(", ", Enum.GetNames(type))}.");
        return string.Join(' ', rules);
    }

    private static string Bound(object bound, Type type) =>
        type == typeof(TimeSpan) && SettingValue.Parse((string)bound, type) is TimeSpan span ? SettingValue.Duration(span) : SettingValue.Text(bound);

    private static string Json(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string or Uri or Enum => JsonSerializer.Serialize(value.ToString()),
        TimeSpan span => JsonSerializer.Serialize(SettingValue.Duration(span)),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Json))}]",
        _ => SettingValue.Text(value),
    };

    private static bool IsOfThisMachine(object? value) => value is string path && path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal);

    private static void AddComment(List<string> lines, string text)
    {
        var line = new StringBuilder("//");
        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > LongestLine)
            {
                lines.Add(line.ToString());
                line.Clear().Append("//");
            }

            line.Append(' ').Append(word);
        }

        lines.Add(line.ToString());
    }
}
