using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.Receiver;

/// <summary>Secrets as they are compared: keys of signatures as bytes, all others as digests of one length.</summary>
internal static class SecretList
{
    private const string StandardWebhooksPrefix = "whsec_";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads secrets.</summary>
    /// <returns>Null where one is none.</returns>
    /// <param name="options">Their kind.</param>
    /// <param name="secrets">The secrets as written.</param>
    /// <param name="fault">What is wrong, without a secret in it.</param>
    public static byte[][]? From(AuthOptions options, IReadOnlyList<string> secrets, out string? fault)
    {
        fault = secrets.Count == 0 ? "there is no secret"
            : secrets.Any(string.IsNullOrWhiteSpace) ? "a secret is blank"
            : secrets.Any(secret => secret.Trim() != secret) ? "a secret begins or ends with white space, which no header would carry"
            : options.Kind == AuthKind.Basic && secrets.Any(secret => secret.IndexOf(':', StringComparison.Ordinal) is var colon && (colon < 1 || colon == secret.Length - 1))
                ? "a secret of Kind Basic is written user:password"
            : null;
        if (fault is not null)
            return null;
        var bytes = secrets.Select(secret => options.Kind == AuthKind.Hmac ? Key(secret, options.SecretEncoding) : SHA256.HashData(Encoding.UTF8.GetBytes(secret))).ToArray();
        if (Array.TrueForAll(bytes, key => key is { Length: > 0 }))
            return bytes!;
        fault = $"a secret is not {(options.SecretEncoding == SecretEncoding.Hex ? "hexadecimal digits" : "Base64")}, as SecretEncoding says";
        return null;
    }

    /// <summary>Reads the file of secrets, one a line.</summary>
    public static byte[][]? FromFile(AuthOptions options, out string? fault)
    {
        try
        {
            return From(options, [.. File.ReadAllLines(options.SecretsFile!, Strict).Where(line => line.Length > 0)], out fault);
        }
        catch (DecoderFallbackException)
        {
            fault = "is not UTF-8";
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            fault = $"cannot be read: {unreadable.Message.TrimEnd('.')}";
            return null;
        }
    }

    private static byte[]? Key(string secret, SecretEncoding encoding)
    {
        if (encoding == SecretEncoding.Text)
            return Encoding.UTF8.GetBytes(secret);
        try
        {
            return encoding == SecretEncoding.Hex
                ? Convert.FromHexString(secret)
                : Convert.FromBase64String(secret.StartsWith(StandardWebhooksPrefix, StringComparison.Ordinal) ? secret[StandardWebhooksPrefix.Length..] : secret);
        }
        catch (FormatException)
        {
            // Not echoed: it is a secret.
            return null;
        }
    }
}
