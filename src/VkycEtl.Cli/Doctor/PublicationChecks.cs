using System.Globalization;
using VkycEtl.Pipeline.Publish;

namespace VkycEtl.Cli.Doctor;

/// <summary>What BI tools read of a DuckDB warehouse: whether it is there, and how old it is.</summary>
internal static class PublicationChecks
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    public static IEnumerable<Finding> Run(Case what)
    {
        if (!what.Settings.IsDuckDb)
            yield break;
        var every = what.Settings.Warehouse.PublishEvery;
        if (every == TimeSpan.Zero)
        {
            yield return Finding.Skipped("published", "age", "Warehouse:PublishEvery is 0: nothing is published for BI tools");
            yield break;
        }

        var isServed = what.Context.Warehouse is not null;
        if (PublishedFiles.PublishedAt(what.Directory.Published) is not { } at)
        {
            yield return isServed
                ? Finding.Warning("published", "age", $"nothing is in {what.Directory.Published}", "wait a moment; if it stays so, the log says why [3101]")
                : Finding.Skipped("published", "age", "nothing is published yet: 'vkyc up' or 'vkyc worker' does");
            yield break;
        }

        // It is made anew though nothing is loaded, and never takes more than a tenth of the time.
        var age = what.Context.Time.GetUtcNow() - at;
        var seen = string.Create(CultureInfo.InvariantCulture, $"what BI tools see was published {age.TotalSeconds:0} s ago");
        yield return isServed && age > PublishedFiles.LongestAge + every + Grace
            ? Finding.Warning("published", "age", seen, "the log says why [3101]: disk full, or no right to write")
            : Finding.Ok("published", "age", seen);
    }
}
