using System.Text;
using CsCheck;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Flatten;

/// <summary>What the tests of this folder have in common: the program's own schemas, and raw events of given bytes.</summary>
internal static class Given
{
    public static string AvroDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "avro");

    public static SchemaSet Schemas { get; } = SchemaSet.Load(AvroDirectory);

    public static Flattener Flattener(string zone = "UTC") => new(Schemas, new FlattenOptions { DefaultTimeZone = zone });

    /// <summary>One of these values.</summary>
    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    public static RawEvent Raw(byte[] body, string? routeAppId = null) => new()
    {
        Topic = "vkyc.raw",
        Partition = 3,
        Offset = 42,
        Body = body,
        ReceivedAt = new DateTime(2026, 3, 1, 10, 0, 1, DateTimeKind.Utc),
        RouteAppId = routeAppId,
    };

    public static RawEvent Raw(string body, string? routeAppId = null) => Raw(Encoding.UTF8.GetBytes(body), routeAppId);

    /// <summary>An event of a type with these details and nothing strange about it.</summary>
    public static string Event(string eventType, string details) =>
        $$"""{"appId":"app-1","transactionId":"txn-1","eventDetails":{{details}},"eventVersion":"1.0.0","eventType":"{{eventType}}","eventTime":"2026-03-01T10:00:00Z","eventId":"trn:vkyc:1"}""";
}
