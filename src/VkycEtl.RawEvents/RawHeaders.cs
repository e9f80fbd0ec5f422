namespace VkycEtl.RawEvents;

/// <summary>Names of the record headers on the raw topic. No other HTTP header is carried over; nothing secret is written.</summary>
public static class RawHeaders
{
    /// <summary>When the receiver had the whole body: RFC 3339, UTC.</summary>
    public const string ReceivedAt = "vkyc-received-at";

    /// <summary>The name of the receiver's route.</summary>
    public const string Route = "vkyc-route";

    /// <summary>The route's application id, used where the body names none.</summary>
    public const string AppId = "vkyc-app-id";

    /// <summary>Which receiver wrote the record: host name and process id.</summary>
    public const string Receiver = "vkyc-receiver";

    /// <summary>Present where the receiver answered 400: the body is not a JSON object. The value says why.</summary>
    public const string Rejected = "vkyc-rejected";

    /// <summary>The request's content type.</summary>
    public const string ContentType = "content-type";

    /// <summary>W3C trace context of the request.</summary>
    public const string TraceParent = "traceparent";
}
