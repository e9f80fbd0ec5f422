using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using VkycEtl.Page.Query;

namespace VkycEtl.Page.Transactions;

/// <summary>The last row of a page of a list: the next page begins after it, whatever has come in meanwhile.</summary>
/// <param name="At">What the list is ordered by.</param>
/// <param name="Key">The transaction's key.</param>
/// <param name="Attempt">The attempt, where a row is one.</param>
internal sealed record Cursor(string At, Guid Key, int? Attempt)
{
    /// <summary>As it is handed out.</summary>
    public string Write() => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes($"{At}|{Key}|{Attempt}"));

    /// <summary>The one of a row of a list.</summary>
    public static Cursor Of(Rows rows, int row) => new(
        CellText.Instant((DateTime)rows.At(row, "place_at")!),
        Guid.Parse((string)rows.At(row, "transaction_key")!),
        rows.At(row, "attempt_no") is { } attempt ? Convert.ToInt32(attempt, CultureInfo.InvariantCulture) : null);

    /// <summary>Reads one that came back.</summary>
    /// <exception cref="PageFault">It is none of ours.</exception>
    public static Cursor Parse(string text)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(text)).Split('|');
            if (parts is [var at, var key, var attempt]
                && DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                && Guid.TryParse(key, out var id))
                return new Cursor(CellText.Instant(time.UtcDateTime), id, attempt.Length == 0 ? null : int.Parse(attempt, NumberStyles.None, CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            // Said below.
        }

        throw PageFault.Parameter("cursor", "must be the 'next' of the page before");
    }
}
