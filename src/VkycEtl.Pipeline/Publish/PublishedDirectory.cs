using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VkycEtl.Pipeline.Publish;

/// <summary>What a generation holds.</summary>
/// <param name="Generation">Its number; each is one more than the last.</param>
/// <param name="PublishedAt">When it was made.</param>
/// <param name="Stamps">For each file, by its path in the generation, what its rows were; null where that is not told, so that it is always written anew.</param>
/// <param name="Reader">The definition of the readers' database that fits it.</param>
internal sealed record Manifest(long Generation, DateTime PublishedAt, IReadOnlyDictionary<string, string?> Stamps, string Reader);

/// <summary>
/// The directory that BI tools read: <c>generations/N/</c>, the symlink <c>current</c> that leads to the newest, and <c>vkyc.duckdb</c>.
/// A generation is whole before the symlink is swapped, and those before it stay a while for those who are still reading.
/// <code>
/// current/events/2026-11.parquet           for those who read files: always the newest
/// current/at/0000000012/events/…           the same files, for vkyc.duckdb: DuckDB opens a file by its path more than once in a query (for its footer, and
///                                          in each thread for its pages), and by a name that is used again it would meet another generation's pages
/// current/at/0000000011 ==> its own place  a symlink: a query that began before the swap still finds its files, and the views' ** does not follow it
/// </code>
/// </summary>
internal sealed partial class PublishedDirectory(string path)
{
    private const string ManifestName = "manifest.json";
    private const string ByGeneration = "at";

    /// <summary>Generations that stay beside the newest. What did not change is one file in all of them.</summary>
    private const int KeptBefore = 4;

    /// <summary>Absolute path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>The symlink to the newest generation.</summary>
    public string Current => System.IO.Path.Combine(Path, "current");

    /// <summary>The database of views that readers open. Its name makes <c>vkyc.events</c> what it is in the warehouse.</summary>
    public string ReaderDatabase => System.IO.Path.Combine(Path, "vkyc.duckdb");

    private string Generations => System.IO.Path.Combine(Path, "generations");

    /// <summary>The newest generation's files as a pattern whose matches no later generation has other bytes under.</summary>
    /// <param name="seenAs">Where the reader finds the directory.</param>
    /// <param name="file">The file in a generation, or a pattern of such.</param>
    public static string PatternOf(string seenAs, string file) => $"{seenAs}/current/{ByGeneration}/**/{file}";

    /// <summary>The newest generation; null where there is none that can be read.</summary>
    public Manifest? ReadCurrent()
    {
        try
        {
            return JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(System.IO.Path.Combine(Current, ManifestName)));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Where a generation's file is.</summary>
    public string FileOf(long generation, string file) => System.IO.Path.Combine(Folder(generation), file);

    /// <summary>Makes an empty generation; what an interrupted attempt left under its number goes.</summary>
    public void Begin(long generation)
    {
        if (Directory.Exists(Folder(generation)))
            Directory.Delete(Folder(generation), recursive: true);
        Directory.CreateDirectory(Folder(generation));
    }

    /// <summary>Takes a file over from an earlier generation, without copying its bytes where the file system can.</summary>
    /// <returns>Whether it was there.</returns>
    public bool TakeOver(long from, long to, string file)
    {
        var source = FileOf(from, file);
        if (!File.Exists(source))
            return false;
        Share(source, FileOf(to, file));
        return true;
    }

    /// <summary>Makes a whole generation the newest: its files are on disk before the symlink leads to it.</summary>
    /// <param name="manifest">What it holds.</param>
    public void Publish(Manifest manifest)
    {
        ShowByGeneration(manifest);
        File.WriteAllBytes(FileOf(manifest.Generation, ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest));
        foreach (var file in manifest.Stamps.Keys.Append(ManifestName))
        {
            using var written = new FileStream(FileOf(manifest.Generation, file), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            written.Flush(flushToDisk: true);
        }

        var next = Current + ".next";
        File.Delete(next);
        File.CreateSymbolicLink(next, System.IO.Path.Combine("generations", Name(manifest.Generation)));
        Replace(next, Current);
    }

    /// <summary>Writes a generation's manifest anew, at once.</summary>
    public void Note(Manifest manifest)
    {
        var draft = FileOf(manifest.Generation, ManifestName + ".next");
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(manifest));
        Replace(draft, FileOf(manifest.Generation, ManifestName));
    }

    /// <summary>Removes all generations but the newest and those kept before it.</summary>
    public void Tidy(long newest)
    {
        HashSet<string> kept = [Folder(newest), .. Before(newest).Select(Folder)];
        foreach (var folder in Directory.GetDirectories(Generations).Where(folder => !kept.Contains(folder)))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Puts one file in the place of another, at once.</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    public static void Replace(string source, string target)
    {
        if (Rename(source, target) != 0)
            throw new IOException($"{target} cannot be replaced: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    /// <summary>The last whole generations before one, latest first.</summary>
    private IEnumerable<long> Before(long generation) => Enumerable.Range(1, KeptBefore).Select(back => generation - back).Where(one => File.Exists(FileOf(one, ManifestName)));

    private void ShowByGeneration(Manifest manifest)
    {
        var here = PlaceOf(manifest.Generation);
        foreach (var file in manifest.Stamps.Keys)
        {
            var shown = System.IO.Path.Combine(here, file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(shown)!);
            Share(FileOf(manifest.Generation, file), shown);
        }

        foreach (var name in Before(manifest.Generation).Where(before => Directory.Exists(PlaceOf(before))).Select(Name))
            File.CreateSymbolicLink(FileOf(manifest.Generation, System.IO.Path.Combine(ByGeneration, name)), System.IO.Path.Combine("..", "..", name, ByGeneration, name));
    }

    /// <summary>The same bytes under another name, without copying them where the file system can.</summary>
    private static void Share(string source, string target)
    {
        if (Link(source, target) != 0)
            File.Copy(source, target);
    }

    private string PlaceOf(long generation) => FileOf(generation, System.IO.Path.Combine(ByGeneration, Name(generation)));

    private string Folder(long generation) => System.IO.Path.Combine(Generations, Name(generation));

    private static string Name(long generation) => generation.ToString("D10", CultureInfo.InvariantCulture);

    // .NET follows a symlink that it moves, and makes no hard links.
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);
}
