using System.Net;
using System.Text;

namespace VkycEtl.Cli.Simulate;

/// <summary>What must become of a delivery.</summary>
internal abstract record Expected
{
    /// <summary>The answer that it must get.</summary>
    public abstract HttpStatusCode Answer { get; }
}

/// <summary>A row, or a copy of one.</summary>
/// <param name="Row">The row, but for what its copies do to it.</param>
/// <param name="Content">The body's content, of which the digest is taken.</param>
internal sealed record ExpectedEvent(ExpectedRow Row, JsonMembers Content) : Expected
{
    /// <inheritdoc/>
    public override HttpStatusCode Answer => HttpStatusCode.OK;
}

/// <summary>A record in quarantine.</summary>
/// <param name="Reason">The reason's code.</param>
internal sealed record ExpectedQuarantine(string Reason) : Expected
{
    /// <inheritdoc/>
    public override HttpStatusCode Answer => Reason == "not_a_json_object" ? HttpStatusCode.BadRequest : HttpStatusCode.OK;
}

/// <summary>One webhook to be sent.</summary>
/// <param name="Event">What it tells.</param>
/// <param name="Body">How it tells it.</param>
/// <param name="IsCopy">Whether the event is delivered by another one as well, or is none.</param>
/// <param name="Expected">What must become of it.</param>
internal sealed record Delivery(SimulatedEvent Event, byte[] Body, bool IsCopy, Expected Expected)
{
    private static readonly byte[] Mark = Encoding.UTF8.Preamble.ToArray();

    /// <summary>A delivery of a drafted event.</summary>
    public static Delivery Of(EventDraft draft, BodyStyle style, bool isCopy)
    {
        var content = draft.Body();
        var body = content.Write(style);
        return new Delivery(draft.Event, draft.HasMark ? [.. Mark, .. body] : body, isCopy, new ExpectedEvent(draft.Row, content));
    }
}
