using Microsoft.Extensions.Logging;

namespace VkycEtl.Pipeline.Marts;

/// <summary>The log messages of the marts loop, 3200–3219.</summary>
internal static partial class MartsLog
{
    [LoggerMessage(3200, LogLevel.Debug, "derived tables: {Loads} loads applied in {Took}, {Behind} wait")]
    public static partial void Refreshed(this ILogger logger, int loads, TimeSpan took, long behind);

    [LoggerMessage(3201, LogLevel.Warning, "derived tables not refreshed, loading goes on: {Fault}")]
    public static partial void NotRefreshed(this ILogger logger, string fault);

    [LoggerMessage(3202, LogLevel.Information, "derived tables are refreshed again")]
    public static partial void RefreshedAgain(this ILogger logger);
}
