using VkycEtl.Cli.Simulate;

namespace VkycEtl.ServerTests.Examples;

/// <summary>A call as a person would make it out from the events of a journey.</summary>
internal sealed record Call(DateTime? Start, DateTime? End, string Outcome, string? Agent, string? Reason)
{
    public DateTime At => Start ?? End!.Value;

    /// <summary>Minutes of a call whose start and end were told.</summary>
    public double? Minutes => Outcome is "ABANDONED" or "OPEN" || Start is null ? null : (End!.Value - Start.Value).TotalMinutes;
}

/// <summary>One transaction as the simulator meant it, and what its figures are: worked out by hand, with nothing of the product's in it.</summary>
internal sealed class Journey
{
    private static readonly string[] Types =
        ["VCIP_CUSTOMER_SCHEDULED", "VCIP_CUSTOMER_ASSIGNED", "VCIP_CUSTOMER_NOTIFIED", "VCIP_CALL_STARTED", "VCIP_CALL_COMPLETED", "VCIP_CALL_ENDED"];

    private readonly List<ExpectedRow> events;

    private Journey(string app, IEnumerable<ExpectedRow> told)
    {
        App = app;
        events = [.. told.OrderBy(one => one.EventTime).ThenBy(one => Math.Min(Array.IndexOf(Types, one.EventType), 4)).ThenBy(one => one.EventId, StringComparer.Ordinal)];
        Calls = FindCalls();
    }

    public string App { get; }

    public IReadOnlyList<Call> Calls { get; }

    public DateTime First => events[0].EventTime!.Value;

    public DateTime Last => events[^1].EventTime!.Value;

    public DateTime? ApprovedAt => Calls.FirstOrDefault(call => call.Outcome == "APPROVED")?.End;

    /// <summary>0 ENTERED to 6 APPROVED: the furthest that something tells of; an end tells of a start.</summary>
    public int Stage => ApprovedAt is not null ? 6 : events.Max(one => Array.IndexOf(Types, one.EventType) switch { -1 => 0, 5 => 4, var type => type + 1 });

    public string State => ApprovedAt is not null ? "APPROVED"
        : Calls.Count > 0 ? Calls[^1].Outcome == "OPEN" ? "IN_CALL" : Calls[^1].Outcome
        : ((string[])["ENTERED", "SCHEDULED", "ASSIGNED", "NOTIFIED"])[Stage];

    public ExpectedRow? Booking => events.LastOrDefault(one => one.EventType == Types[0]);

    public int Bookings => events.Count(one => one.EventType == Types[0]);

    public static IReadOnlyList<Journey> Of(IEnumerable<ExpectedRow> told) =>
        [.. told.GroupBy(one => (one.AppId, one.TransactionId)).Select(group => new Journey(group.Key.AppId!, group))];

    public DateTime? FirstOf(int stage) => events.FirstOrDefault(one => one.EventType == Types[stage - 1])?.EventTime;

    private List<Call> FindCalls()
    {
        var calls = new List<Call>();
        ExpectedRow? open = null;
        foreach (var one in events.Where(one => Array.IndexOf(Types, one.EventType) >= 3))
        {
            if (one.EventType == Types[3])
            {
                if (open is not null)
                    calls.Add(new Call(open.EventTime, one.EventTime, "ABANDONED", open.AgentId, null));
                open = one;
                continue;
            }

            var outcome = one.EventType == Types[5] ? "INCOMPLETE" : one.Status is "APPROVED" or "DECLINED" ? one.Status : "OTHER";
            calls.Add(new Call(open?.EventTime, one.EventTime, outcome, one.AgentId ?? open?.AgentId, one.Reason));
            open = null;
        }

        if (open is not null)
            calls.Add(new Call(open.EventTime, null, "OPEN", open.AgentId, null));
        return calls;
    }
}

/// <summary>All that a simulation told, at a moment.</summary>
/// <param name="Events">What was told, each event once.</param>
/// <param name="Journeys">The same by transaction.</param>
/// <param name="Now">The moment, UTC.</param>
/// <param name="LoadedAt">When the derived tables were made, UTC.</param>
internal sealed record Told(IReadOnlyList<ExpectedRow> Events, IReadOnlyList<Journey> Journeys, DateTime Now, DateTime LoadedAt)
{
    /// <summary>A reporting zone that is nobody's default, and whose clocks never change.</summary>
    public const string Zone = "America/Bogota";

    private static readonly TimeSpan FromUtc = TimeSpan.FromHours(-5);

    // A stage's type, as stages are numbered; approved is told by COMPLETED.
    private static readonly string[] StageTypes =
        ["", "VCIP_CUSTOMER_SCHEDULED", "VCIP_CUSTOMER_ASSIGNED", "VCIP_CUSTOMER_NOTIFIED", "VCIP_CALL_STARTED", "VCIP_CALL_COMPLETED", "VCIP_CALL_COMPLETED"];

    public DateOnly Today => Day(Now);

    public static DateOnly Day(DateTime time) => DateOnly.FromDateTime(time + FromUtc);

    public static int Hour(DateTime time) => (time + FromUtc).Hour;

    /// <summary>Whether the application has sent a stage's type by the end of a day.</summary>
    public bool Sends(string app, int stage, DateOnly day) =>
        stage == 0 || Events.Any(one => one.AppId == app && one.EventType == StageTypes[stage] && Day(one.EventTime!.Value) <= day);

    /// <summary>As continuous percentiles are defined: between the two values beside the place.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        return below + 1 == sorted.Count ? sorted[below] : sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
