using System.Text;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>
/// All derived tables and views, worked out in memory from the words of the contract and not from the SQL that they judge. Slow, and
/// plain enough to be checked by eye.
/// </summary>
internal sealed class PlainMarts
{
    private readonly ReportingZone zone;
    private readonly Dictionary<(string App, string Type), long> sentSince;

    /// <param name="events">Every row of <c>vkyc.events</c>.</param>
    /// <param name="reporting">The reporting settings.</param>
    /// <param name="now">The clock of the views, UTC.</param>
    /// <param name="changes"><c>last_changed_at</c> by transaction_key or attempt_key: when a row was written no one can work out.</param>
    public PlainMarts(IReadOnlyList<PlainEvent> events, ReportingOptions reporting, DateTime now, IReadOnlyDictionary<string, DateTime>? changes = null)
    {
        (Events, Reporting, Now) = (events, reporting, now);
        zone = new ReportingZone(reporting.TimeZone);
        sentSince = TimedEvents
            .GroupBy(one => (one.AppId, one.EventType))
            .ToDictionary(type => type.Key, type => type.Min(one => Day(one.Time)));
        var transactions = TimedEvents
            .GroupBy(one => one.TransactionKey)
            .Select(group => InOrder(group))
            .Select(ordered => (Ordered: ordered, Attempts: CallAttempt.Of(ordered, ChangedAt).ToList()))
            .ToList();
        CallAttempts = [.. transactions.SelectMany(transaction => transaction.Attempts)];
        Transactions = [.. transactions.Select(transaction => Transaction.Of(transaction.Ordered, transaction.Attempts, ChangedAt))];

        DateTime ChangedAt(string key) => changes is null ? default : changes.GetValueOrDefault(key);
    }

    public IReadOnlyList<PlainEvent> Events { get; }

    public ReportingOptions Reporting { get; }

    public DateTime Now { get; }

    public IReadOnlyList<CallAttempt> CallAttempts { get; }

    public IReadOnlyList<Transaction> Transactions { get; }

    public IEnumerable<PlainEvent> TimedEvents => Events.Where(one => one.EventTime is not null);

    public long Today => Day(Now);

    /// <summary>The day in the reporting zone, counted from 1970-01-01: a local day can lie outside the years that a date type takes.</summary>
    public long Day(DateTime utc)
    {
        var local = utc.Ticks - DateTime.UnixEpoch.Ticks + zone.OffsetAt(utc).Ticks;
        return (long)Math.Floor((decimal)local / TimeSpan.TicksPerDay);
    }

    /// <summary>Whether a day is that of an app's first event of a type, or a later one.</summary>
    public bool IsSent(string appId, string type, long day) =>
        sentSince.TryGetValue((appId, type), out var since) && since <= day;

    /// <summary>Whether so long has passed since a time.</summary>
    public bool HasPassed(DateTime time, TimeSpan after) => Now - time >= after;

    /// <summary>By time, then rank, then the id's UTF-8 bytes.</summary>
    internal static List<PlainEvent> InOrder(IEnumerable<PlainEvent> timed) =>
    [
        .. timed
            .OrderBy(one => one.Time)
            .ThenBy(one => EventType.Rank(one.EventType))
            .ThenBy(one => Bytes(one.EventId), StringComparer.Ordinal),
    ];

    /// <summary>A text that sorts ordinally as the UTF-8 bytes of another do.</summary>
    internal static string Bytes(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
}
