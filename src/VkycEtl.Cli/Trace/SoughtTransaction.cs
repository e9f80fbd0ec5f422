using System.Text;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Trace;

/// <summary>The transaction that raw records are looked through for.</summary>
/// <param name="AppId">Its application, or null where nothing names it.</param>
/// <param name="TransactionId">Its id.</param>
/// <param name="Flattener">Makes rows as the worker does.</param>
internal sealed record SoughtTransaction(string? AppId, string TransactionId, Flattener Flattener)
{
    private readonly byte[] recordKey = AppId is null ? [] : RecordKey.Of(AppId, TransactionId);
    private readonly byte[] letters = Encoding.UTF8.GetBytes(TransactionId);

    /// <summary>What a record says, if it is of this transaction; else null. Most records are told apart without being read as events.</summary>
    public DeliveryFacts? Match(RawEvent raw)
    {
        if (!(recordKey.Length > 0 && raw.Key.AsSpan().SequenceEqual(recordKey)) && raw.Body.AsSpan().IndexOf(letters) < 0)
            return null;
        var says = DeliveryFacts.Of(raw, Flattener, TransactionId);
        return says.TransactionId == TransactionId && (says.AppId is null || says.AppId == AppId) ? says : null;
    }
}
