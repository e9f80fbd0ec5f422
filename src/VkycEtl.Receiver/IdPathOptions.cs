using System.ComponentModel.DataAnnotations;

namespace VkycEtl.Receiver;

/// <summary>
/// Where a sender's bodies hold the ids, as dotted paths from the root. Nothing but the record's key and the answered id rests on them; the
/// worker reads ids by its schemas. Settings section <c>Receiver:Routes:NAME:Paths</c>.
/// </summary>
public sealed class IdPathOptions : IValidatableObject
{
    /// <summary>The application's id. Default <c>appId</c>.</summary>
    [Required]
    public string AppId { get; set; } = "appId";

    /// <summary>The transaction's id. Default <c>transactionId</c>.</summary>
    [Required]
    public string TransactionId { get; set; } = "transactionId";

    /// <summary>The event's id. Default <c>eventId</c>.</summary>
    [Required]
    public string EventId { get; set; } = "eventId";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, path) in new[] { (nameof(AppId), AppId), (nameof(TransactionId), TransactionId), (nameof(EventId), EventId) })
        {
            if (path.Length > 0 && path.Split('.').Any(string.IsNullOrWhiteSpace))
                yield return new("must be keys joined by dots, such as data.session.id.", [name]);
        }
    }
}
