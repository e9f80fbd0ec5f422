namespace VkycEtl.Pipeline.Flatten;

/// <summary>The issues of the row being made: each once, sorted when taken. Nothing is allocated where there is none.</summary>
internal sealed class IssueList
{
    private string[] codes = new string[16];
    private int count;

    public void Clear() => count = 0;

    public void Add(string code)
    {
        if (codes.AsSpan(0, count).Contains(code))
            return;
        if (count == codes.Length)
            Array.Resize(ref codes, count * 2);
        codes[count++] = code;
    }

    public string[] ToSorted()
    {
        if (count == 0)
            return [];
        var sorted = codes[..count];
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }
}
