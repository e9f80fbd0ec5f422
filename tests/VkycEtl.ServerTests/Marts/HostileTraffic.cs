using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VkycEtl.ServerTests.Marts.Plain;

namespace VkycEtl.ServerTests.Marts;

/// <summary>One delivery of a webhook.</summary>
internal sealed record Delivered(byte[] Body, DateTime ReceivedAt);

/// <summary>
/// Seeded traffic of a few apps around a clock, made to hurt: ties in one microsecond, missing and far times, walk-ins, reschedules, abandoned
/// and repeated calls, types that an app does not send or begins to send, strange white space, copies and conflicting copies.
/// </summary>
internal sealed class HostileTraffic
{
    private static readonly string?[] Agents =
    [
        null, "", "\u2003", "7", "A-7", " A-7\u00a0", "Asha@Bank.in", " asha@bank.in", "ASHA@BANK.IN\u3000", "a@b@c", "@bank", "Asha@", "As ha@bank.in", "\u200bX", "\u00c4sha@Bank.IN", "\u180eR@V",
    ];

    private static readonly string?[] Reasons =
    [
        null, "", "\t\u0085", "Poor network", " poor \u2003 NETWORK", "poor\u00a0network", "POOR NETWORK", "\u0130d mismatch", "id\u200bmismatch", "\uff5e", "\U0001F600", "Z", "z", "a\0b", "=1+1", "it's \\ \"50%\"_\r\n\u000b", "\u001f",
    ];

    private static readonly string?[] Statuses = ["APPROVED", "APPROVED", "DECLINED", "DECLINED", " approved\u2028", "Declined", "INCOMPLETE", "decl\u0131ned", "", null];

    private static readonly string[] Lifecycle =
        [EventType.Scheduled, EventType.Assigned, EventType.Notified, EventType.Started, EventType.Completed];

