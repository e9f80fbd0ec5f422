using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Pipeline.Consume;

/// <summary>The worker's log messages, 2000–2099. Coordinates and causes, never a payload.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(2000, LogLevel.Information, "worker {Worker} reads {Topic}")]
    public static partial void WorkerStarted(this ILogger logger, string worker, string topic);

    [LoggerMessage(2001, LogLevel.Information, "worker stopped: {How}")]
    public static partial void WorkerStopped(this ILogger logger, string how);

    [LoggerMessage(2002, LogLevel.Critical, "worker stops: {Why}")]
    public static partial void WorkerFailed(this ILogger logger, string why, Exception? fault);

    [LoggerMessage(2010, LogLevel.Information, "{Topic}: assigned partitions {Partitions}")]
    public static partial void PartitionsAssigned(this ILogger logger, string topic, string partitions);

    [LoggerMessage(2011, LogLevel.Information, "{Topic}: partitions {Partitions} {How}")]
    public static partial void PartitionsTakenAway(this ILogger logger, string topic, string partitions, string how);

    [LoggerMessage(2012, LogLevel.Information, "{Topic} ({TopicId}) partition {Partition}, pass {Pass}: reading from offset {Offset}, lost {Lost}")]
    public static partial void PartitionBegins(
        this ILogger logger, string topic, string topicId, int partition, int pass, long offset, long lost);

    [LoggerMessage(2013, LogLevel.Warning, "{Topic} partition {Partition}: reads stored progress again at offset {Offset}, since {Why}")]
    public static partial void PartitionRestarts(this ILogger logger, string topic, int partition, long offset, string why);

    [LoggerMessage(2014, LogLevel.Error,
        "{Topic} partition {Partition}: log_diverged at offset {Offset}: {Why}. It is not read any more; the others are. Set its progress by hand once it is known which is right.")]
    public static partial void LogDiverged(this ILogger logger, string topic, int partition, long offset, string why);

    [LoggerMessage(2015, LogLevel.Warning,
        "{Topic}: topic id {Before} became {Now} while a batch was read; {Rows} rows dropped, the topic that stands there now is read from its start")]
    public static partial void TopicChanged(this ILogger logger, string topic, string before, string now, int rows);

    [LoggerMessage(2016, LogLevel.Information, "fetching {How} while the warehouse is behind")]
    public static partial void FetchingHeld(this ILogger logger, string how);

    [LoggerMessage(2017, LogLevel.Debug, "{Topic} partition {Partition}: offset {Offset} not left for lag tools: {Code}")]
    public static partial void OffsetNotPublished(this ILogger logger, string topic, int partition, long offset, ErrorCode code);

    [LoggerMessage(2018, LogLevel.Warning, "load {LoadId} took longer than {Bound} to hand over; its commit is fenced by stored progress")]
    public static partial void HandOverTooSlow(this ILogger logger, Guid loadId, TimeSpan bound);

    [LoggerMessage(2019, LogLevel.Warning, "progress could not be compared: {Fault}")]
    public static partial void StandingUnknown(this ILogger logger, string fault);

    [LoggerMessage(2020, LogLevel.Warning, "{Topic} partition {Partition}: {Code}: {Reason}")]
    public static partial void ConsumeFault(this ILogger logger, string topic, int partition, ErrorCode code, string reason);

    [LoggerMessage(2021, LogLevel.Warning, "Kafka client: {Code}: {Reason}")]
    public static partial void ClientError(this ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(2022, LogLevel.Debug, "librdkafka {Facility}: {Message}")]
    public static partial void ClientLog(this ILogger logger, string facility, string message);

    [LoggerMessage(2023, LogLevel.Warning, "{What} failed ({Class}), try {Attempt}, again in {Delay}: {Fault}")]
    public static partial void Retrying(this ILogger logger, string what, string @class, int attempt, TimeSpan delay, string fault);

    [LoggerMessage(2024, LogLevel.Information, "migrated: {Step}")]
    public static partial void Migrated(this ILogger logger, string step);

    [LoggerMessage(2025, LogLevel.Information, "schemas {Version}, deployed meanwhile, are in use from here on: {Changed}")]
    public static partial void SchemasAdopted(this ILogger logger, string version, string changed);

    [LoggerMessage(2026, LogLevel.Warning,
        "other schemas are deployed than this worker's files make ({Changed}); it goes on with those it has until Schemas:Directory here is the same as where vkyc migrate ran. {Faults}")]
    public static partial void SchemasDiffer(this ILogger logger, string changed, string faults);

    [LoggerMessage(2027, LogLevel.Warning, "the deployed schemas could not be asked for ({Fault}); the worker goes on with those it has")]
    public static partial void SchemasUnknown(this ILogger logger, string fault);
}
