using System.Globalization;

namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>Seconds, rates and percentiles.</summary>
internal static class PlainNumbers
{
    public static long Micros(DateTime from, DateTime to) => (to - from).Ticks / TimeSpan.TicksPerMicrosecond;

    public static double Seconds(DateTime from, DateTime to) => Seconds(Micros(from, to));

    /// <summary>The double nearest to so many microseconds. A division would round twice past 285 years.</summary>
    public static double Seconds(Int128 micros) => double.Parse($"{micros}e-6", CultureInfo.InvariantCulture);

    public static double? Rate(long part, long whole) => whole == 0 ? null : (double)part / whole;

    /// <summary>PostgreSQL's <c>percentile_cont</c>, in its own order of operations.</summary>
    public static double? Percentile(double fraction, IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        if (sorted.Count == 0)
            return null;
        var place = fraction * (sorted.Count - 1);
        var (low, high) = (Math.Floor(place), Math.Ceiling(place));
        var (first, second) = (sorted[(int)low], sorted[(int)high]);
        return low == high ? first : first + ((place - low) * (second - first));
    }
}
