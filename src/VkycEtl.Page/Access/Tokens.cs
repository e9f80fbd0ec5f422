using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.Page.Access;

/// <summary>
/// The token, and the cookie that stands for it: its time of expiry and an HMAC of that under the token, so that nothing has to be remembered and a
/// new token ends every session. Compared in constant time.
/// </summary>
internal sealed class Tokens(PageOptions options, TimeProvider time)
{
    /// <summary>The cookie's name.</summary>
    public const string Cookie = "vkyc_page";

    /// <summary>How long a login lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly byte[]? digest = options.HasToken ? SHA256.HashData(Encoding.UTF8.GetBytes(options.Token!)) : null;

    /// <summary>Whether there is a token at all.</summary>
    public bool IsSet => digest is not null;

    /// <summary>Whether this is the token.</summary>
    public bool IsToken(string given) => digest is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), digest);

    /// <summary>A cookie's value that is good from now on.</summary>
    public string Issue() => Sign((time.GetUtcNow() + Lifetime).ToUnixTimeSeconds());

    /// <summary>Whether a cookie's value is ours and not yet expired.</summary>
    public bool IsIssued(string value)
    {
        var dot = value.IndexOf('.', StringComparison.Ordinal);
        return digest is not null && dot > 0
            && long.TryParse(value.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var expiry)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(value), Encoding.UTF8.GetBytes(Sign(expiry)))
            && time.GetUtcNow().ToUnixTimeSeconds() < expiry;
    }

    private string Sign(long expiry)
    {
        var text = expiry.ToString(CultureInfo.InvariantCulture);
        return $"{text}.{Convert.ToHexStringLower(HMACSHA256.HashData(digest!, Encoding.UTF8.GetBytes("vkyc page " + text)))}";
    }
}
