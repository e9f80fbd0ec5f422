using VkycEtl.Pipeline.Load;
using static VkycEtl.ServerTests.Marts.Plain.Given;

namespace VkycEtl.ServerTests.Marts.Plain;

public sealed class DailyViewTests
{
    [Fact]
    public void Sla_counts_approvals_in_time_over_what_has_matured()
    {
        // In time to the microsecond; late by one; never; not yet mature though approved.
        PlainEvent[] events =
        [
            Event("VCIP_NEW", "2026-03-01T04:00:00Z", "in-time"), Completed("2026-03-02T04:00:00Z", "APPROVED", "in-time"),
            Event("VCIP_NEW", "2026-03-01T04:00:00Z", "late"), Completed("2026-03-02T04:00:00.000001Z", "APPROVED", "late"),
            Event("VCIP_NEW", "2026-03-01T04:00:00Z", "never"),
            Event("VCIP_NEW", "2026-03-01T05:00:00Z", "young"), Completed("2026-03-01T05:00:00Z", "APPROVED", "young"),
            Event("VCIP_NEW", "2026-03-01T04:00:00Z", "unsent", "other"),
        ];
        Assert.Equal(
            [
                new SlaDaily(Day("2026-03-01"), "bank", 4, 3, 1, 1 / 3d, default),
                new SlaDaily(Day("2026-03-01"), "other", 1, 1, null, null, default),
            ],
            SlaDaily.Of(MartsAt("2026-03-02T04:30:00Z", events)));
        Assert.Equal(new SlaDaily(Day("2026-03-01"), "bank", 4, 0, 0, null, default), SlaDaily.Of(MartsAt("2026-03-02T03:59:59Z", events)).First());
    }

    [Fact]
    public void Stage_times_leave_out_negatives_and_count_them()
    {
        var rows = StageTimesDaily.Of(MartsAt(
            "2026-03-02T00:00:00Z",
            Event(EventType.Assigned, "2026-03-01T04:00:00Z", "a"), Started("2026-03-01T04:00:10Z", "a"), Completed("2026-03-01T04:01:10Z", "OTHER", "a"),
            Event(EventType.Assigned, "2026-03-01T04:00:00Z", "b"), Started("2026-03-01T04:00:20Z", "b"),
            // Entered on the 1st and called on the 2nd, by the zone's days; a call of known start only.
            Event(EventType.Notified, "2026-03-01T18:00:00Z", "c"), Started("2026-03-01T18:30:00Z", "c"), Ended("2026-03-01T18:30:00Z", "c"),
            Ended("2026-03-01T18:31:00Z", "c"),
            Started("2026-03-01T04:00:00Z", "d"), Event(EventType.Assigned, "2026-03-01T04:00:01Z", "d"), Event(EventType.Notified, "2026-03-01T04:00:01Z", "d"),
            Scheduled("2026-03-01T04:00:00Z", null, null, "e", "other"), Event(EventType.Assigned, "2026-03-01T03:00:00Z", "e", "other"))).ToList();
        var (first, second) = (Day("2026-03-01"), Day("2026-03-02"));
        Assert.Equal(
            new HashSet<StageTimesDaily>
            {
                new(first, "bank", "assign_to_start", 2, 15, 19, 19.5, 1, default),
                new(first, "bank", "notify_to_start", 1, 1800, 1800, 1800, 1, default),
                new(first, "bank", "call", 1, 60, 60, 60, 0, default),
                new(second, "bank", "call", 1, 0, 0, 0, 0, default),
                new(first, "other", "schedule_to_assign", 0, null, null, null, 1, default),
            },
            [.. rows]);
        Assert.Equal(5, rows.Count);
    }

    [Fact]
    public void Outcomes_count_attempts_by_the_day_they_began()
    {
        var row = Assert.Single(OutcomesDaily.Of(MartsAt(
            "2026-03-02T00:00:00Z",
            Started("2026-03-01T04:00:00Z", "a"), Completed("2026-03-01T04:01:00Z", "APPROVED", "a"),
            Completed("2026-03-01T05:00:00Z", "DECLINED", "a"), Completed("2026-03-01T05:01:00Z", "", "a"),
            Started("2026-03-01T06:00:00Z", "b"), Started("2026-03-01T07:00:00Z", "b"), Ended("2026-03-01T18:30:00Z", "b"),
            Started("2026-03-01T18:00:00Z", "c"), Started("2026-03-01T18:10:00Z", "d"))));
        Assert.Equal((7, 5, 3, 1, 1, 1), (row.Attempts, row.Started, row.Completed, row.Approved, row.Declined, row.Other));
        Assert.Equal((1, 1, 2, 2), (row.Incomplete, row.Abandoned, row.OpenAttempts, row.OpenStale));
        Assert.Equal((0.5, 0.2, 4, 1), (row.ApprovalRate, row.CompletionRate, row.FirstAttempts, row.FirstAttemptsApproved));
    }

