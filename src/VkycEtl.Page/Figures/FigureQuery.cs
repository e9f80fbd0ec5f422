using System.Globalization;
using Microsoft.AspNetCore.Http;
using VkycEtl.Page.Query;
using VkycEtl.Page.Status;

namespace VkycEtl.Page.Figures;

/// <summary>What is asked for: apps, days, cohort. Each fault names its parameter.</summary>
/// <param name="App">One app, or null: all.</param>
/// <param name="From">The first day, in the reporting zone.</param>
/// <param name="To">The last day.</param>
/// <param name="Cohort"><c>any</c> or <c>scheduled</c>.</param>
internal sealed record FigureQuery(string? App, DateOnly From, DateOnly To, string Cohort)
{
    /// <summary>The most days of one question.</summary>
    public const int MostDays = 366;

    private const int LongestText = 1000;

    private static readonly string[] Own = ["app", "days", "from", "to", "cohort"];

    /// <summary>Reads a request's parameters.</summary>
    /// <param name="query">The parameters.</param>
    /// <param name="today">Today, in the reporting zone.</param>
    /// <param name="others">Parameters that this address takes beside them.</param>
    /// <exception cref="PageFault">400, with the parameter's name.</exception>
    public static FigureQuery Parse(IQueryCollection query, DateOnly today, params IReadOnlyList<string> others)
    {
        foreach (var (name, values) in query)
        {
            if (!Own.Contains(name, StringComparer.Ordinal) && !others.Contains(name, StringComparer.Ordinal))
                throw PageFault.Parameter(Shown(name), $"is no parameter; there are {string.Join(", ", Own.Concat(others))}");
            if (values.Count != 1)
                throw PageFault.Parameter(name, "is given more than once");
            if (values[0] is { } value && (value.Length > LongestText || value.Contains('\0', StringComparison.Ordinal)))
                throw PageFault.Parameter(name, $"must be at most {LongestText} characters, without U+0000");
        }

        var (from, to) = Days(query, today);
        var cohort = Text(query, "cohort") ?? "any";
        return cohort is "any" or "scheduled" ? new FigureQuery(Text(query, "app"), from, to, cohort) : throw PageFault.Parameter("cohort", "must be any or scheduled");
    }

    /// <summary>A parameter's text; null where it is absent or empty.</summary>
    public static string? Text(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } text] ? text : null;

    /// <summary>The values of every parameter that a statement of ours may have.</summary>
    public Dictionary<string, object?> Values(Standing standing, string? digits) => new(StringComparer.Ordinal)
    {
        ["app"] = App,
        ["from_day"] = CellText.Day(From),
        ["to_day"] = CellText.Day(To),
        ["begins"] = Instant(standing.Begins(From)),
        ["ends"] = Instant(standing.Begins(To.AddDays(1))),
        ["cohort"] = Cohort,
        ["zone"] = standing.Zone,
        ["today"] = CellText.Day(standing.Today),
        // To the end of the minute, which the ETag names.
        ["time_of_day"] = standing.TimeOfDay.ToString("HH':'mm':59.999999'", CultureInfo.InvariantCulture),
        ["sla"] = Span(standing.SlaSeconds),
        ["sla_seconds"] = standing.SlaSeconds.ToString(CultureInfo.InvariantCulture),
        ["grace"] = Span(standing.NoShowGraceSeconds),
        ["stale"] = Span(standing.StaleAfterSeconds),
        ["lapsed"] = Span(standing.LapsedAfterSeconds),
        ["digits"] = digits,
    };

    private static (DateOnly From, DateOnly To) Days(IQueryCollection query, DateOnly today)
    {
        var (days, from, to) = (Text(query, "days"), Text(query, "from"), Text(query, "to"));
        if (from is null && to is null)
        {
            var count = days is null ? 14
                : int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostDays ? number
                : throw PageFault.Parameter("days", $"must be a number from 1 to {MostDays}");
            return (today.AddDays(1 - count), today);
        }

        if (days is not null)
            throw PageFault.Parameter("days", "cannot be given beside from and to");
        if (from is null || to is null)
            throw PageFault.Parameter(from is null ? "from" : "to", "must be given as well: from and to go together");
        var (first, last) = (Day("from", from), Day("to", to));
        if (last < first)
            throw PageFault.Parameter("to", "must not be before from");
        if (last.DayNumber - first.DayNumber >= MostDays)
            throw PageFault.Parameter("to", $"must be less than {MostDays} days after from");
        return (first, last);
    }

    // Years that every engine and a margin of a day fit into.
    private static DateOnly Day(string name, string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 3000
            ? day
            : throw PageFault.Parameter(name, "must be a day such as 2026-03-31");

    private static string Instant(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm:ss'+00'", CultureInfo.InvariantCulture);

    private static string Span(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} milliseconds");

    // A name that somebody made up is not repeated whole.
    private static string Shown(string name) => name.Length > 40 ? name[..40] + "…" : name;
}
