namespace VkycEtl.Cli.Doctor;

/// <summary>How a thing is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but somebody should look at it.</summary>
    Warning,

    /// <summary>Does not work, or breaks a promise.</summary>
    Fault,

    /// <summary>Could not be looked at, or does not concern this set-up.</summary>
    Skipped,
}

/// <summary>One line of the doctor's.</summary>
/// <param name="Subject">What it is about: <c>settings</c>, <c>broker</c>, <c>topic</c>, <c>rights</c>, <c>progress</c>, <c>warehouse</c>, <c>machine</c>, …</param>
/// <param name="Check">What was looked at.</param>
/// <param name="Health">How it is.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Cure">How to mend it; null where nothing is to be mended.</param>
internal sealed record Finding(string Subject, string Check, Health Health, string Seen, string? Cure = null)
{
    public static Finding Ok(string subject, string check, string seen) => new(subject, check, Health.Ok, seen);

    public static Finding Warning(string subject, string check, string seen, string cure) => new(subject, check, Health.Warning, seen, cure);

    public static Finding Fault(string subject, string check, string seen, string cure) => new(subject, check, Health.Fault, seen, cure);

    /// <summary>A fault from a line that names the thing and then the cure, as this program's lines do.</summary>
    public static Finding Fault(string subject, string check, string line)
    {
        var at = line.IndexOf(". ", StringComparison.Ordinal);
        if (at < 0)
            at = line.LastIndexOf(": ", StringComparison.Ordinal);
        return at < 0 ? Fault(subject, check, line, "mend what the line names") : Fault(subject, check, line[..at], line[(at + 2)..].TrimEnd('.'));
    }

    public static Finding Skipped(string subject, string check, string why) => new(subject, check, Health.Skipped, why);
}
