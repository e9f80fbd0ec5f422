using System.Globalization;
using System.Text;

namespace VkycEtl.Receiver;

/// <summary>Gives requests the credential that a route asks for, as a sender would: for simulated traffic.</summary>
/// <param name="options">What the route asks for.</param>
/// <param name="secret">One of its secrets, as written in the settings.</param>
/// <param name="clock">The time of signing.</param>
public sealed class RequestSigner(AuthOptions options, string secret, TimeProvider clock)
{
    private readonly byte[] key = options.Kind == AuthKind.Hmac
        ? SecretList.From(options, [secret], out var fault)?[0] ?? throw new ArgumentException(fault, nameof(secret))
        : [];

    private readonly SignedText? text = options.Kind == AuthKind.Hmac ? SignedText.Parse(options.Template, out _) : null;

    /// <summary>The signer of a route, with its newest secret: the first. Null where the route asks for nothing.</summary>
    /// <exception cref="IOException">The file of secrets cannot be read.</exception>
    public static RequestSigner? For(AuthOptions options, TimeProvider clock)
    {
        if (options.Kind is null or AuthKind.None)
            return null;
        var secret = options.SecretsFile is { Length: > 0 } file ? File.ReadLines(file).First(line => line.Length > 0) : options.Secrets[0];
        return new RequestSigner(options, secret, clock);
    }

    /// <summary>Adds the headers that the body needs.</summary>
    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body)
    {
        switch (options.Kind)
        {
            case AuthKind.Header:
                request.Headers.TryAddWithoutValidation(options.HeaderName, secret);
                break;
            case AuthKind.Basic:
                request.Headers.TryAddWithoutValidation(options.HeaderName, $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))}");
                break;
            case AuthKind.Bearer:
                request.Headers.TryAddWithoutValidation(options.HeaderName, $"Bearer {secret}");
                break;
            case AuthKind.Hmac:
                AddSignature(request, body);
                break;
        }
    }

    private void AddSignature(HttpRequestMessage request, ReadOnlySpan<byte> body)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        foreach (var name in text!.Headers.Where(name => !request.Headers.Contains(name)))
            request.Headers.TryAddWithoutValidation(name, $"msg_{Guid.CreateVersion7(clock.GetUtcNow()):n}");
        var signed = text.Sign(key, body, timestamp, name => request.Headers.GetValues(name).Single())!;
        var written = options.Prefix + (options.Encoding == SignatureEncoding.Hex ? Convert.ToHexStringLower(signed) : Convert.ToBase64String(signed));
        if (options.TimestampHeader.Length > 0)
            request.Headers.TryAddWithoutValidation(options.TimestampHeader, timestamp);
        if (options.TimestampPrefix.Length > 0)
            written = $"{options.TimestampPrefix}{timestamp}{options.Separator}{written}";
        request.Headers.TryAddWithoutValidation(options.HeaderName, written);
    }
}
