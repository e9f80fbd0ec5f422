using System.Text;
using System.Text.Json;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Load;

/// <summary>One row of <c>vkyc_etl.quarantine</c>, but for what the load adds.</summary>
internal sealed record QuarantineRow
{
    /// <summary>How the text of a displaced row begins; <c>audit</c> counts such rows apart, and replay refuses them.</summary>
    public const string DisplacedPrefix = "displaced by ";

    /// <summary>The cluster the record was read from.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The topic's id.</summary>
    public required string TopicId { get; init; }

    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The offset.</summary>
    public required long Offset { get; init; }

    /// <summary>The pass it was read in.</summary>
    public required int Pass { get; init; }

    /// <summary>One of <see cref="QuarantineReason"/>.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>In words, without the payload.</summary>
    public required string ReasonText { get; init; }

    /// <summary>The record's key.</summary>
    public required byte[]? RecordKey { get; init; }

    /// <summary>All headers, as JSON.</summary>
    public required string Headers { get; init; }

    /// <summary>The record's bytes.</summary>
    public required byte[] Body { get; init; }

    /// <summary>When it was received, UTC.</summary>
    public required DateTime ReceivedAt { get; init; }

    /// <summary>A record of the batch.</summary>
    public static QuarantineRow From(LoadBatch batch, int pass, RawEvent raw, string code, string text) => new()
    {
        ClusterId = batch.ClusterId,
        TopicId = batch.TopicId,
        Topic = raw.Topic,
        Partition = raw.Partition,
        Offset = raw.Offset,
        Pass = pass,
        ReasonCode = code,
        ReasonText = text,
        RecordKey = raw.Key,
        Headers = WriteHeaders(raw.Headers),
        Body = raw.Body,
        ReceivedAt = raw.ReceivedAt,
    };

    /// <summary>A copy that is not the least of its event.</summary>
    public static QuarantineRow LesserCopy(LoadBatch batch, int pass, EventRow row, Guid winner) => From(
        batch,
        pass,
        row.Raw,
        QuarantineReason.ConflictingDuplicate,
        $"content {row.ContentDigest} of event {row.EventKey} differs from the row's, {winner}");

    /// <summary>A JSON array of <c>{name, value}</c>, or <c>{name, base64}</c> where the value is no UTF-8; null where it is null.</summary>
    public static string WriteHeaders(IReadOnlyList<RawHeader> headers)
    {
        if (headers.Count == 0)
            return "[]";
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var header in headers)
            {
                json.WriteStartObject();
                json.WriteString("name", header.Name);
                if (header.Value is null)
                    json.WriteNull("value");
                else if (System.Text.Unicode.Utf8.IsValid(header.Value))
                    json.WriteString("value", header.Value);
                else
                    json.WriteBase64String("base64", header.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
