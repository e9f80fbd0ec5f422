using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace VkycEtl.Cli.Settings;

/// <summary>What the source says about options: the compiler writes its comments beside each assembly.</summary>
internal static partial class SettingDocs
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, string>> Known = new();

    /// <summary>What a class says of itself.</summary>
    public static string Of(Type type) => Find(type.Assembly, $"T:{type.FullName}");

    /// <summary>What a property says of itself.</summary>
    public static string Of(PropertyInfo property) => Find(property.DeclaringType!.Assembly, $"P:{property.DeclaringType.FullName}.{property.Name}");

    private static string Find(Assembly assembly, string member) =>
        Known.GetOrAdd(assembly, Read).GetValueOrDefault(member)
        ?? throw new VerbFault(ExitCode.Ours, $"{member} has no summary beside {assembly.GetName().Name}.");

    private static Dictionary<string, string> Read(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        if (!File.Exists(file))
            throw new VerbFault(ExitCode.Usage, $"{file} is not there: the program's .xml files belong beside it.");
        return XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => (string)member.Attribute("name")!, member => Text(member.Element("summary")!), StringComparer.Ordinal);
    }

    private static string Text(XElement summary) =>
        Spaces().Replace(string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => ((string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name") ?? (string?)reference.Attribute("langword") ?? "").Split('.')[^1],
            XElement element => element.Value,
            XText text => text.Value,
            _ => "",
        })), " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();
}
