using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace VkycEtl.Receiver;

/// <summary>
/// Checks a request's credential in a time that does not depend on how much of it is right: all secrets are compared, by digests of one length.
/// What is said of a refused one helps its sender and tells nothing of the secrets.
/// </summary>
internal sealed class Credential(AuthOptions options, LiveSecrets secrets, TimeProvider clock)
{
    private const string Wrong = "the credential is wrong";

    // Basic credentials in UTF-8 as RFC 7617 wants it; bytes that are none make no credential.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Signature? signature = options.Kind == AuthKind.Hmac ? new Signature(options, secrets, clock) : null;

    /// <summary>The challenge of an answer 401 (RFC 9110, 11.6.1).</summary>
    public string Challenge { get; } = options.Kind switch
    {
        AuthKind.Basic => "Basic realm=\"vkyc\", charset=\"UTF-8\"",
        AuthKind.Bearer => "Bearer realm=\"vkyc\"",
        AuthKind.Hmac => $"HMAC-SHA256 realm=\"vkyc\", header=\"{options.HeaderName}\"",
        _ => $"ApiKey realm=\"vkyc\", header=\"{options.HeaderName}\"",
    };

    /// <summary>Why the request may not come in, as far as its headers tell; null where they do not speak against it.</summary>
    public string? FaultOf(IHeaderDictionary headers)
    {
        if (options.Kind == AuthKind.None)
            return null;
        if (signature is not null)
            return signature.FaultOf(headers);
        if (SignedText.Single(headers, options.HeaderName) is not { } value)
            return $"the header {options.HeaderName} is missing, or there several times";
        var given = options.Kind switch
        {
            AuthKind.Header => value,
            AuthKind.Basic => UserAndPassword(value),
            AuthKind.Bearer => AfterScheme(value, "Bearer"),
            _ => null,
        };
        return given is null ? $"the header {options.HeaderName} holds no {options.Kind} credential" : IsKnown(given) ? null : Wrong;
    }

    /// <summary>Why the request may not come in, now that its body is there; null where it may.</summary>
    public string? FaultOf(IHeaderDictionary headers, ReadOnlySpan<byte> body) =>
        signature is null || signature.Matches(headers, body) ? null : "the signature does not fit the body, the time and the secrets";

    private bool IsKnown(string given)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(given), digest);
        var isKnown = false;
        foreach (var secret in secrets.Current)
            isKnown |= CryptographicOperations.FixedTimeEquals(digest, secret);
        return isKnown;
    }

    private static string? UserAndPassword(string value)
    {
        try
        {
            return AfterScheme(value, "Basic") is { } encoded ? StrictUtf8.GetString(Convert.FromBase64String(encoded)) : null;
        }
        catch (Exception none) when (none is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>What follows the scheme's name, which has no case.</summary>
    private static string? AfterScheme(string value, string scheme) =>
        value.Length > scheme.Length && value[scheme.Length] == ' ' && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? value[scheme.Length..].Trim(' ') : null;
}
