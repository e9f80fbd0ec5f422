namespace VkycEtl.Cli.Simulate;

/// <summary>
/// One transaction's events. booked: SCHEDULED [again …] ==> no-show, or ASSIGNED NOTIFIED STARTED ==> APPROVED | DECLINED | INCOMPLETE | abandoned
/// (no end), the last three perhaps ==> another call later; walk-in: the same from ASSIGNED on.
/// </summary>
internal sealed class Journey
{
    private const int MostCalls = 4;

    private static readonly string[] Declined =
    [
        "Face mismatch with ID photo", "Document not clear", "PAN details mismatch", "Customer failed verification questions",
        "face mismatch with id photo", "Location outside India",
    ];

    private static readonly string[] Incomplete =
    [
        "Customer disconnected", "Network issue", "Documents not at hand", "customer  disconnected", "Agent disconnected", "Poor video quality",
    ];

    private readonly List<SimulatedEvent> events = [];
    private readonly SeededRandom random;
    private readonly SimulatedApp app;
    private readonly string transactionId;

    private Journey(SeededRandom random, SimulatedApp app, string transactionId)
    {
        this.random = random;
        this.app = app;
        this.transactionId = transactionId;
    }

    /// <summary>
    /// The events of one transaction as its app gets them, in order: those it subscribes to, none after the end, at least one, the first at
    /// <paramref name="begin"/>.
    /// </summary>
    public static IReadOnlyList<SimulatedEvent> Make(
        SimulateOptions options, IReadOnlyList<SimulatedApp> apps, int index, DateTimeOffset begin)
    {
        var drawn = new SeededRandom(options.Seed, index);

        // At night nothing but bookings is heard of, so the journey belongs to an app that hears of them.
        var isOpen = WorkingHours.IsOpen(begin);
        var client = drawn.Pick([.. apps.Where(candidate => isOpen || candidate.HearsBookings)]);
        var journey = new Journey(drawn, client, $"{options.TransactionPrefix}{index:x8}");
        if (isOpen && (!client.HearsBookings || drawn.Chance(0.35)))
            journey.Call(begin, call: 1, isHeardFromStart: !client.HearsBookings);
        else
            journey.Book(begin);
        return journey.Heard(options, index);
    }

    private IReadOnlyList<SimulatedEvent> Heard(SimulateOptions options, int index)
    {
        var ids = new SeededRandom(options.Seed ^ options.End.ToUnixTimeMilliseconds(), index);
        return
        [
            .. events
                .Where(@event => @event.Time <= options.End && app.Hears(@event.Type))
                .Select(@event => @event with { EventId = $"trn:vkyc:{ids.Uuid()}" }),
        ];
    }

    private void Book(DateTimeOffset time)
    {
        var slot = Schedule(time);
        while (random.Chance(0.15))
        {
            // Booked anew, some time before the slot that is given up.
            var again = time + (slot - time) * (0.1 + 0.8 * random.Share());
            time = new DateTimeOffset(again.Ticks - again.Ticks % TimeSpan.TicksPerMillisecond, again.Offset);
            slot = Schedule(time);
        }

        if (!random.Chance(0.12))
        {
            Call(slot + Between(-60, 300), call: 1, isHeardFromStart: false);
        }
        else if (random.Chance(0.6))
        {
            // A no-show for whom an agent was waiting.
            Add(EventTypes.Assigned, slot);
            Add(EventTypes.Notified, slot + Between(10, 60));
        }
    }

    private DateTimeOffset Schedule(DateTimeOffset time)
    {
        var slot = WorkingHours.SlotAfter(time.AddMinutes(30), further: (int)(-Math.Log(1 - random.Share()) * 6));
        events.Add(New(EventTypes.Scheduled, time) with { Slot = slot });
        return slot;
    }

    private void Call(DateTimeOffset time, int call, bool isHeardFromStart)
    {
        var agent = random.Pick(app.Agents);
        if (!isHeardFromStart)
        {
            Add(EventTypes.Assigned, time);
            time += Between(10, 60);
            Add(EventTypes.Notified, time);
            time += Between(15, 240);
        }

        events.Add(New(EventTypes.Started, time) with { Agent = agent });
        var isOver = true;
        switch (random.Share())
        {
            case < 0.70:
                time += Between(180, 900);
                events.Add(New(EventTypes.Completed, time) with { Agent = agent, Status = "APPROVED", Reason = random.Chance(0.1) ? "All checks passed" : null });
                break;
            case < 0.82:
                time += Between(120, 720);
                events.Add(New(EventTypes.Completed, time) with { Agent = agent, Status = "DECLINED", Reason = random.Pick(Declined) });
                isOver = random.Chance(0.6);
                break;
            case < 0.95:
                time += Between(20, 400);
                events.Add(New(EventTypes.Ended, time) with { Agent = agent, Status = "INCOMPLETE", Reason = random.Pick(Incomplete) });
                isOver = random.Chance(0.35);
                break;
            default:
                // Abandoned: no end is ever heard of.
                time += Between(60, 300);
                isOver = random.Chance(0.4);
                break;
        }

        if (!isOver && call < MostCalls)
            Call(WorkingHours.NextOpen(time + Between(300, 20 * 3600)), call + 1, isHeardFromStart: false);
    }

    private void Add(string type, DateTimeOffset time) => events.Add(New(type, time));

    private SimulatedEvent New(string type, DateTimeOffset time) => new() { App = app, TransactionId = transactionId, Type = type, Time = time };

    private TimeSpan Between(int leastSeconds, int mostSeconds) => random.Between(TimeSpan.FromSeconds(leastSeconds), TimeSpan.FromSeconds(mostSeconds));
}
