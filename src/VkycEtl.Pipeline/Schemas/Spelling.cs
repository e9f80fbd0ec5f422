namespace VkycEtl.Pipeline.Schemas;

/// <summary>Names that are almost one that is known: Avro ignores what it does not know, so a slip of the pen would go unnoticed.</summary>
internal static class Spelling
{
    private const int MostSlips = 2;

    /// <summary>The known name that is meant; null where the name is known itself, or near none.</summary>
    public static string? Meant(string name, IReadOnlyList<string> known)
    {
        if (known.Contains(name, StringComparer.Ordinal))
            return null;
        return known
            .Select(candidate => (Name: candidate, Slips: Slips(KeySpelling.Fold(name), KeySpelling.Fold(candidate))))
            .Where(candidate => candidate.Slips <= Math.Min(MostSlips, candidate.Name.Length / 3))
            .OrderBy(candidate => candidate.Slips)
            .FirstOrDefault().Name;
    }

    /// <summary>How many letters are to be put in, left out or replaced (Levenshtein's distance).</summary>
    private static int Slips(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
