using Microsoft.Extensions.Logging;

namespace VkycEtl.Pipeline.Load;

/// <summary>Log messages of loading, numbered from 3000.</summary>
internal static partial class LoadLog
{
    [LoggerMessage(3001, LogLevel.Warning, "load {LoadId} failed, try {Attempt}, again in {Delay}: {Fault}")]
    public static partial void Retrying(ILogger logger, Guid loadId, string fault, int attempt, TimeSpan delay);

    [LoggerMessage(3002, LogLevel.Warning, "COMMIT of load {LoadId} got no answer: the batch is discarded, stored progress will tell")]
    public static partial void CommitUnknown(ILogger logger, Guid loadId, Exception exception);

    [LoggerMessage(3003, LogLevel.Information, "Load {LoadId}: stored progress of partitions {Partitions} moved; they are dropped from the batch")]
    public static partial void Moved(ILogger logger, Guid loadId, string partitions);

    [LoggerMessage(3004, LogLevel.Warning, "Load {LoadId}: the database refuses {Topic}/{Partition}@{Offset}: {Reason}")]
    public static partial void Refused(ILogger logger, Guid loadId, string topic, int partition, long offset, string reason);
}
