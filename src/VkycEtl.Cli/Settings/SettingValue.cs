using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;

namespace VkycEtl.Cli.Settings;

/// <summary>One value of the settings: from text, and in words.</summary>
internal static partial class SettingValue
{
    private const string Secret = "(secret)";

    private static readonly string[] SecretWords = ["pass", "secret", "token", "connectionstring", "credential", "key.pem", "jaas", "oauthbearer.config"];

    /// <summary>Whether a type is one value.</summary>
    public static bool IsSimple(Type type) =>
        type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(decimal) || type.IsPrimitive || type.IsEnum;

    /// <summary>Reads a value; null where the text is none.</summary>
    public static object? Parse(string text, Type type)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(TimeSpan))
            return Duration(text);
        if (type == typeof(Uri))
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : null;

        // Names only: a number would pass for any enum.
        if (type.IsEnum)
            return !char.IsAsciiDigit(text.TrimStart('-', '+').FirstOrDefault()) && Enum.TryParse(type, text, ignoreCase: true, out var named) ? named : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        try
        {
            return Convert.ChangeType(text.Trim(), type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or InvalidCastException)
        {
            return null;
        }
    }

    /// <summary>What a type allows, in words.</summary>
    public static string Allowed(Type type) => type switch
    {
        _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time span such as 500 ms, 10 s, 15 min, 24 h, 3 days or 00:00:10",
        _ when type == typeof(Uri) => "a URL such as http://127.0.0.1:8080",
        _ when type == typeof(double) || type == typeof(float) || type == typeof(decimal) => "a number",
        _ when type == typeof(string) => "a text",
        _ => "a whole number",
    };

    /// <summary>A value as settings write it.</summary>
    public static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>Whether what stands at a key must not be shown. Where a secret is, is none.</summary>
    public static bool IsSecret(string path) => !path.EndsWith("File", StringComparison.OrdinalIgnoreCase) && SecretWords.Any(word => path.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>A value as people may see it: nothing of a secret, a connection string without its password; null for null.</summary>
    public static string? Shown(string path, object? value) => value switch
    {
        null => null,
        _ when path.EndsWith("File", StringComparison.OrdinalIgnoreCase) => Text(value),
        string { Length: 0 } => "",
        string text when path.EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase) => WithoutPassword(text),
        string when IsSecret(path) => Secret,
        ICollection list when IsSecret(path) => list.Count == 0 ? "" : $"({list.Count} {(list.Count == 1 ? "secret" : "secrets")})",
        IEnumerable list and not string => string.Join(", ", list.Cast<object>().Select(element => Shown(path, element))),
        TimeSpan span => Duration(span),
        bool flag => flag ? "true" : "false",
        _ when System.Uri.TryCreate(Text(value), UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0 => Text(value).Replace(uri.UserInfo, Secret, StringComparison.Ordinal),
        _ => Text(value),
    };

    /// <summary>A time span as settings write it.</summary>
    public static string Duration(TimeSpan span)
    {
        (TimeSpan Unit, string Name)[] units =
        [
            (TimeSpan.FromDays(1), "days"), (TimeSpan.FromHours(1), "h"), (TimeSpan.FromMinutes(1), "min"), (TimeSpan.FromSeconds(1), "s"), (TimeSpan.FromMilliseconds(1), "ms"),
        ];
        if (span == TimeSpan.Zero)
            return "0 s";
        var unit = units.FirstOrDefault(unit => span.Ticks % unit.Unit.Ticks == 0 && (unit.Name != "days" || span.TotalDays >= 2));
        return unit.Name is null ? span.ToString("c", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{span.Ticks / unit.Unit.Ticks} {unit.Name}");
    }

    // A path of a DuckDB file holds no secret; what is no list of pairs at all is not shown.
    private static string WithoutPassword(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            return Secret;
        if (!text.Contains('=', StringComparison.Ordinal))
            return text;
        try
        {
            var pairs = new DbConnectionStringBuilder { ConnectionString = text };
            foreach (var key in pairs.Keys.Cast<string>().Where(key => key.Contains("pass", StringComparison.OrdinalIgnoreCase) || key.Contains("pwd", StringComparison.OrdinalIgnoreCase) || IsSecret(key)).ToList())
                pairs[key] = Secret;
            return pairs.ConnectionString;
        }
        catch (ArgumentException)
        {
            return Secret;
        }
    }

    private static TimeSpan? Duration(string text)
    {
        // .NET reads 24:00:00 as 24 days; that is never what was meant.
        if (Clock().IsMatch(text))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var clock) && (text.Contains('.', StringComparison.Ordinal) || clock.TotalDays < 1) ? clock : null;
        if (WithUnit().Match(text) is not { Success: true } match
            || !double.TryParse(match.Groups["n"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        try
        {
            return match.Groups["unit"].Value.ToUpperInvariant() switch
            {
                "MS" => TimeSpan.FromMilliseconds(number),
                "S" or "SEC" => TimeSpan.FromSeconds(number),
                "MIN" => TimeSpan.FromMinutes(number),
                "H" or "HOUR" or "HOURS" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Clock();

    [GeneratedRegex(@"^\s*(?<n>\d+(\.\d+)?)\s*(?<unit>ms|s|sec|min|h|hours?|d|days?)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex WithUnit();
}