    private static readonly string[] AnyTypes = [.. Lifecycle, EventType.Ended, EventType.Started, "VCIP_NEW", "vcip_call_started", " VCIP_CALL_ENDED"];

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMicroseconds(1), TimeSpan.FromMicroseconds(-1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(37.123457),
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(-3), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15) + TimeSpan.FromMicroseconds(1), TimeSpan.FromHours(1), TimeSpan.FromHours(4),
        TimeSpan.FromHours(24), TimeSpan.FromHours(24) + TimeSpan.FromMicroseconds(1), TimeSpan.FromHours(-7),
    ];

    private static readonly string[] FarTimes =
    [
        "0001-01-01T00:00:00Z", "0001-01-01T18:06:32Z", "1800-01-01T18:06:31.999999Z", "1800-01-01T18:06:32Z", "1969-12-31T23:59:59.999999Z", "2262-04-11T23:47:16.854776Z",
        "9999-12-31T18:30:00Z", "9999-12-31T23:59:59.999999Z",
    ];

    private static readonly string[] IdPrefixes = ["a", "Z", "\uff5e", "\U0001F600", "trn:vkyc:", "\u00e9"];

    private readonly Random random;
    private readonly DateTime now;
    private readonly List<Delivered> deliveries = [];
    private readonly Dictionary<string, Delivered> contents = new(StringComparer.Ordinal);
    private int ids;

    /// <param name="seed">Gives the shape.</param>
    /// <param name="now">The clock around which it happens, UTC, whole microseconds.</param>
    /// <param name="transactions">Transactions an app.</param>
    public HostileTraffic(int seed, DateTime now, int transactions = 10)
    {
        (Seed, this.now) = (seed, now);
        random = new Random(seed);
        // What an app sends, from which time on, and whether its clocks are ever wrong by ages.
        AddApp("bank", transactions, _ => DateTime.MinValue, hasFarTimes: false);
        AddApp("far \u00e9", transactions, _ => DateTime.MinValue, hasFarTimes: true);
        AddApp("walk-in", transactions, type => type is EventType.Scheduled or EventType.Notified ? DateTime.MaxValue : DateTime.MinValue, hasFarTimes: false);
        AddApp("calls", transactions, type => type is EventType.Started or EventType.Ended ? DateTime.MinValue : DateTime.MaxValue, hasFarTimes: false);
        AddApp("busy", 4 * transactions, _ => DateTime.MinValue, hasFarTimes: false, isOneDay: true);
        AddApp("late", transactions, type => type is EventType.Completed or EventType.Assigned or EventType.Started ? now.AddDays(-1) : DateTime.MinValue, hasFarTimes: false);
    }

    public int Seed { get; }

    /// <summary>Each content once or more, in the order made.</summary>
    public IReadOnlyList<Delivered> Deliveries => deliveries;

    /// <summary>The same deliveries in another order.</summary>
    public Delivered[] Shuffled(Random by)
    {
        var shuffled = deliveries.ToArray();
        by.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>One plain event.</summary>
    public static Delivered One(string app, string transaction, string id, string type, DateTime time) => new(
        Encoding.UTF8.GetBytes(new JsonObject
        {
            ["appId"] = app,
            ["transactionId"] = transaction,
            ["eventDetails"] = null,
            ["eventVersion"] = "1.0.0",
            ["eventType"] = type,
            ["eventTime"] = Text(time),
            ["eventId"] = id,
        }.ToJsonString()),
        time);

    public override string ToString() => $"traffic of seed {Seed}, {deliveries.Count} deliveries";

    private void AddApp(string app, int transactions, Func<string, DateTime> since, bool hasFarTimes, bool isOneDay = false)
    {
        for (var i = 0; i < transactions; i++)
        {
            var at = isOneDay ? now.AddHours(-30).AddMicroseconds(random.NextInt64(10_000_000_000)) : Begin(hasFarTimes);
            foreach (var type in Types())
            {
                at = hasFarTimes && Chance(0.1) ? Far() : Add(at, Pick(Steps));
                DateTime? time = Chance(0.05) ? null : at;
                if (!(since(type) <= (time ?? DateTime.MinValue)))
                    continue;
                var id = $"{Pick(IdPrefixes)}{ids++}";
                Deliver(app, $"t{i}", id, type, time);
                if (Chance(0.08))
                    Deliver(app, $"t{i}", id, Chance(0.2) ? Pick(AnyTypes) : type, Chance(0.3) ? null : Add(at, Pick(Steps)));
            }
        }
    }

    private IEnumerable<string> Types()
    {
        if (Chance(0.3))
            return Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pick(AnyTypes));
        var types = Lifecycle.Where(_ => Chance(0.85)).ToList();
        while (Chance(0.45))
            types.InsertRange(types.Count, Chance(0.5) ? [EventType.Started, Pick([EventType.Ended, EventType.Completed])] : Lifecycle);
        if (Chance(0.15))
            types.Add(Pick(AnyTypes));
        return types;
    }

    /// <summary>Near the thresholds of the views, near midnight in India, or anywhere in the last days.</summary>
    private DateTime Begin(bool isFar) => random.Next(isFar ? 8 : 7) switch
    {
        0 => now.AddHours(-24).AddMinutes(random.Next(-60, 60)),
        1 => now.AddDays(-3).AddMinutes(random.Next(-60, 60)),
        2 => now.AddHours(-4).AddMinutes(random.Next(-30, 30)),
        3 or 4 => now.Date.AddDays(-random.Next(1, 3)).AddHours(18.5).AddMicroseconds(random.Next(-1, 2)),
        5 => Add(now, TimeSpan.FromMicroseconds(random.NextInt64(-259_200_000_000, 10_000_000_000))),
        6 => now.Date.AddDays(-2).AddHours(random.Next(24)),
        _ => Far(),
    };

    private DateTime Far() => Chance(0.4) ? now.Date.AddDays(Pick([-5000, -1000, -400, 200, 800])).AddHours(4) : Given.At(Pick(FarTimes));

    private void Deliver(string app, string transaction, string id, string type, DateTime? time)
    {
        var body = new JsonObject
        {
            ["appId"] = app,
            ["transactionId"] = transaction,
            ["eventDetails"] = Details(type, time ?? now),
            ["eventVersion"] = "1.0.0",
            ["eventType"] = type,
            ["eventTime"] = time is { } known ? Text(known) : Pick<string?>([null, "yesterday"]),
            ["eventId"] = id,
        };
        // Copies of one content are received at one time, so that which of them came first shows in no column.
        var text = body.ToJsonString();
        if (!contents.TryGetValue(text, out var delivered))
            contents[text] = delivered = new Delivered(Encoding.UTF8.GetBytes(text), now.AddMicroseconds(-random.NextInt64(1, 260_000_000_000)));
        deliveries.Add(delivered);
        while (Chance(0.15))
            deliveries.Add(delivered);
    }

    private JsonObject? Details(string type, DateTime time)
    {
        switch (type)
        {
            case EventType.Scheduled when Chance(0.95):
                var start = Add(time, Pick(Steps));
                return new JsonObject
                {
                    ["start_time"] = Chance(0.05) ? null : Text(start),
                    ["end_time"] = Chance(0.05) ? null : Text(Add(start, Chance(0.7) ? TimeSpan.FromMinutes(30) : Pick(Steps))),
                };
            case EventType.Started:
                return new JsonObject { ["agentId"] = Pick(Agents) };
            case EventType.Completed or EventType.Ended:
                return new JsonObject { ["agentId"] = Pick(Agents), ["status"] = Pick(Statuses), ["reason"] = Pick(Reasons) };
            default:
                return null;
        }
    }

    private bool Chance(double share) => random.NextDouble() < share;

    private T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private static DateTime Add(DateTime time, TimeSpan step)
    {
        var last = DateTime.MaxValue.Ticks - (DateTime.MaxValue.Ticks % TimeSpan.TicksPerMicrosecond);
        return new DateTime((long)Int128.Clamp((Int128)time.Ticks + step.Ticks, 0, last), DateTimeKind.Utc);
    }

    public static string Text(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
