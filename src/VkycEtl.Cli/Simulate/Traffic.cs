namespace VkycEtl.Cli.Simulate;

/// <summary>
/// All journeys as one stream of deliveries, by time but for the shares that are overtaken or late. It holds the journeys that are under way and what
/// is late, so its length is bounded by patience only.
/// </summary>
internal static class Traffic
{
    private const int FarthestBehind = 50;

    /// <summary>The deliveries, in the order in which they are to be sent.</summary>
    public static IEnumerable<Delivery> Make(SimulateOptions options)
    {
        var random = new SeededRandom(options.Seed, stream: -2);
        var odd = new SeededRandom(options.Seed, stream: -4);
        var waiting = new PriorityQueue<Delivery, (long Turn, long Order)>();
        var late = new List<Delivery>();
        long turn = 0, order = 0;
        foreach (var (simulated, isOvertaken) in InOrder(options))
        {
            turn++;
            var held = isOvertaken ? 0 : random.Chance(options.Disorder / 2) ? 1 + random.Below(FarthestBehind) : 0;
            var draft = Draft(simulated, options, odd);
            if (options.Late > 0 && odd.Chance(options.Late))
                late.Add(Delivery.Of(draft, BodyStyle.Plain, isCopy: false));
            else
                waiting.Enqueue(Delivery.Of(draft, BodyStyle.Plain, isCopy: false), (turn + held, order++));
            if (random.Chance(options.Duplicates))
            {
                var copy = Delivery.Of(draft, random.Chance(0.5) ? BodyStyle.Plain : BodyStyle.Anew, isCopy: true);
                waiting.Enqueue(copy, (turn + held + random.Below(FarthestBehind), order++));
            }

            foreach (var more in Besides(simulated, draft, options, odd))
                waiting.Enqueue(more, (turn + held + odd.Below(FarthestBehind), order++));
            while (waiting.TryPeek(out var delivery, out var place) && place.Turn <= turn)
            {
                waiting.Dequeue();
                yield return delivery;
            }
        }

        while (waiting.TryDequeue(out var delivery, out _))
            yield return delivery;
        for (var left = late.Count; left > 0; left--)
        {
            var at = odd.Below(left);
            yield return late[at];
            late[at] = late[left - 1];
        }
    }

    private static EventDraft Draft(SimulatedEvent simulated, SimulateOptions options, SeededRandom odd)
    {
        var draft = new EventDraft(simulated);
        if (options.Odd > 0 && odd.Chance(options.Odd))
            Oddities.MakeStrange(draft, odd);
        else if (options.Unknown > 0 && odd.Chance(options.Unknown))
            Oddities.MakeUnknown(draft, odd);
        if (options.Nameless > 0 && odd.Chance(options.Nameless))
        {
            draft.Envelope.RemoveAll(member => member.Key == "appId");
            draft.Row.AppId = null;
        }

        return draft;
    }

    /// <summary>What comes beside an event: a copy with other content, and what is no event at all.</summary>
    private static IEnumerable<Delivery> Besides(SimulatedEvent simulated, EventDraft draft, SimulateOptions options, SeededRandom odd)
    {
        if (options.Conflicts > 0 && draft.Row is { EventId: not null, AppId: not null } && odd.Chance(options.Conflicts))
        {
            // Under the same ids, but told of another time, and once in a while of the same.
            var other = new EventDraft(simulated with { Time = odd.Chance(0.2) ? simulated.Time : simulated.Time.AddSeconds(odd.Chance(0.5) ? 1 : -1) });
            other.Envelope.Add(("attempt", new JsonLiteral("2")));
            other.Row.Extras.Add(("attempt", new JsonLiteral("2")));
            yield return Delivery.Of(other, BodyStyle.Plain, isCopy: true);
        }

        if (options.Malformed > 0 && odd.Chance(options.Malformed))
            yield return Malformed.Make(simulated with { EventId = $"trn:vkyc:{odd.Uuid()}" }, odd);
    }

    // A journey's event may also be overtaken by the next of its own, which the shuffling above seldom does.
    private static IEnumerable<(SimulatedEvent Event, bool IsOvertaken)> InOrder(SimulateOptions options)
    {
        var random = new SeededRandom(options.Seed, stream: -3);
        var apps = SimulatedApp.First(options.Apps);
        var underWay = new PriorityQueue<(SimulatedEvent, bool), (long Ticks, long Order)>();
        long order = 0;
        var index = 0;
        foreach (var begin in WorkingHours.Beginnings(options))
        {
            while (underWay.TryPeek(out var next, out var place) && place.Ticks <= begin.UtcTicks)
            {
                underWay.Dequeue();
                yield return next;
            }

            var events = Journey.Make(options, apps, index++, begin);
            for (var i = 0; i < events.Count; i++)
            {
                var isOvertaken = i + 1 < events.Count && random.Chance(options.Disorder / 2);
                var arrives = isOvertaken ? events[i + 1].Time.AddMilliseconds(1) : events[i].Time;
                underWay.Enqueue((events[i], isOvertaken), (arrives.UtcTicks, order++));
            }
        }

        while (underWay.TryDequeue(out var next, out _))
            yield return next;
    }
}
