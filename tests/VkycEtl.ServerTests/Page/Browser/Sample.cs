namespace VkycEtl.ServerTests.Page.Browser;

/// <summary>Events as the source sends them.</summary>
internal static class Sample
{
    public static object Assigned(string app, string transaction, DateTimeOffset time) => Event(app, transaction, "VCIP_CUSTOMER_ASSIGNED", time, details: null);

    public static object Started(string app, string transaction, DateTimeOffset time, string agent = "AG1") =>
        Event(app, transaction, "VCIP_CALL_STARTED", time, new { agentId = agent });

    public static object Completed(string app, string transaction, DateTimeOffset time, string status, string? reason = null, string agent = "AG1") =>
        Event(app, transaction, "VCIP_CALL_COMPLETED", time, new { status, reason, agentId = agent });

    public static object Ended(string app, string transaction, DateTimeOffset time, string? reason, string agent = "AG1") =>
        Event(app, transaction, "VCIP_CALL_ENDED", time, new { status = "INCOMPLETE", reason, agentId = agent });

    private static object Event(string app, string transaction, string type, DateTimeOffset time, object? details) => new
    {
        appId = app,
        transactionId = transaction,
        eventDetails = details,
        eventVersion = "1.0.0",
        eventType = type,
        eventTime = time.UtcDateTime,
        eventId = $"trn:vkyc:{Guid.NewGuid()}",
    };
}
