using static VkycEtl.ServerTests.Marts.Plain.Given;

namespace VkycEtl.ServerTests.Marts.Plain;

public sealed class FunnelDailyTests
{
    private const string Now = "2026-03-10T00:00:00Z";

    [Fact]
    public void Reached_open_and_strict_part_where_stages_are_skipped()
    {
        // a: all but NOTIFIED, approved. b: a walk-in that ended. c: scheduled and then only completed (declined). d: scheduled, quiet.
        var marts = MartsAt(
            Now,
            Scheduled("2026-03-08T04:00:00Z", null, null, "a"),
            Event(EventType.Assigned, "2026-03-08T04:01:00Z", "a"),
            Started("2026-03-08T04:02:00Z", "a"),
            Completed("2026-03-08T04:03:00Z", "APPROVED", "a"),
            Event(EventType.Assigned, "2026-03-08T04:00:00Z", "b"),
            Ended("2026-03-08T04:05:00Z", "b"),
            Scheduled("2026-03-08T04:00:00Z", null, null, "c"),
            Completed("2026-03-08T04:05:00Z", "DECLINED", "c"),
            Scheduled("2026-03-08T04:00:00Z", null, null, "d"));

        Assert.Equal(
            [
                "any 0 ENTERED: 4 4 4 4 1 0",
                "any 1 SCHEDULED: 4 3 4 3 1 0",
                "any 2 ASSIGNED: 4 2 3 2 0.75 1",
                "any 3 NOTIFIED: 4 - - - - -",
                "any 4 STARTED: 4 1 3 1 0.75 1",
                "any 5 COMPLETED: 4 2 2 1 0.5 2",
                "any 6 APPROVED: 4 1 1 1 0.25 2",
                "scheduled 0 ENTERED: 3 3 3 3 1 0",
                "scheduled 1 SCHEDULED: 3 3 3 3 1 0",
                "scheduled 2 ASSIGNED: 3 1 2 1 0.6666666666666666 1",
                "scheduled 3 NOTIFIED: 3 - - - - -",
                "scheduled 4 STARTED: 3 1 2 1 0.6666666666666666 1",
                "scheduled 5 COMPLETED: 3 2 2 1 0.6666666666666666 1",
                "scheduled 6 APPROVED: 3 1 1 1 0.3333333333333333 1",
            ],
            FunnelDaily.Of(marts).Select(Text),
            StringComparer.Ordinal);
    }

    [Fact]
    public void In_the_cohort_any_a_walk_in_is_strict_without_a_booking_though_the_app_sends_them()
    {
        var marts = MartsAt(
            Now,
            Scheduled("2026-03-08T04:00:00Z", null, null, "booked"),
            Started("2026-03-08T04:01:00Z", "walk-in"),
            Completed("2026-03-08T04:02:00Z", "APPROVED", "walk-in"));
        Assert.Contains("any 6 APPROVED: 2 1 1 1 0.5 1", FunnelDaily.Of(marts).Select(Text), StringComparer.Ordinal);
    }

    [Fact]
    public void A_stage_is_null_until_the_day_that_its_type_was_first_sent()
    {
        // 18:30 UTC is midnight in the zone: the first of three cohorts is before the day of the first STARTED, the second on it.
        var marts = MartsAt(
            Now,
            Event("VCIP_NEW", "2026-03-07T18:29:59.999999Z", "before"),
            Event("VCIP_NEW", "2026-03-07T18:30:00Z", "on"),
            Started("2026-03-08T10:00:00Z", "later"),
            Event("VCIP_NEW", "2026-03-08T18:30:00Z", "elsewhere", "other"));
        var started = FunnelDaily.Of(marts).Where(row => row.Stage == "STARTED").ToList();
        Assert.Equal(
            [(Day("2026-03-07"), "bank", null), (Day("2026-03-08"), "bank", 1L), (Day("2026-03-09"), "other", null)],
            started.Select(row => (row.CohortDay, row.AppId, row.Reached)));
    }

    [Fact]
    public void What_was_quiet_for_three_days_moves_no_more()
    {
        var marts = MartsAt(
            Now,
            Started("2026-03-06T23:00:00Z", "known"),
            Completed("2026-03-06T23:00:01Z", "DECLINED", "known"),
            Event("VCIP_NEW", "2026-03-07T00:00:00Z", "lapsed"),
            Event("VCIP_NEW", "2026-03-07T00:00:00.000001Z", "moving"));
        Assert.Contains("any 4 STARTED: 3 1 1 1 0.3333333333333333 1", FunnelDaily.Of(marts).Select(Text), StringComparer.Ordinal);
    }

    private static string Text(FunnelDaily row) =>
        $"{row.Cohort} {row.StageNo} {row.Stage}: {row.Entered} {Or(row.Reached)} {Or(row.ReachedOpen)} {Or(row.ReachedStrict)} {Or(row.ConversionRate)} {Or(row.Moving)}";

    private static object Or(object? value) => value ?? "-";
}
