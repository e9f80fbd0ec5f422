using System.ComponentModel.DataAnnotations;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>How events are read. Settings section <c>Schemas</c>.</summary>
public sealed class FlattenOptions : IValidatableObject
{
    /// <summary>The settings section.</summary>
    public const string Section = "Schemas";

    /// <summary>A directory of .avsc files that adds to the schemas which come with the program. Empty: none.</summary>
    public string Directory { get; set; } = "";

    /// <summary>The IANA zone of times that name none, such as <c>Asia/Kolkata</c>. Default <c>UTC</c>.</summary>
    [Required]
    public string DefaultTimeZone { get; set; } = "UTC";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(DefaultTimeZone, out _))
        {
            yield return new ValidationResult(
                $"{Section}:DefaultTimeZone \"{DefaultTimeZone}\" is no time zone of this machine; "
                + "name an IANA zone such as Asia/Kolkata, and see that tzdata is installed",
                [nameof(DefaultTimeZone)]);
        }
    }
}
