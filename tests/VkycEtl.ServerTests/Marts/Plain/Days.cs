namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.days</c>.</summary>
internal sealed record Days(long Day, bool Complete)
{
    public static IEnumerable<Days> Of(PlainMarts marts)
    {
        var today = new DateOnly(1970, 1, 1).AddDays((int)marts.Today);
        var (earliest, latest) = (Number(today.AddYears(-10)), Number(today.AddYears(1)));
        var known = marts.TimedEvents
            .Select(one => marts.Day(one.Time))
            .Where(day => day >= earliest && day <= latest)
            .Append(marts.Today)
            .ToList();
        for (var day = known.Min(); day <= known.Max(); day++)
            yield return new Days(day, day < marts.Today);
    }

    private static long Number(DateOnly day) => day.DayNumber - new DateOnly(1970, 1, 1).DayNumber;
}
