using static VkycEtl.ServerTests.Marts.Plain.Given;

namespace VkycEtl.ServerTests.Marts.Plain;

public sealed class TransactionTests
{
    private const string Now = "2026-03-02T00:00:00Z";

    [Fact]
    public void A_rescheduled_case_that_is_declined_and_then_approved()
    {
        var row = Of(
            Scheduled("2026-03-01T04:00:00Z", "2026-03-01T05:00:00Z", "2026-03-01T05:30:00Z"),
            Event(EventType.Assigned, "2026-03-01T04:10:00Z"),
            Event(EventType.Notified, "2026-03-01T04:20:00Z"),
            Started("2026-03-01T04:30:00Z", agent: "asha"),
            Completed("2026-03-01T04:40:00Z", "DECLINED"),
            Scheduled("2026-03-01T05:00:00Z", "2026-03-01T06:00:00Z", null),
            Event(EventType.Assigned, "2026-03-01T05:10:00Z"),
            Event("VCIP_NEW", "2026-03-01T07:00:00Z"),
            Started("2026-03-01T06:01:00Z"),
            Completed("2026-03-01T06:11:00.5Z", "APPROVED"));

        Assert.Equal((Given.At("2026-03-01T04:00:00Z"), Given.At("2026-03-01T07:00:00Z"), 10), (row.FirstEventAt, row.LastEventAt, row.Events));
        Assert.Equal((2, 2, 1, 2), (row.Schedules, row.Assignments, row.Notifications, row.Attempts));
        Assert.Equal((Given.At("2026-03-01T05:00:00Z"), Given.At("2026-03-01T06:00:00Z"), null), (row.SlotSetAt, row.SlotStartTime, row.SlotEndTime));
        Assert.Equal(("DECLINED", "APPROVED", "APPROVED"), (row.FirstOutcome, row.LatestOutcome, row.State));
        Assert.Equal((600.0, 1200.0, 600.0, 0), (row.ScheduleToAssignSeconds, row.AssignToStartSeconds, row.NotifyToStartSeconds, row.NegativeIntervals));
        Assert.Equal((true, Given.At("2026-03-01T06:11:00.5Z"), 7860.5), (row.EverApproved, row.ApprovedAt, row.TurnaroundSeconds));
        Assert.Equal(Given.At("2026-03-01T06:01:00Z"), row.SlotCallAt);
        Assert.Equal((Given.At("2026-03-01T04:40:00Z"), null), (row.CompletedAt, row.EndedAt));
        Assert.Equal(("asha", 1, 0, 0), (row.LatestAgentKey, row.DeclinedAttempts, row.IncompleteAttempts, row.AbandonedAttempts));
    }

    [Fact]
    public void Intervals_that_are_negative_are_null_and_counted()
    {
        var row = Of(
            Started("2026-03-01T04:00:00Z"),
            Event(EventType.Assigned, "2026-03-01T04:00:00.000001Z"),
            Event(EventType.Notified, "2026-03-01T04:00:00Z"),
            Scheduled("2026-03-01T04:01:00Z", null, null));

        Assert.Equal((null, null, 0.0, 2), (row.ScheduleToAssignSeconds, row.AssignToStartSeconds, row.NotifyToStartSeconds, row.NegativeIntervals));
        Assert.Equal(("IN_CALL", false, null, null), (row.State, row.EverApproved, row.TurnaroundSeconds, row.SlotCallAt));
    }

    [Theory]
    [InlineData("ENTERED", "VCIP_NEW")]
    [InlineData("SCHEDULED", EventType.Scheduled)]
    [InlineData("ASSIGNED", EventType.Assigned, EventType.Scheduled)]
    [InlineData("NOTIFIED", EventType.Notified, EventType.Scheduled)]
    [InlineData("IN_CALL", EventType.Started, EventType.Notified)]
    [InlineData("INCOMPLETE", EventType.Ended, EventType.Scheduled)]
    [InlineData("OTHER", EventType.Completed)]
    public void The_state_is_the_furthest_that_was_seen(string state, params string[] types) =>
        Assert.Equal(state, Of([.. types.Select((type, minute) => Event(type, $"2026-03-01T04:0{minute}:00Z"))]).State);

    [Fact]
    public void Once_approved_always_approved()
    {
        var row = Of(Completed("2026-03-01T04:00:00Z", "APPROVED"), Completed("2026-03-01T05:00:00Z", "DECLINED"), Started("2026-03-01T06:00:00Z"));
        Assert.Equal(("APPROVED", "APPROVED", "OPEN", 0.0), (row.State, row.FirstOutcome, row.LatestOutcome, row.TurnaroundSeconds));
    }

    [Fact]
    public void Of_two_bookings_in_a_microsecond_the_last_by_id_sets_the_slot()
    {
        var row = Of(
            Scheduled("2026-03-01T04:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01T09:30:00Z") with { EventId = "b" },
            Scheduled("2026-03-01T04:00:00Z", "2026-03-01T08:00:00Z", "2026-03-01T08:30:00Z") with { EventId = "a" });
        Assert.Equal(Given.At("2026-03-01T09:00:00Z"), row.SlotStartTime);
    }

    [Fact]
    public void A_call_in_the_microsecond_of_the_booking_comes_after_it()
    {
        var row = Of(Scheduled("2026-03-01T04:00:00Z", null, null), Started("2026-03-01T04:00:00Z"), Ended("2026-03-01T03:59:59.999999Z"));
        Assert.Equal(At("2026-03-01T04:00:00Z"), row.SlotCallAt);
    }

    [Fact]
    public void A_transaction_without_a_timed_event_has_no_row() => Assert.Empty(MartsAt(Now, Started(null)).Transactions);

    [Fact]
    public void A_transaction_of_two_apps_is_two() =>
        Assert.Equal(2, MartsAt(Now, Started("2026-03-01T04:00:00Z"), Started("2026-03-01T04:00:00Z", app: "other")).Transactions.Count);

    private static Transaction Of(params PlainEvent[] events) => Assert.Single(MartsAt(Now, events).Transactions);
}
