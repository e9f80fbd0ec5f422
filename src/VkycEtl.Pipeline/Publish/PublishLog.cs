using Microsoft.Extensions.Logging;

namespace VkycEtl.Pipeline.Publish;

/// <summary>The publisher's log messages, 3100–3119.</summary>
internal static partial class PublishLog
{
    [LoggerMessage(3100, LogLevel.Debug, "published generation {Generation}: {Written} files written, {Kept} kept, in {Took}")]
    public static partial void Published(this ILogger logger, long generation, int written, int kept, TimeSpan took);

    [LoggerMessage(3101, LogLevel.Warning, "not published, readers keep what they have: {Directory}: {Fault}")]
    public static partial void NotPublished(this ILogger logger, string directory, string fault);

    [LoggerMessage(3102, LogLevel.Information, "publishing again")]
    public static partial void PublishingAgain(this ILogger logger);
}
