using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace VkycEtl.RawEvents;

/// <summary>One header of a raw record, as it stands in the topic.</summary>
/// <param name="Name">The header's name.</param>
/// <param name="Value">Its bytes; null where the record holds a null.</param>
public readonly record struct RawHeader(string Name, byte[]? Value);

/// <summary>
/// One record of the raw topic: a webhook's body byte for byte, with its coordinates. A record without our headers is legal:
/// received at its record timestamp, route <c>unknown</c>.
/// </summary>
public sealed record RawEvent
{
    /// <summary>The route of a record that carries no <see cref="RawHeaders.Route"/>.</summary>
    public const string UnknownRoute = "unknown";

    /// <summary>The topic the record was read from.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition the record was read from.</summary>
    public required int Partition { get; init; }

    /// <summary>The record's offset in its partition.</summary>
    public required long Offset { get; init; }

    /// <summary>The record's key, or null.</summary>
    public byte[]? Key { get; init; }

    /// <summary>The record's value; empty where the record holds a null.</summary>
    public required byte[] Body { get; init; }

    /// <summary>All headers, in the record's order.</summary>
    public IReadOnlyList<RawHeader> Headers { get; init; } = [];

    /// <summary>When the webhook was received, UTC, cut to the microsecond.</summary>
    public required DateTime ReceivedAt { get; init; }

    /// <summary>The receiver's route.</summary>
    public string Route { get; init; } = UnknownRoute;

    /// <summary>The route's application id for bodies that name none, or null.</summary>
    public string? RouteAppId { get; init; }

    /// <summary>Reads a consumed record.</summary>
    /// <param name="result">A record; not an end-of-partition event.</param>
    public static RawEvent From(ConsumeResult<byte[]?, byte[]?> result)
    {
        var message = result.Message;
        var headers = message.Headers is { Count: > 0 } found ? new RawHeader[found.Count] : [];
        var receivedAt = message.Timestamp.Type == TimestampType.NotAvailable ? DateTime.UnixEpoch : message.Timestamp.UtcDateTime;
        string route = UnknownRoute;
        string? routeAppId = null;
        for (var i = 0; i < headers.Length; i++)
        {
            var header = message.Headers[i];
            var value = header.GetValueBytes();
            headers[i] = new RawHeader(header.Key, value);
            if (value is null)
                continue;
            switch (header.Key)
            {
                case RawHeaders.ReceivedAt when TryParseTime(value, out var time):
                    receivedAt = time;
                    break;
                case RawHeaders.Route when value.Length > 0:
                    route = Encoding.UTF8.GetString(value);
                    break;
                case RawHeaders.AppId when value.Length > 0:
                    routeAppId = Encoding.UTF8.GetString(value);
                    break;
            }
        }

        return new RawEvent
        {
            Topic = result.Topic,
            Partition = result.Partition.Value,
            Offset = result.Offset.Value,
            Key = message.Key,
            Body = message.Value ?? [],
            Headers = headers,
            ReceivedAt = new DateTime(receivedAt.Ticks - receivedAt.Ticks % TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc),
            Route = route,
            RouteAppId = routeAppId,
        };
    }

    private static bool TryParseTime(byte[] utf8, out DateTime time) =>
        DateTime.TryParse(
            Encoding.UTF8.GetString(utf8),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
            out time);
}
