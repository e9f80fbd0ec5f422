namespace VkycEtl.Cli.Simulate;

/// <summary>The six documented event types, in the order of a customer's journey.</summary>
internal static class EventTypes
{
    public const string Scheduled = "VCIP_CUSTOMER_SCHEDULED";
    public const string Assigned = "VCIP_CUSTOMER_ASSIGNED";
    public const string Notified = "VCIP_CUSTOMER_NOTIFIED";
    public const string Started = "VCIP_CALL_STARTED";
    public const string Completed = "VCIP_CALL_COMPLETED";
    public const string Ended = "VCIP_CALL_ENDED";

    /// <summary>All six.</summary>
    public static readonly IReadOnlyList<string> All = [Scheduled, Assigned, Notified, Started, Completed, Ended];
}
