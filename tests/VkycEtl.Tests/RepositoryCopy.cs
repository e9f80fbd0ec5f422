namespace VkycEtl.Tests;

/// <summary>
/// Files of the repository that are made from the program, and held against it by tests. <c>VKYC_RENEW=$PWD dotnet test tests/VkycEtl.Tests</c>, from
/// the repository's root, writes them anew instead; look at the difference before you commit it.
/// </summary>
internal static class RepositoryCopy
{
    /// <summary>The repository's root where files are to be renewed; else null.</summary>
    public static string? RenewAt => Environment.GetEnvironmentVariable("VKYC_RENEW") is { Length: > 0 } root ? root : null;

    /// <summary>Holds a text against the file, or renews the file.</summary>
    /// <param name="copy">The file's copy in the tests' output.</param>
    /// <param name="path">The file in the repository.</param>
    /// <param name="made">What it must hold.</param>
    public static void Check(string copy, string path, string made)
    {
        if (RenewAt is { } root)
        {
            var file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, made);
            return;
        }

        var beside = Path.Combine(AppContext.BaseDirectory, copy);
        Assert.True(File.Exists(beside), $"{path} is missing: VKYC_RENEW=$PWD dotnet test tests/VkycEtl.Tests writes it");
        Assert.Equal(File.ReadAllText(beside), made);
    }
}
