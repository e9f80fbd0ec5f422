using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.Page.Access;

/// <summary>
/// Agents under pseudonyms, and digits in reasons masked, unless personal values are shown. A pseudonym is keyed by what nobody who sees it knows: a
/// key of this process.
/// </summary>
internal sealed class Personal
{
    /// <summary>Decimal digits of ASCII, Arabic, Devanagari and the other scripts of India, and full-width ones: a regular expression of every engine.</summary>
    private const string Digits = "[0-9\u0660-\u0669\u06F0-\u06F9\u0966-\u096F\u09E6-\u09EF\u0A66-\u0A6F\u0AE6-\u0AEF\u0B66-\u0B6F\u0BE6-\u0BEF\u0C66-\u0C6F\u0CE6-\u0CEF\u0D66-\u0D6F\uFF10-\uFF19]";

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public Personal(PageOptions options) => IsShown = options.ShowPersonal;

    /// <summary>Whether they are shown as sent.</summary>
    public bool IsShown { get; }

    /// <summary>What figures mask in reasons, as their parameter; null: nothing.</summary>
    public string? DigitsPattern => IsShown ? null : Digits;

    /// <summary>An agent as shown.</summary>
    public string Agent(string agent) => IsShown ? agent : $"agent-{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(agent)).AsSpan(0, 5))}";

    /// <summary>An agent as sent, as shown: spellings that agent_key makes one have one pseudonym.</summary>
    public string AgentOf(string sent)
    {
        if (IsShown)
            return sent;
        var trimmed = sent.Trim();
        var isMail = trimmed.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == trimmed.LastIndexOf('@') && at < trimmed.Length - 1 && !trimmed.Any(char.IsWhiteSpace);
        return trimmed.Length == 0 ? "" : Agent(isMail ? Lower(trimmed) : trimmed);
    }

    /// <summary>A reason as shown.</summary>
    public string Reason(string reason) => IsShown ? reason : string.Concat(reason.Select(character => char.IsDigit(character) ? '#' : character));

    // A to Z only, as every engine does it there.
    private static string Lower(string text) => string.Create(text.Length, text, static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
    });
}
