using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Receiver;

/// <summary>The receiver's log messages, 1000–1099. Never a body, a credential, or an id.</summary>
internal static partial class ReceiverLog
{
    [LoggerMessage(1000, LogLevel.Information, "route {Route} takes POST {Path}, auth {Auth}")]
    public static partial void RouteOpen(this ILogger logger, string route, string path, AuthKind? auth);

    [LoggerMessage(1001, LogLevel.Warning, "route {Route}: not acknowledged by the broker: {Code}; answered 503")]
    public static partial void NotAcknowledged(this ILogger logger, string route, ErrorCode code);

    [LoggerMessage(1002, LogLevel.Warning, "route {Route}: no acknowledgement within {Deadline}; answered 503, perhaps written")]
    public static partial void DeadlinePassed(this ILogger logger, string route, TimeSpan deadline);

    [LoggerMessage(1003, LogLevel.Warning, "route {Route}: the broker cannot keep more unread events; answered 503")]
    public static partial void GateClosed(this ILogger logger, string route);

    [LoggerMessage(1004, LogLevel.Error, "the producer has failed for good ({Code}: {Reason}); another is built")]
    public static partial void ProducerRebuilt(this ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(1016, LogLevel.Error, "another producer could not be built: {Fault}")]
    public static partial void ProducerNotBuilt(this ILogger logger, string fault);

    [LoggerMessage(1005, LogLevel.Warning, "Kafka client: {Code}: {Reason}")]
    public static partial void ClientError(this ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(1006, LogLevel.Debug, "librdkafka {Facility}: {Message}")]
    public static partial void ClientLog(this ILogger logger, string facility, string message);

    [LoggerMessage(1007, LogLevel.Warning, "raw topic {Topic} cannot be used: {Fault} (asked again every {Delay})")]
    public static partial void TopicUnknown(this ILogger logger, string topic, string fault, TimeSpan delay);

    [LoggerMessage(1008, LogLevel.Information, "raw topic {Topic} ({TopicId}) has {Partitions} partitions")]
    public static partial void TopicFound(this ILogger logger, string topic, string topicId, int partitions);

    [LoggerMessage(1009, LogLevel.Warning, "route {Route}: kept a body that is no JSON object, {Bytes} bytes; answered 400")]
    public static partial void Rejected(this ILogger logger, string route, int bytes);

    [LoggerMessage(1010, LogLevel.Warning, "route {Route}: over MaxRejectedBytesPerHour; {Bytes} bytes not kept, answered 429")]
    public static partial void OverBudget(this ILogger logger, string route, int bytes);

    [LoggerMessage(1011, LogLevel.Critical, "{Why}")]
    public static partial void TopicRefused(this ILogger logger, string why);

    [LoggerMessage(1012, LogLevel.Debug, "route {Route}: {Why}; answered 401")]
    public static partial void TurnedAway(this ILogger logger, string route, string why);

    [LoggerMessage(1013, LogLevel.Information, "route {Route}: the file of secrets has changed; {Count} secrets are good now")]
    public static partial void SecretsTaken(this ILogger logger, string route, int count);

    [LoggerMessage(1014, LogLevel.Warning, "route {Route}: the file of secrets is no good: {Fault}; the secrets of before stay")]
    public static partial void SecretsRefused(this ILogger logger, string route, string fault);
}
