using System.Globalization;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>Events and clocks for cases that are worked out by hand. Times are UTC; the zone is five and a half hours ahead.</summary>
internal static class Given
{
    private static int ids;

    public static DateTime At(string utc) =>
        DateTime.Parse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>A day's number.</summary>
    public static long Day(string day) => DateOnly.Parse(day, CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    public static PlainEvent Event(string type, string? at, string transaction = "t1", string app = "bank", string? id = null) => new()
    {
        TransactionKey = Key(app, transaction),
        AppId = app,
        TransactionId = transaction,
        EventId = id ?? $"e{Interlocked.Increment(ref ids):d6}",
        EventType = type,
        EventTime = at is null ? null : At(at),
    };

    public static PlainEvent Scheduled(string at, string? from, string? to, string transaction = "t1", string app = "bank") =>
        Event(EventType.Scheduled, at, transaction, app) with
        {
            SlotStartTime = from is null ? null : At(from),
            SlotEndTime = to is null ? null : At(to),
        };

    public static PlainEvent Started(string? at, string transaction = "t1", string? agent = null, string app = "bank", string? id = null) =>
        Event(EventType.Started, at, transaction, app, id) with { AgentId = agent };

    public static PlainEvent Completed(string? at, string? status, string transaction = "t1", string? agent = null, string? reason = null, string app = "bank") =>
        Event(EventType.Completed, at, transaction, app) with { Status = status, AgentId = agent, Reason = reason };

    public static PlainEvent Ended(string? at, string transaction = "t1", string? agent = null, string? reason = null, string app = "bank", string? id = null) =>
        Event(EventType.Ended, at, transaction, app, id) with { Status = "INCOMPLETE", AgentId = agent, Reason = reason };

    public static PlainMarts MartsAt(string now, params PlainEvent[] events) => new(events, new ReportingOptions(), At(now));

    public static Guid Key(string app, string transaction) =>
        new([.. System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{app}\u001f{transaction}")).Take(16)], bigEndian: true);
}
