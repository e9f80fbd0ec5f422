namespace VkycEtl.Cli.Simulate;

/// <summary>One client application: what it subscribes to, how it names agents and writes times.</summary>
/// <param name="AppId">Its id.</param>
/// <param name="Subscriptions">The event types it gets.</param>
/// <param name="Agents">Its agents as its events name them: by id, or by e-mail where useAgentId is not set.</param>
/// <param name="EventTimesInIst">Whether eventTime is written with +05:30 instead of Z.</param>
/// <param name="SlotTimesInIst">Whether slot times are.</param>
internal sealed record SimulatedApp(
    string AppId, IReadOnlyList<string> Subscriptions, IReadOnlyList<string> Agents, bool EventTimesInIst, bool SlotTimesInIst)
{
    private static readonly string[] People =
    [
        "asha.rao", "vikram.singh", "meera.nair", "rahul.verma", "fatima.khan", "suresh.iyer", "priya.das", "arjun.mehta",
    ];

    // The first subscribes to everything, the second has no NOTIFIED, the third knows of calls only; further ones repeat these.
    private static readonly IReadOnlyList<string>[] Sets =
    [
        EventTypes.All,
        [.. EventTypes.All.Where(type => type != EventTypes.Notified)],
        [EventTypes.Started, EventTypes.Completed, EventTypes.Ended],
    ];

    /// <summary>Whether the app hears of bookings.</summary>
    public bool HearsBookings => Hears(EventTypes.Scheduled);

    /// <summary>Whether the app subscribes to an event type.</summary>
    public bool Hears(string eventType) => Subscriptions.Contains(eventType, StringComparer.Ordinal);

    /// <summary>The first so many applications; the same ones in every run.</summary>
    public static IReadOnlyList<SimulatedApp> First(int count) => [.. Enumerable.Range(0, count).Select(Make)];

    private static SimulatedApp Make(int index)
    {
        var name = $"app{(char)('a' + index % 26)}{(index < 26 ? "" : index / 26)}";
        var byId = index % 2 == 0;
        return new SimulatedApp(
            $"{name}-vkyc",
            Sets[index % Sets.Length],
            [.. People.Select((person, i) => byId ? $"AG{1000 + index * 100 + i}" : $"{person}@{name}.example")],
            EventTimesInIst: index % 3 == 2,
            SlotTimesInIst: index % 3 >= 1);
    }
}
