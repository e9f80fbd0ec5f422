using System.Text;

namespace VkycEtl.Cli.Ownership;

/// <summary>
/// A path to a socket that fits into the kernel's 108 bytes (unix(7)), however deep its directory lies: where the real one is too long, a
/// symbolic link to the directory, for the moment of bind or connect.
/// </summary>
internal readonly struct SocketRoad : IDisposable
{
    // macOS has 104 with the ending zero; one limit for both.
    private const int LongestPath = 103;

    private readonly string? temporary;

    private SocketRoad(string path, string? temporary)
    {
        Path = path;
        this.temporary = temporary;
    }

    /// <summary>What to bind or connect to.</summary>
    public string Path { get; }

    /// <summary>Finds a path that fits.</summary>
    public static SocketRoad To(string directory, string name)
    {
        var path = System.IO.Path.Combine(directory, name);
        if (Encoding.UTF8.GetByteCount(path) <= LongestPath)
            return new SocketRoad(path, temporary: null);

        // The temporary directory is its maker's alone (0700), so nobody can put another link in its place.
        var own = Directory.CreateTempSubdirectory("vkyc-").FullName;
        var link = System.IO.Path.Combine(own, "d");
        Directory.CreateSymbolicLink(link, directory);
        return new SocketRoad(System.IO.Path.Combine(link, name), own);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (temporary is null)
            return;
        File.Delete(System.IO.Path.Combine(temporary, "d"));
        Directory.Delete(temporary);
    }
}
