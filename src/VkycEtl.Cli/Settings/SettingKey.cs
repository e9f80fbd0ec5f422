using System.Collections;
using System.Reflection;

namespace VkycEtl.Cli.Settings;

/// <summary>One key of the settings, as an options class has it.</summary>
/// <param name="Path"><c>Section:Key</c>.</param>
/// <param name="Property">The property that takes it.</param>
/// <param name="Value">Its value.</param>
internal sealed record SettingKey(string Path, PropertyInfo Property, object? Value)
{
    /// <summary>The properties of an options class that settings fill, in the order in which they are written down.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && (property.CanWrite || !IsValue(property.PropertyType)));

    /// <summary>Whether a property holds one value, or a list of such.</summary>
    public static bool IsValue(Type type) => SettingValue.IsSimple(Nullable.GetUnderlyingType(type) ?? type) || ElementOfList(type) is { } element && SettingValue.IsSimple(element);

    /// <summary>The element type of a list; null where the type is none.</summary>
    public static Type? ElementOfList(Type type) =>
        type.IsArray ? type.GetElementType()
        : typeof(IList).IsAssignableFrom(type) && type.IsGenericType ? type.GetGenericArguments()[0]
        : null;

    /// <summary>Every key below an options object, with what stands there.</summary>
    public static IEnumerable<SettingKey> Of(string path, object options)
    {
        foreach (var property in Properties(options.GetType()))
        {
            var (key, value) = ($"{path}:{property.Name}", property.GetValue(options));
            if (value is null || IsValue(property.PropertyType))
            {
                yield return new SettingKey(key, property, value);
            }
            else if (value is IDictionary map)
            {
                foreach (DictionaryEntry entry in map)
                {
                    foreach (var inner in SettingValue.IsSimple(entry.Value!.GetType()) ? [new($"{key}:{entry.Key}", property, entry.Value)] : Of($"{key}:{entry.Key}", entry.Value))
                        yield return inner;
                }
            }
            else if (value is IEnumerable list)
            {
                foreach (var inner in list.Cast<object>().SelectMany((element, i) => Of($"{key}:{i}", element)))
                    yield return inner;
            }
            else
            {
                foreach (var inner in Of(key, value))
                    yield return inner;
            }
        }
    }
}
