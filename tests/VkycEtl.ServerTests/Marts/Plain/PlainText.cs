namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>The rules for agents, reasons and statuses.</summary>
internal static class PlainText
{
    // Unicode's White_Space, letter by letter. char.IsWhiteSpace is not asked: the list must not move with the runtime.
    private static readonly char[] WhiteSpace =
    [
        '\u0009', '\u000a', '\u000b', '\u000c', '\u000d', '\u0020', '\u0085', '\u00a0', '\u1680', '\u2000', '\u2001', '\u2002', '\u2003',
        '\u2004', '\u2005', '\u2006', '\u2007', '\u2008', '\u2009', '\u200a', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000',
    ];

    public static string? AgentKey(string? agentId)
    {
        var trimmed = agentId?.Trim(WhiteSpace);
        if (string.IsNullOrEmpty(trimmed))
            return null;
        return IsEmail(trimmed) ? Lower(trimmed) : trimmed;
    }

    public static string? ReasonKey(string? reason)
    {
        var words = (reason ?? "").Split(WhiteSpace, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : Lower(string.Join(' ', words));
    }

    public static string? Status(string? status) => status is null ? null : Upper(status.Trim(WhiteSpace));

    private static bool IsEmail(string text)
    {
        var parts = text.Split('@');
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0 && !text.Any(WhiteSpace.Contains);
    }

    private static string Lower(string text) => string.Concat(text.Select(letter => letter is >= 'A' and <= 'Z' ? (char)(letter - 'A' + 'a') : letter));

    private static string Upper(string text) => string.Concat(text.Select(letter => letter is >= 'a' and <= 'z' ? (char)(letter - 'a' + 'A') : letter));
}
