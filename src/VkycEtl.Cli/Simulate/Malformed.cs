using System.Globalization;
using System.Text;

namespace VkycEtl.Cli.Simulate;

/// <summary>Bodies that can be no row: what is sent, and why it must be in quarantine.</summary>
internal static class Malformed
{
    private const int TooDeep = 70;
    private const int TooManyKeys = 10_001;

    private static readonly Func<SimulatedEvent, (string Reason, byte[] Body)>[] Kinds =
    [
        simulated => ("not_a_json_object", Whole(simulated)[..^20]),
        simulated => ("not_a_json_object", [(byte)'[', .. Whole(simulated), (byte)']']),
        simulated => ("not_a_json_object", Encoding.UTF8.GetBytes($"status=ok&id={simulated.EventId}")),
        simulated => ("not_a_json_object", [.. Encoding.UTF8.GetBytes($"{{\"eventId\":\"{simulated.EventId}"), 0xC3, 0x28, .. "\"}"u8]),
        simulated => ("too_deep", With(simulated, "deep", $"{new string('[', TooDeep)}{new string(']', TooDeep)}")),
        simulated => ("too_many_keys", With(simulated, "many", $"{{{string.Join(',', Enumerable.Range(0, TooManyKeys).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"k{i}\":0")))}}}")),
        simulated => ("missing_transaction_id", Without(simulated, "transactionId", null)),
        simulated => ("missing_transaction_id", Without(simulated, "transactionId", JsonPiece.Of(" \u00A0"))),
        simulated => ("missing_event_type", Without(simulated, "eventType", JsonPiece.Null)),
        simulated => ("missing_event_type", Without(simulated, "eventType", new JsonList())),
    ];

    /// <summary>One of them, with ids like an event's, so that no two are the same.</summary>
    /// <param name="simulated">An event that nothing else delivers.</param>
    /// <param name="random">Chooses.</param>
    public static Delivery Make(SimulatedEvent simulated, SeededRandom random)
    {
        var (reason, body) = random.Pick(Kinds)(simulated);
        return new Delivery(simulated, body, IsCopy: true, new ExpectedQuarantine(reason));
    }

    private static byte[] Whole(SimulatedEvent simulated) => new EventDraft(simulated).Body().Write(BodyStyle.Plain);

    private static byte[] With(SimulatedEvent simulated, string key, string value)
    {
        var draft = new EventDraft(simulated);
        draft.Envelope.Add((key, new JsonLiteral(value)));
        return draft.Body().Write(BodyStyle.Plain);
    }

    private static byte[] Without(SimulatedEvent simulated, string key, JsonPiece? instead)
    {
        var draft = new EventDraft(simulated);
        if (instead is null)
            draft.Envelope.RemoveAll(member => member.Key == key);
        else
            EventDraft.Set(draft.Envelope, key, instead);
        return draft.Body().Write(BodyStyle.Plain);
    }
}
