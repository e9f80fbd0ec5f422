using System.Text;

namespace VkycEtl.Pipeline.Schemas;

/// <summary>Senders spell keys in more than one way: they are the same where they differ in the case of A–Z and in underscores only.</summary>
internal static class KeySpelling
{
    /// <summary>The common form of all spellings of a key.</summary>
    public static string Fold(string key)
    {
        var folded = new StringBuilder(key.Length);
        foreach (var c in key)
        {
            if (c != '_')
                folded.Append(char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c);
        }

        return folded.ToString();
    }

    /// <summary>Whether a key folds to <paramref name="folded"/>.</summary>
    public static bool IsSpelling(ReadOnlySpan<byte> key, ReadOnlySpan<byte> folded)
    {
        var at = 0;
        foreach (var b in key)
        {
            if (b == (byte)'_')
                continue;
            var lower = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
            if (at == folded.Length || folded[at] != lower)
                return false;
            at++;
        }

        return at == folded.Length;
    }
}
