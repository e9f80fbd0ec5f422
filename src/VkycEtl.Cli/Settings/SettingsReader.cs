using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace VkycEtl.Cli.Settings;

/// <summary>
/// Reads sections into options and collects every fault on the way: unknown sections and keys, values that are none, and values that the
/// options' own rules refuse. A fault is one line: the key, the value unless it is a secret, and what is allowed.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private const string FileSuffix = "File";

    private readonly List<string> faults = [];
    private readonly List<string> sections = [];

    /// <summary>What is wrong so far.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Reads a section; what it does not name keeps its default.</summary>
    public T Read<T>(string section)
        where T : class, new()
    {
        sections.Add(section);
        var options = new T();
        ReadObject(configuration.GetSection(section), options);
        return options;
    }

    /// <summary>Adds a fault that no single section knows of.</summary>
    public void Refuse(string fault) => faults.Add(fault);

    /// <summary>Refuses every section that was not read.</summary>
    public void RefuseOtherSections()
    {
        foreach (var section in configuration.GetChildren().Where(child => !sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
            faults.Add($"{section.Key}: unknown section; there are {string.Join(", ", sections)}");
    }

    private void ReadObject(IConfigurationSection section, object options)
    {
        var properties = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead).ToArray();
        foreach (var child in section.GetChildren())
        {
            if (Find(properties, child.Key) is { } property)
                ReadProperty(child, options, property);
            else if (child.Key.EndsWith(FileSuffix, StringComparison.OrdinalIgnoreCase)
                && Find(properties, child.Key[..^FileSuffix.Length]) is { } secret && TakesFile(secret.PropertyType))
                ReadFile(section, child, options, secret);
            else
                faults.Add($"{child.Path}: unknown key; there are {string.Join(", ", properties.Select(known => known.Name))}");
        }

        Validate(section, options);
    }

    private void ReadProperty(IConfigurationSection section, object options, PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (SettingValue.IsSimple(type))
        {
            if (section.GetChildren().Any())
                faults.Add($"{section.Path}: holds keys, but is one value: {SettingValue.Allowed(type)}");
            else if (section.Value is not null && Convert(section, section.Value, type) is { } value)
                property.SetValue(options, value);
        }
        else if (section.Value is { Length: > 0 })
        {
            faults.Add($"{Shown(section, section.Value)}: is one value, but must hold {(property.GetValue(options) is IList ? "a list" : "keys")}");
        }
        else if (property.GetValue(options) is IDictionary map)
        {
            ReadMap(section, map, property.PropertyType.GetGenericArguments()[1]);
        }
        else if (typeof(IList).IsAssignableFrom(type))
        {
            var element = type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0];
            SetList(options, property, [.. section.GetChildren().Select(child => Element(child, element)).OfType<object>()]);
        }
        else
        {
            var inner = property.GetValue(options) ?? Activator.CreateInstance(type)!;
            ReadObject(section, inner);
            if (property.CanWrite)
                property.SetValue(options, inner);
        }
    }

    private void ReadMap(IConfigurationSection section, IDictionary map, Type element)
    {
        foreach (var child in section.GetChildren())
        {
            var isFile = element == typeof(string) && child.Key.EndsWith(FileSuffix, StringComparison.Ordinal) && child.Value is not null;
            var key = isFile ? child.Key[..^FileSuffix.Length] : child.Key;

            // librdkafka's properties have dots, which the names of environment variables cannot have, and no underscores.
            if (element == typeof(string))
                key = key.Replace('_', '.');
            var value = isFile ? SecretText(child) : Element(child, element);
            if (value is null)
                continue;
            if (map.Contains(key))
                faults.Add($"{section.Path}:{key} is set twice, one of them as {child.Key}; give one of them");
            map[key] = value;
        }
    }

    private object? Element(IConfigurationSection section, Type type)
    {
        if (SettingValue.IsSimple(type))
            return section.Value is null ? null : Convert(section, section.Value, type);
        var inner = Activator.CreateInstance(type)!;
        ReadObject(section, inner);
        return inner;
    }

    private void ReadFile(IConfigurationSection section, IConfigurationSection child, object options, PropertyInfo secret)
    {
        if (section.GetSection(secret.Name) is { } plain && (plain.Value is { Length: > 0 } || plain.GetChildren().Any()))
            faults.Add($"{child.Path}: {secret.Name} is set as well; give one of them");
        if (FileText(child) is not { } text)
            return;
        if (secret.PropertyType == typeof(string))
            secret.SetValue(options, text);
        else
            SetList(options, secret, [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (object)line.TrimEnd('\r'))]);
    }

    private string? SecretText(IConfigurationSection section)
    {
        if (FileText(section) is not { } text)
            return null;
        if (text.Length > 0)
            return text;
        faults.Add($"{section.Path} = {section.Value}: the file is empty");
        return null;
    }

    private string? FileText(IConfigurationSection section)
    {
        try
        {
            return File.ReadAllText(section.Value ?? "").TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add($"{section.Path} = {section.Value}: cannot be read: {exception.Message}");
            return null;
        }
    }

    private object? Convert(IConfigurationSection section, string text, Type type)
    {
        var value = SettingValue.Parse(text, type);
        if (value is null)
            faults.Add($"{Shown(section, text)}: must be {SettingValue.Allowed(type)}");
        return value;
    }

    private void Validate(IConfigurationSection section, object options)
    {
        var results = new List<ValidationResult>();
        var context = new ValidationContext(options);
        if (Validator.TryValidateObject(options, context, results, validateAllProperties: true) is false && options is IValidatableObject own)
            results.AddRange(own.Validate(context).Where(result => !results.Exists(known => known.ErrorMessage == result?.ErrorMessage)));
        foreach (var result in results)
            faults.Add(Line(section, options, result));
    }

    private static string Line(IConfigurationSection section, object options, ValidationResult result)
    {
        if (result.MemberNames.FirstOrDefault() is not { } member || options.GetType().GetProperty(member) is not { } property)
            return $"{section.Path}: {result.ErrorMessage}";
        var value = property.GetValue(options);
        var isSimple = value is not null && SettingValue.IsSimple(value.GetType());
        var shown = isSimple ? Shown(section.GetSection(member), SettingValue.Text(value!)) : $"{section.Path}:{member}";
        return property.GetCustomAttribute<RangeAttribute>() is { } range && isSimple && !range.IsValid(value)
            ? $"{shown}: must be between {range.Minimum} and {range.Maximum}"
            : property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed && !allowed.IsValid(value)
            ? $"{shown}: must be one of {string.Join(", ", allowed.Values)}"
            : property.GetCustomAttribute<RequiredAttribute>() is { } required && !required.IsValid(value)
                ? $"{section.Path}:{member}: must not be empty"
                : $"{shown}: {result.ErrorMessage}";
    }

    private static string Shown(IConfigurationSection section, string value) =>
        SettingValue.IsSecret(section.Path) ? $"{section.Path} = (secret)" : $"{section.Path} = {value}";

    private static PropertyInfo? Find(PropertyInfo[] properties, string name) =>
        Array.Find(properties, property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool TakesFile(Type type) => type == typeof(string) || typeof(IEnumerable<string>).IsAssignableFrom(type);

    private static void SetList(object options, PropertyInfo property, object[] values)
    {
        var type = property.PropertyType;
        var element = type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0];
        var array = Array.CreateInstance(element, values.Length);
        values.CopyTo(array, 0);
        property.SetValue(options, type.IsArray ? array : Activator.CreateInstance(typeof(List<>).MakeGenericType(element), array));
    }
}
