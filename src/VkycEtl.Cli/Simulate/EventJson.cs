using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VkycEtl.Cli.Simulate;

/// <summary>An event as the body of a webhook, in the documented shape.</summary>
internal static class EventJson
{
    private const string EventVersion = "1.0.0";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Anew = new() { Encoder = JavaScriptEncoder.Default, Indented = true, NewLine = "\n" };

    /// <summary>The body.</summary>
    public static byte[] Write(SimulatedEvent simulated) => Write(simulated, Plain, Members(simulated));

    /// <summary>The same content as another serializer would write it: other order of keys, white space and escapes.</summary>
    public static byte[] WriteAnew(SimulatedEvent simulated) => Write(simulated, Anew, Members(simulated).Reverse());

    private static IEnumerable<(string Name, string? Value)> Members(SimulatedEvent simulated) =>
    [
        ("appId", simulated.App.AppId),
        ("transactionId", simulated.TransactionId),
        ("eventDetails", null),
        ("eventVersion", EventVersion),
        ("eventType", simulated.Type),
        ("eventTime", Time(simulated.Time, simulated.App.EventTimesInIst)),
        ("eventId", simulated.EventId),
    ];

    private static byte[] Write(SimulatedEvent simulated, JsonWriterOptions options, IEnumerable<(string Name, string? Value)> members)
    {
        using var buffer = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WritePropertyName(name);
                if (value is null)
                    WriteDetails(writer, simulated);
                else
                    writer.WriteStringValue(value);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteDetails(Utf8JsonWriter writer, SimulatedEvent simulated)
    {
        if (simulated.Slot is null && simulated.Agent is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        if (simulated.Slot is { } slot)
        {
            writer.WriteString("start_time", Time(slot, simulated.App.SlotTimesInIst));
            writer.WriteString("end_time", Time(slot + WorkingHours.Slot, simulated.App.SlotTimesInIst));
        }

        if (simulated.Status is not null)
        {
            writer.WriteString("status", simulated.Status);
            writer.WriteString("reason", simulated.Reason);
        }

        if (simulated.Agent is not null)
            writer.WriteString("agentId", simulated.Agent);
        writer.WriteEndObject();
    }

    private static string Time(DateTimeOffset time, bool inIst) => inIst
        ? time.ToOffset(WorkingHours.Ist).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)
        : time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
