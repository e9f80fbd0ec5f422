using System.Security.Cryptography;
using System.Text.Json;
using VkycEtl.Cli.Simulate;

namespace VkycEtl.Tests.Cli.Simulate;

public sealed class TrafficTests
{
    private static readonly DateTimeOffset Afternoon = new(2026, 3, 4, 10, 15, 30, 123, TimeSpan.Zero);
    private static readonly SimulateOptions Options = new() { Transactions = 3000, Seed = 7, End = Afternoon };
    private static readonly List<Delivery> Deliveries = [.. Traffic.Make(Options)];
    private static readonly List<SimulatedEvent> Events = [.. Deliveries.Where(delivery => !delivery.IsCopy).Select(delivery => delivery.Event)];
    private static readonly Dictionary<string, List<SimulatedEvent>> Journeys = Events
        .GroupBy(simulated => simulated.TransactionId, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.OrderBy(simulated => simulated.Time).ToList(), StringComparer.Ordinal);

    [Fact]
    public void The_same_options_give_the_same_bytes_in_the_same_order()
    {
        Assert.Equal(Digest(Options), Digest(Options with { }));
        Assert.NotEqual(Digest(Options), Digest(Options with { Seed = 8 }), StringComparer.Ordinal);


        static string Digest(SimulateOptions options)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var delivery in Traffic.Make(options))
                hash.AppendData(delivery.Body);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    [Fact]
    public void Another_end_makes_other_ids_so_that_a_second_run_is_no_conflict()
    {
        var later = Traffic.Make(Options with { End = Afternoon.AddMinutes(1) }).Select(delivery => delivery.Event).ToList();
        Assert.Empty(later.Select(simulated => simulated.EventId).Intersect(Events.Select(simulated => simulated.EventId), StringComparer.Ordinal));
        Assert.Empty(later.Select(simulated => simulated.TransactionId).Intersect(Journeys.Keys, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Exactly_so_many_transactions_have_events(int transactions)
    {
        // By day, at night, and on a Sunday.
        foreach (var end in (DateTimeOffset[])[Afternoon, Afternoon.AddHours(10), new(2026, 3, 8, 8, 0, 0, TimeSpan.Zero)])
        {
            var options = Options with { Transactions = transactions, End = end };
            Assert.Equal(transactions, Traffic.Make(options).Select(delivery => delivery.Event.TransactionId).Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Fact]
    public void The_last_event_is_at_the_end_and_none_is_later()
    {
        Assert.Equal(Afternoon, Events.Max(simulated => simulated.Time));
        Assert.InRange(Events.Min(simulated => simulated.Time), Afternoon.AddDays(-14), Afternoon.AddDays(-13));
    }

    [Fact]
    public void Every_body_is_json_in_the_documented_shape()
    {
        string[] keys = ["appId", "eventDetails", "eventId", "eventTime", "eventType", "eventVersion", "transactionId"];
        foreach (var delivery in Deliveries)
        {
            using var json = JsonDocument.Parse(delivery.Body);
            var root = json.RootElement;
            Assert.Equal(keys, root.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal).ToArray());
            Assert.Equal("1.0.0", root.GetProperty("eventVersion").GetString());
            Assert.Matches("^trn:vkyc:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", root.GetProperty("eventId").GetString()!);
            Assert.Equal(delivery.Event.Time, root.GetProperty("eventTime").GetDateTimeOffset());
            var details = root.GetProperty("eventDetails");
            var expected = root.GetProperty("eventType").GetString() switch
            {
                EventTypes.Scheduled => "end_time,start_time",
                EventTypes.Started => "agentId",
                EventTypes.Completed or EventTypes.Ended => "agentId,reason,status",
                _ => null,
            };
            Assert.Equal(expected, details.ValueKind == JsonValueKind.Null ? null : string.Join(',', details.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    public void Times_come_in_two_formats()
    {
        var times = Deliveries.Select(delivery => JsonDocument.Parse(delivery.Body).RootElement.GetProperty("eventTime").GetString()!).ToList();
        Assert.Contains(times, time => time.EndsWith('Z'));
        Assert.Contains(times, time => time.EndsWith("+05:30", StringComparison.Ordinal));
        Assert.All(times, time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+05:30)$", time));
    }

    [Fact]
    public void Apps_get_what_they_subscribe_to_and_nothing_else()
    {
        var seen = Events.GroupBy(simulated => simulated.App.AppId, StringComparer.Ordinal).ToDictionary(
            group => group.Key, group => group.Select(simulated => simulated.Type).ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        Assert.Equal(3, seen.Count);
        Assert.All(SimulatedApp.First(3), app => Assert.Equal(app.Subscriptions.Order(StringComparer.Ordinal), seen[app.AppId].Order(StringComparer.Ordinal)));
        Assert.Equal(3, seen.Values.Select(types => types.Count).Distinct().Count());
    }

    [Fact]
    public void Duplicates_come_in_their_share_half_of_them_written_anew()
    {
        var copies = Deliveries.Where(delivery => delivery.IsCopy).ToList();
        Assert.InRange(copies.Count / (double)Events.Count, 0.02, 0.04);
        var originals = Deliveries.Where(delivery => !delivery.IsCopy).ToDictionary(delivery => delivery.Event.EventId, delivery => delivery.Body, StringComparer.Ordinal);
        var same = copies.Count(copy => copy.Body.AsSpan().SequenceEqual(originals[copy.Event.EventId]));
        Assert.InRange(same / (double)copies.Count, 0.35, 0.65);
        Assert.DoesNotContain(Traffic.Make(Options with { Duplicates = 0 }), delivery => delivery.IsCopy);
    }

    [Fact]
    public void Disorder_comes_in_its_share()
    {
        Assert.InRange(Overtaken(Options), 0.02, 0.08);
        Assert.InRange(Overtaken(Options with { Disorder = 0.4 }), 0.2, 0.5);
        Assert.Equal(0, Overtaken(Options with { Disorder = 0, Duplicates = 0 }));

        static double Overtaken(SimulateOptions options)
        {
            var (latest, overtaken, all) = (DateTimeOffset.MinValue, 0, 0);
            foreach (var delivery in Traffic.Make(options).Where(delivery => !delivery.IsCopy))
            {
                all++;
                if (delivery.Event.Time < latest)
                    overtaken++;
                else
                    latest = delivery.Event.Time;
            }

            return overtaken / (double)all;
        }
    }

    [Fact]
    public void Some_events_are_overtaken_by_the_next_of_their_own_journey() =>
        Assert.Contains(
            Deliveries.Where(delivery => !delivery.IsCopy).GroupBy(delivery => delivery.Event.TransactionId, StringComparer.Ordinal),
            journey => journey.Zip(journey.Skip(1)).Any(pair => pair.First.Event.Time > pair.Second.Event.Time));

    [Theory]
    [InlineData("walk-in", 0.05, 0.5)]
    [InlineData("rescheduled", 0.03, 0.3)]
    [InlineData("no-show", 0.02, 0.2)]
    [InlineData("no-show with an agent waiting", 0.01, 0.2)]
    [InlineData("abandoned", 0.01, 0.15)]
    [InlineData("called again", 0.03, 0.3)]
    [InlineData("approved", 0.4, 0.8)]
    [InlineData("declined", 0.04, 0.2)]
    [InlineData("incomplete", 0.05, 0.25)]
    public void Each_lifecycle_occurs(string lifecycle, double least, double most)
    {
        var count = Journeys.Values.Count(journey => Is(lifecycle, [.. journey.Select(simulated => simulated.Type)], journey));
        Assert.InRange(count / (double)Journeys.Count, least, most);

        static bool Is(string lifecycle, List<string> types, List<SimulatedEvent> journey) => lifecycle switch
        {
            "walk-in" => types[0] == EventTypes.Assigned,
            "rescheduled" => types.Count(type => type == EventTypes.Scheduled) > 1,
            "no-show" => !types.Contains(EventTypes.Started) && journey.FindLast(simulated => simulated.Slot is not null)?.Slot < Afternoon.AddHours(-1),
            "no-show with an agent waiting" => types.Contains(EventTypes.Assigned) && !types.Contains(EventTypes.Started) && types[0] == EventTypes.Scheduled,
            "abandoned" => types[^1] == EventTypes.Started && journey[^1].Time < Afternoon.AddHours(-1),
            "called again" => types.Count(type => type == EventTypes.Started) > 1,
            "approved" => journey.Exists(simulated => simulated.Status == "APPROVED"),
            "declined" => journey.Exists(simulated => simulated is { Status: "DECLINED", Reason: not null }),
            _ => journey.Exists(simulated => simulated is { Status: "INCOMPLETE", Type: EventTypes.Ended, Reason: not null }),
        };
    }

    [Fact]
    public void Agents_are_ids_and_e_mails()
    {
        var agents = Events.Where(simulated => simulated.Agent is not null).Select(simulated => simulated.Agent!).ToHashSet(StringComparer.Ordinal);
        Assert.Contains(agents, agent => agent.Contains('@', StringComparison.Ordinal));
        Assert.Contains(agents, agent => agent.StartsWith("AG", StringComparison.Ordinal));
    }

    [Fact]
    public void Calls_are_held_in_working_hours()
    {
        Assert.All(Events.Where(simulated => simulated.Type == EventTypes.Started), simulated =>
        {
            var local = simulated.Time.ToOffset(WorkingHours.Ist);
            Assert.NotEqual(DayOfWeek.Sunday, local.DayOfWeek);
            Assert.InRange(local.TimeOfDay, new TimeSpan(8, 58, 0), new TimeSpan(20, 15, 0));
        });
        Assert.All(Events.Where(simulated => simulated.Slot is not null), simulated =>
        {
            Assert.True(WorkingHours.IsOpen(simulated.Slot!.Value));
            Assert.True(simulated.Slot.Value >= simulated.Time.AddMinutes(30));
        });
    }
}
