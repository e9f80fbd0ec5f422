namespace VkycEtl.Pipeline.Publish;

/// <summary>What stands in a published directory, for those who ask how old it is.</summary>
public static class PublishedFiles
{
    /// <summary>How old a generation may become while a worker publishes and nothing is loaded.</summary>
    public static TimeSpan LongestAge => Publication.ClockEvery;

    /// <summary>When the newest generation was made (UTC); null where there is none.</summary>
    public static DateTimeOffset? PublishedAt(string directory) =>
        new PublishedDirectory(directory).ReadCurrent() is { } manifest ? new DateTimeOffset(manifest.PublishedAt) : null;
}
