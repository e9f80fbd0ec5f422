using System.ComponentModel.DataAnnotations;

namespace VkycEtl.Pipeline.Load;

/// <summary>
/// What the views of schema <c>vkyc</c> count by. <c>migrate</c> writes these into <c>vkyc_etl.settings</c>, where the views read them.
/// Settings section <c>Reporting</c>.
/// </summary>
public sealed class ReportingOptions : IValidatableObject
{
    /// <summary>The settings section.</summary>
    public const string Section = "Reporting";

    /// <summary>The IANA zone whose days are the reporting days. Default <c>Asia/Kolkata</c>.</summary>
    [Required]
    public string TimeZone { get; set; } = "Asia/Kolkata";

    /// <summary>Time from a transaction's first event to its approval that is promised. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "3650.00:00:00")]
    public TimeSpan Sla { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long after its slot's end a customer may still start. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan NoShowGrace { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a call attempt may stay open before it is shown as stale. Default 4 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "3650.00:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How long a transaction may be quiet before it counts as lapsed. Default 3 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "3650.00:00:00")]
    public TimeSpan LapsedAfter { get; set; } = TimeSpan.FromDays(3);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new($"TimeZone: no zone is called {TimeZone}; use an IANA name such as Asia/Kolkata.", [nameof(TimeZone)]);
    }

    /// <summary>As stored: durations in seconds, to the millisecond.</summary>
    internal IReadOnlyList<(string Name, string Value)> ToStored() =>
    [
        ("reporting.time_zone", TimeZone),
        ("reporting.sla_seconds", Seconds(Sla)),
        ("reporting.no_show_grace_seconds", Seconds(NoShowGrace)),
        ("reporting.stale_after_seconds", Seconds(StaleAfter)),
        ("reporting.lapsed_after_seconds", Seconds(LapsedAfter)),
    ];

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("0.###");
}
