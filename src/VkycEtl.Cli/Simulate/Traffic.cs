namespace VkycEtl.Cli.Simulate;

/// <summary>One webhook to be sent.</summary>
/// <param name="Event">What it tells.</param>
/// <param name="Body">How it tells it.</param>
/// <param name="IsCopy">Whether the event is delivered by another one as well.</param>
internal sealed record Delivery(SimulatedEvent Event, byte[] Body, bool IsCopy);

/// <summary>
/// All journeys as one stream of deliveries, by time but for the share that is overtaken. It holds no more than the journeys that are under way,
/// so its length is bounded by patience only.
/// </summary>
internal static class Traffic
{
    private const int FarthestBehind = 50;

    /// <summary>The deliveries, in the order in which they are to be sent.</summary>
    public static IEnumerable<Delivery> Make(SimulateOptions options)
    {
        var random = new SeededRandom(options.Seed, stream: -2);
        var waiting = new PriorityQueue<Delivery, (long Turn, long Order)>();
        long turn = 0, order = 0;
        foreach (var (simulated, isOvertaken) in InOrder(options))
        {
            turn++;
            var held = isOvertaken ? 0 : random.Chance(options.Disorder / 2) ? 1 + random.Below(FarthestBehind) : 0;
            waiting.Enqueue(new Delivery(simulated, EventJson.Write(simulated), IsCopy: false), (turn + held, order++));
            if (random.Chance(options.Duplicates))
            {
                var body = random.Chance(0.5) ? EventJson.Write(simulated) : EventJson.WriteAnew(simulated);
                waiting.Enqueue(new Delivery(simulated, body, IsCopy: true), (turn + held + random.Below(FarthestBehind), order++));
            }

            while (waiting.TryPeek(out var delivery, out var place) && place.Turn <= turn)
            {
                waiting.Dequeue();
                yield return delivery;
            }
        }

        while (waiting.TryDequeue(out var delivery, out _))
            yield return delivery;
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
