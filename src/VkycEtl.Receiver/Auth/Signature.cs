using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace VkycEtl.Receiver;

/// <summary>Judges the signature of a request's body.</summary>
internal sealed class Signature(AuthOptions options, LiveSecrets secrets, TimeProvider clock)
{
    private static readonly string[] Rfc3339 = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    private readonly SignedText text = SignedText.Parse(options.Template, out _) ?? throw new ArgumentException("The template is none.", nameof(options));

    /// <summary>What is wrong with the request's headers, before its body is read; null where the signature can be looked at.</summary>
    public string? FaultOf(IHeaderDictionary headers)
    {
        if (SignedText.Single(headers, options.HeaderName) is not { Length: > 0 } value)
            return $"the header {options.HeaderName} is missing, or there several times";
        if (!options.HasTimestamp)
            return null;
        if (Timestamp(headers, value) is not { } given || Time(given) is not { } time)
            return "the time of signing is missing or unreadable";
        return (clock.GetUtcNow() - time).Duration() > options.Tolerance
            ? string.Create(CultureInfo.InvariantCulture, $"the time of signing is not within {options.Tolerance.TotalSeconds:0} s of {clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, the time here")
            : null;
    }

    /// <summary>Whether one of the signatures is that of the body under one of the secrets.</summary>
    public bool Matches(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        var value = SignedText.Single(headers, options.HeaderName) ?? "";
        var given = Elements(value).Where(element => element.StartsWith(options.Prefix, StringComparison.Ordinal))
            .Select(element => Decode(element[options.Prefix.Length..])).OfType<byte[]>().ToList();
        var timestamp = options.HasTimestamp ? Timestamp(headers, value) : null;
        var matches = false;
        foreach (var key in secrets.Current)
        {
            if (text.Sign(key, body, timestamp, name => SignedText.Single(headers, name)) is not { } expected)
                return false;
            foreach (var signature in given)
                matches |= CryptographicOperations.FixedTimeEquals(signature, expected);
        }

        return matches;
    }

    private string? Timestamp(IHeaderDictionary headers, string signature)
    {
        if (options.TimestampHeader.Length > 0)
            return SignedText.Single(headers, options.TimestampHeader);

        // Two times could not both be the one that was signed.
        var times = Elements(signature).Where(element => element.StartsWith(options.TimestampPrefix, StringComparison.Ordinal)).ToList();
        return times.Count == 1 ? times[0][options.TimestampPrefix.Length..] : null;
    }

    private string[] Elements(string value) =>
        options.Separator.Length == 0 ? [value] : value.Split(options.Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private byte[]? Decode(string signature)
    {
        Span<byte> bytes = stackalloc byte[HMACSHA256.HashSizeInBytes + 1];
        if (options.Encoding == SignatureEncoding.Base64)
            return Convert.TryFromBase64String(signature, bytes, out var written) && written == HMACSHA256.HashSizeInBytes ? bytes[..written].ToArray() : null;
        return signature.Length == 2 * HMACSHA256.HashSizeInBytes && signature.All(char.IsAsciiHexDigit) ? Convert.FromHexString(signature) : null;
    }

    /// <summary>Seconds or milliseconds since 1970, or RFC 3339.</summary>
    private static DateTimeOffset? Time(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
        {
            return epoch < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(epoch)
                : epoch < 100_000_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds(epoch)
                : null;
        }

        return DateTimeOffset.TryParseExact(text, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }
}
