namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>How the page is to write numbers, said a second time.</summary>
internal static class Words
{
    public const string None = "–";

    public static string Count(double? n) => n is null ? None : n.Value.ToString("N0");

    // What a double holds to the last digit, a tie upwards: ECMAScript's toFixed. "F1" takes 81.25 for 81.2.
    public static string Percent(double? rate) => rate is null ? None : $"{Math.Round(decimal.Parse((rate.Value * 100).ToString("F20")), 1, MidpointRounding.AwayFromZero):F1} %";

    public static double? Ratio(double? part, double? whole) => part is null || whole is null or 0 ? null : part / whole;

    /// <summary>Seconds in a narrow column.</summary>
    public static string Brief(double? seconds)
    {
        if (seconds is not { } s)
            return None;
        var whole = (long)Math.Floor(s + 0.5);
        return whole < 3600 ? $"{whole / 60}:{whole % 60:00}" : whole < 86_400 ? $"{s / 3600:F1} h" : $"{s / 86_400:F1} d";
    }

    /// <summary>Seconds with room.</summary>
    public static string Duration(double? seconds)
    {
        if (seconds is not { } s)
            return None;
        if (s < 9.95)
            return $"{Math.Round(s, 1)} s";
        var whole = (long)Math.Floor(s + 0.5);
        return whole switch
        {
            < 60 => $"{whole} s",
            < 3600 => Pair(whole / 60, "m", whole % 60, "s"),
            < 86_400 => Pair(whole / 3600, "h", whole % 3600 / 60, "m"),
            _ => Pair(whole / 86_400, "d", whole % 86_400 / 3600, "h"),
        };
    }

    private static string Pair(long great, string greatUnit, long small, string smallUnit) => small == 0 ? $"{great} {greatUnit}" : $"{great} {greatUnit} {small:00} {smallUnit}";
}
