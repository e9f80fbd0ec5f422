namespace VkycEtl.Cli.Simulate;

/// <summary>
/// The calendar of the agents: Monday to Saturday, 9:00 to 20:00 IST. Customers book at any hour, calls are held in working hours.
/// </summary>
internal static class WorkingHours
{
    /// <summary>Indian Standard Time; it has no daylight saving.</summary>
    public static readonly TimeSpan Ist = new(5, 30, 0);

    /// <summary>How long a slot is.</summary>
    public static readonly TimeSpan Slot = TimeSpan.FromMinutes(30);

    private const int Opens = 9;
    private const int Closes = 20;

    /// <summary>Whether agents work then.</summary>
    public static bool IsOpen(DateTimeOffset time)
    {
        var local = time.ToOffset(Ist);
        return local.DayOfWeek != DayOfWeek.Sunday && local.Hour is >= Opens and < Closes;
    }

    /// <summary>The same time where agents work then, else the next opening.</summary>
    public static DateTimeOffset NextOpen(DateTimeOffset time)
    {
        if (IsOpen(time))
            return time;
        var local = time.ToOffset(Ist);
        var opening = new DateTimeOffset(local.Date, Ist).AddHours(Opens);
        if (local.Hour >= Closes)
            opening = opening.AddDays(1);
        return opening.DayOfWeek == DayOfWeek.Sunday ? opening.AddDays(1) : opening;
    }

    /// <summary>The start of a slot: the first that begins then or later, and so many further on.</summary>
    public static DateTimeOffset SlotAfter(DateTimeOffset time, int further)
    {
        var slot = Next(time);
        for (var i = 0; i < further; i++)
            slot = Next(slot + Slot);
        return slot;

        static DateTimeOffset Next(DateTimeOffset from)
        {
            var open = NextOpen(from).ToOffset(Ist);
            var over = open.Ticks % Slot.Ticks;
            return over == 0 ? open : NextOpen(open.AddTicks(Slot.Ticks - over)).ToOffset(Ist);
        }
    }

    /// <summary>How many journeys begin in an hour, against others: most by day, some at night.</summary>
    private static double Weight(DateTimeOffset hour) => hour.ToOffset(Ist).Hour switch
    {
        < 7 => 0.1,
        < Opens => 0.6,
        < Closes => IsOpen(hour) ? 3 : 0.8,
        _ => 0.8,
    };

    /// <summary>
    /// The moments at which journeys begin, ascending, the last at the end itself: one drawn in each of as many equally busy stretches.
    /// </summary>
    public static IEnumerable<DateTimeOffset> Beginnings(SimulateOptions options)
    {
        var random = new SeededRandom(options.Seed, stream: -1);
        var hours = options.Days * 24;
        var begin = options.End.AddHours(-hours);
        var busy = new double[hours + 1];
        for (var hour = 0; hour < hours; hour++)
            busy[hour + 1] = busy[hour] + Weight(begin.AddHours(hour));

        for (var (i, hour) = (0, 0); i < options.Transactions; i++)
        {
            var within = i == options.Transactions - 1 ? 1 : random.Share();
            var target = (i + within) / options.Transactions * busy[hours];
            while (hour < hours - 1 && busy[hour + 1] < target)
                hour++;
            var minutes = (target - busy[hour]) / (busy[hour + 1] - busy[hour]) * 60;
            yield return begin.AddHours(hour).AddMilliseconds(Math.Min(Math.Floor(minutes * 60_000), 3_600_000));
        }
    }
}
