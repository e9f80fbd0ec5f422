using System.Globalization;

namespace VkycEtl.Cli.Doctor;

/// <summary>What this machine has left for the work.</summary>
internal static class MachineChecks
{
    private const long GiB = 1L << 30;
    private const long MiB = 1L << 20;

    /// <summary>Besides its batches a worker holds code, driver buffers and the broker's prefetched records.</summary>
    private const long WorkerBase = 192 * MiB;

    /// <summary>A batch is in memory as bodies, rows and parameters.</summary>
    private const int CopiesOfBatch = 4;

    public static IEnumerable<Finding> Run(Case what) =>
        Run(what, SpaceOf(what.Directory.Path), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>Judges what was measured.</summary>
    /// <param name="what">Whose needs.</param>
    /// <param name="space">Free and all bytes of the disk that DIR is on; null where it is not known.</param>
    /// <param name="memory">Bytes that this process may use: the container's limit where there is one.</param>
    public static IEnumerable<Finding> Run(Case what, (long Free, long All)? space, long memory)
    {
        if (what.ConcernsWorker && what.Settings.IsDuckDb)
            yield return Disk(what.Directory.Path, space);
        if (!what.ConcernsWorker)
            yield break;
        var needed = WorkerBase + 2L * CopiesOfBatch * what.Settings.Worker.BatchBytes;
        yield return memory >= needed
            ? Finding.Ok("machine", "memory", $"{Size(memory)} may be used, about {Size(needed)} are needed")
            : Finding.Warning("machine", "memory", $"{Size(memory)} may be used, and two batches of Worker:BatchBytes need about {Size(needed)}", "give the process more memory, or lower Worker:BatchBytes");
    }

    private static Finding Disk(string path, (long Free, long All)? space)
    {
        if (space is not var (free, all))
            return Finding.Skipped("machine", "disk", $"the free space of {path} is not known");
        var seen = $"{Size(free)} of {Size(all)} are free where {path} is";
        const string cure = "make room: a full disk stops loading, and nothing is lost as long as the topic keeps the events";
        return free < GiB / 2 ? Finding.Fault("machine", "disk", seen, cure)
            : free < 4 * GiB && free < all / 10 ? Finding.Warning("machine", "disk", seen, cure)
            : Finding.Ok("machine", "disk", seen);
    }

    private static (long Free, long All)? SpaceOf(string path)
    {
        // DIR may not be there yet; its disk is the one of the nearest folder that is.
        var folder = path;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
            folder = parent;
        try
        {
            var drive = new DriveInfo(folder);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => bytes >= GiB
        ? string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / GiB:0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / MiB:0} MiB");
}