    [Theory]
    [InlineData("2026-03-01T04:00:00Z", 0)]
    [InlineData("2026-03-01T04:00:00.000001Z", 1)]
    public void A_call_is_stale_when_it_began_longer_than_four_hours_ago(string now, long stale)
    {
        var row = Assert.Single(OutcomesDaily.Of(MartsAt(now, Started("2026-03-01T00:00:00Z"))));
        // COMPLETED is not sent, so the rate is unknown and not 0.
        Assert.Equal((1, stale, null, null), (row.OpenAttempts, row.OpenStale, row.ApprovalRate, row.CompletionRate));
    }

    [Fact]
    public void Agents_have_a_row_each_and_one_for_those_without()
    {
        var rows = AgentsDaily.Of(MartsAt(
            "2026-03-02T00:00:00Z",
            Started("2026-03-01T04:00:00Z", "a", "Asha@Bank.in"), Completed("2026-03-01T04:00:00.1Z", "APPROVED", "a", " asha@bank.in"),
            Started("2026-03-01T05:00:00Z", "b", "asha@bank.in"), Ended("2026-03-01T05:00:00.2Z", "b"),
            Completed("2026-03-01T05:00:00Z", "DECLINED", "c", "ASHA@BANK.IN"),
            Started("2026-03-01T04:00:00Z", "d", "\t"))).ToList();
        var day = Day("2026-03-01");
        Assert.Equal(2, rows.Count);
        Assert.Equal(new AgentsDaily(day, "bank", "asha@bank.in", 3, 1, 1, 1, 0.5, 0.3, rows[0].P50CallSeconds, rows[0].P90CallSeconds, default), rows[0]);
        Assert.Equal((0.15, 0.19), (rows[0].P50CallSeconds!.Value, rows[0].P90CallSeconds!.Value), new Near());
        Assert.Equal(new AgentsDaily(day, "bank", null, 1, 0, 0, 0, null, 0, null, null, default), rows[1]);
    }

    [Fact]
    public void Slots_tell_when_the_first_call_after_the_last_booking_came()
    {
        const string From = "2026-03-01T10:00:00Z", To = "2026-03-01T10:30:00Z", Booked = "2026-03-01T04:00:00Z";
        PlainEvent[] events =
        [
            // A call before the second booking does not count; its own start does, though the first booking's slot was another.
            Scheduled("2026-03-01T02:00:00Z", To, To, "before"), Started("2026-03-01T03:00:00Z", "before"), Ended("2026-03-01T03:01:00Z", "before"),
            Scheduled(Booked, From, To, "before"), Started("2026-03-01T09:59:59.999999Z", "before"),
            Scheduled(Booked, From, To, "in"), Started(From, "in"),
            Scheduled(Booked, From, To, "at-end"), Ended(To, "at-end"),
            Scheduled(Booked, From, To, "after"), Started("2026-03-01T10:45:00Z", "after"),
            Scheduled(Booked, From, To, "too-late"), Started("2026-03-01T10:45:00.000001Z", "too-late"),
            Scheduled(Booked, From, To, "never"),
            Scheduled(Booked, From, "2026-03-01T10:45:01Z", "not-yet"),
            Scheduled(Booked, To, From, "upside-down"), Scheduled(Booked, From, null, "half"),
            Scheduled(Booked, From, To, "unsent", "other"),
        ];
        Assert.Equal(
            [
                new SlotsDaily(Day("2026-03-01"), "bank", 7, 1, 6, 1, 2, 1, 2, default),
                new SlotsDaily(Day("2026-03-01"), "other", 1, 0, 1, null, null, null, null, default),
            ],
            SlotsDaily.Of(MartsAt("2026-03-01T11:00:00Z", events)));
    }

    [Fact]
    public void Reasons_are_shown_as_most_often_sent()
    {
        var rows = ReasonsDaily.Of(MartsAt(
            "2026-03-02T00:00:00Z",
            Ended("2026-03-01T04:00:00Z", reason: "poor network"), Ended("2026-03-01T04:01:00Z", reason: "Poor  Network"),
            Ended("2026-03-01T04:02:00Z", reason: " "), Ended("2026-03-01T04:03:00Z"),
            Completed("2026-03-01T04:04:00Z", "DECLINED", reason: "x"), Completed("2026-03-01T04:05:00Z", "DECLINED", reason: "X"),
            Completed("2026-03-01T04:06:00Z", "DECLINED", reason: "x"), Completed("2026-03-01T04:07:00Z", "APPROVED", reason: "x"),
            // By the day of its end, and nothing of a call that is open or abandoned.
            Started("2026-03-01T18:29:59Z"), Started("2026-03-01T18:29:59.5Z"), Completed("2026-03-01T18:30:00Z", "?", reason: "x"),
            Started("2026-03-01T19:00:00Z")));
        var day = Day("2026-03-01");
        Assert.Equal(
            [
                new ReasonsDaily(day, "bank", "INCOMPLETE", "poor network", "Poor  Network", 2, default),
                new ReasonsDaily(day, "bank", "INCOMPLETE", null, null, 2, default),
                new ReasonsDaily(day, "bank", "DECLINED", "x", "x", 3, default),
                new ReasonsDaily(day + 1, "bank", "OTHER", "x", "x", 1, default),
            ],
            rows);
    }

