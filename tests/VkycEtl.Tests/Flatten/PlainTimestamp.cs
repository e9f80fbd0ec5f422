using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace VkycEtl.Tests.Flatten;

/// <summary>The grammar of times again, as regular expressions and calendar arithmetic of the framework.</summary>
internal static partial class PlainTimestamp
{
    /// <summary>The instant, with UTC for local times, and whether it was local; null where it is none.</summary>
    public static (DateTime Time, bool IsLocal)? Parse(string text)
    {
        text = text.Trim();
        if (Epoch().Match(text) is { Success: true } epoch)
        {
            var whole = epoch.Groups["whole"].Value.TrimStart('0');
            if (whole.Length is not (10 or 13))
                return null;
            var digits = epoch.Groups["fraction"].Value;
            var unit = whole.Length == 10 ? 6 : 3;
            var micros = BigInteger.Parse(whole + (digits + "000000")[..unit], CultureInfo.InvariantCulture);
            return (DateTime.UnixEpoch.AddTicks((long)micros * 10), false);
        }

        if (DateAndTime().Match(text) is not { Success: true } match)
            return null;
        int Part(string name) => match.Groups[name].Success && match.Groups[name].Length > 0 ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        var offset = Part("hours") * 60 + Part("minutes");
        if (offset > 14 * 60 || Part("minutes") > 59)
            return null;

        // Year 0 is leap, as year 400 is: a round of the calendar is 146,097 days.
        var year = Part("year");
        DateTime shifted;
        try
        {
            shifted = new DateTime(year == 0 ? 400 : year, Part("month"), Part("day"), Part("hour"), Part("minute"), Part("second"), DateTimeKind.Utc);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }

        var ticks = new BigInteger(shifted.Ticks) - (year == 0 ? 146_097L * TimeSpan.TicksPerDay : 0);
        ticks += long.Parse((match.Groups["fraction"].Value + "000000")[..6], CultureInfo.InvariantCulture) * 10;
        ticks += (match.Groups["sign"].Value == "-" ? 1 : -1) * offset * TimeSpan.TicksPerMinute;
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks ? null : (new DateTime((long)ticks, DateTimeKind.Utc), !match.Groups["zone"].Success);
    }

    [GeneratedRegex(@"\A(?<whole>[0-9]+)(\.(?<fraction>[0-9]+))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Epoch();

    [GeneratedRegex(
        @"\A(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})[Tt ](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})([.,](?<fraction>[0-9]+))?)?( ?(?<zone>[Zz]|(?<sign>[+-])(?<hours>[0-9]{2})(:?(?<minutes>[0-9]{2}))?))?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DateAndTime();
}