    [Fact]
    public void Observed_types_and_data_quality_count_events()
    {
        var marts = MartsAt(
            "2026-03-02T00:00:00Z",
            Started("2026-03-01T04:00:00Z"),
            Started("2026-03-01T05:00:00Z") with { Issues = ["unknown_event_version"], ReceivedAt = At("2026-03-01T18:30:00Z"), LoadedAt = At("2026-03-05T00:00:00Z") },
            Started(null) with { Issues = ["event_time_missing", "unknown_event_version"], ReceivedAt = At("2026-03-01T18:29:59Z"), LoadedAt = At("2026-03-04T00:00:00Z") },
            Event("NEVER_TIMED", null),
            Event("VCIP_NEW", "2026-03-01T06:00:00Z"));
        Assert.Equal(
            [
                new ObservedEventTypes("bank", EventType.Started, 2, At("2026-03-01T04:00:00Z"), At("2026-03-01T05:00:00Z")),
                new ObservedEventTypes("bank", "VCIP_NEW", 1, At("2026-03-01T06:00:00Z"), At("2026-03-01T06:00:00Z")),
            ],
            ObservedEventTypes.Of(marts));
        Assert.Equal(
            [
                new DataQualityDaily(Day("2026-03-02"), "bank", "unknown_event_version", 1, At("2026-03-05T00:00:00Z")),
                new DataQualityDaily(Day("2026-03-01"), "bank", "event_time_missing", 1, At("2026-03-04T00:00:00Z")),
                new DataQualityDaily(Day("2026-03-01"), "bank", "unknown_event_version", 1, At("2026-03-04T00:00:00Z")),
            ],
            DataQualityDaily.Of(marts));
        Assert.Equal(new Freshness(At("2026-03-01T18:30:00Z"), At("2026-03-01T06:00:00Z"), 19800), Freshness.Of(marts));
    }

    [Fact]
    public void Days_run_from_the_first_event_to_today_but_not_to_those_far_away()
    {
        var days = Days.Of(MartsAt("2026-03-02T18:30:00Z", Started("2026-03-01T04:00:00Z"), Started("0001-01-01T00:00:00Z"), Ended("9999-12-31T23:59:59Z")));
        Assert.Equal(
            [new Days(Day("2026-03-01"), true), new Days(Day("2026-03-02"), true), new Days(Day("2026-03-03"), false)],
            days);
        Assert.Equal([new Days(Day("2026-03-02"), false)], Days.Of(MartsAt("2026-03-02T04:00:00Z")));
        Assert.Equal(new Freshness(null, null, null), Freshness.Of(MartsAt("2026-03-02T04:00:00Z")));
    }

    [Fact]
    public void A_local_day_may_lie_outside_the_calendar_of_the_program()
    {
        var marts = new PlainMarts([], new ReportingOptions { TimeZone = "Etc/GMT-14" }, default);
        Assert.Equal(Day("9999-12-31") + 1, marts.Day(At("9999-12-31T23:00:00Z")));
        Assert.Equal(Day("0001-01-01") - 1, new PlainMarts([], new ReportingOptions { TimeZone = "Etc/GMT+12" }, default).Day(At("0001-01-01T11:00:00Z")));
    }

    [Theory]
    // India kept its own mean time until 1854 and standard time since 1945; New York's summer goes on by rule after the file's last year.
    [InlineData("Asia/Kolkata", "1800-01-01T18:06:31.999999Z", "1800-01-01")]
    [InlineData("Asia/Kolkata", "1800-01-01T18:06:32Z", "1800-01-02")]
    [InlineData("Asia/Kolkata", "2026-03-01T18:30:00Z", "2026-03-02")]
    [InlineData("America/New_York", "2060-07-01T04:00:00Z", "2060-07-01")]
    [InlineData("America/New_York", "2060-12-01T04:00:00Z", "2060-11-30")]
    [InlineData("America/New_York", "1883-11-18T17:00:00Z", "1883-11-18")]
    [InlineData("UTC", "1969-12-31T23:59:59.999999Z", "1969-12-31")]
    public void A_day_begins_at_the_zones_midnight_then(string zone, string utc, string day) =>
        Assert.Equal(Day(day), new PlainMarts([], new ReportingOptions { TimeZone = zone }, default).Day(At(utc)));

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) => Math.Abs(x.Item1 - y.Item1) < 1e-12 && Math.Abs(x.Item2 - y.Item2) < 1e-12;

        public int GetHashCode((double, double) obj) => 0;
    }
}
