using static VkycEtl.ServerTests.Marts.Plain.Given;

namespace VkycEtl.ServerTests.Marts.Plain;

public sealed class CallAttemptTests
{
    private const string Noon = "2026-03-01T12:00:00Z";

    [Fact]
    public void A_started_opens_the_first_terminal_event_closes_and_a_second_stands_alone()
    {
        var attempts = Attempts(
            Started(Noon, id: "s"), Completed("2026-03-01T12:05:00.000001Z", " Approved "), Ended("2026-03-01T12:06:00Z", id: "late"));

        Assert.Equal([(1, "APPROVED", 300.000001), (2, "INCOMPLETE", null)], attempts.Select(one => (one.AttemptNo, one.Outcome, one.DurationSeconds)));
        Assert.Equal($"{Given.Key("bank", "t1"):d}:2", attempts[1].AttemptKey);
        Assert.Equal((null, null, "late"), (attempts[1].StartedAt, attempts[1].StartedEventId, attempts[1].EndedEventId));
    }

    [Fact]
    public void A_start_in_the_microsecond_of_the_end_before_sorts_first_so_that_call_is_abandoned()
    {
        var attempts = Attempts(Ended("2026-03-01T12:01:00Z", id: "a-end"), Started(Noon, id: "first"), Started("2026-03-01T12:01:00Z", id: "second"));

        Assert.Equal(["ABANDONED", "INCOMPLETE"], attempts.Select(one => one.Outcome), StringComparer.Ordinal);
        Assert.Equal(("second", Given.At("2026-03-01T12:01:00Z"), null), (attempts[0].EndedEventId, attempts[0].EndedAt, attempts[0].DurationSeconds));
        Assert.Equal(("second", "a-end", 0.0), (attempts[1].StartedEventId, attempts[1].EndedEventId, attempts[1].DurationSeconds));
    }

    [Fact]
    public void Events_without_a_time_and_of_other_types_make_no_attempt()
    {
        var attempts = Attempts(Started(null), Event("VCIP_CALL_STARTED ", Noon), Ended(null), Started("2026-03-01T12:01:00Z", id: "s"));

        var attempt = Assert.Single(attempts);
        Assert.Equal(("OPEN", "s", null, null), (attempt.Outcome, attempt.StartedEventId, attempt.EndedAt, attempt.DurationSeconds));
    }

    [Theory]
    [InlineData("APPROVED", "APPROVED")]
    [InlineData("\u2003declined", "DECLINED")]
    [InlineData("APPROVED.", "OTHER")]
    [InlineData("", "OTHER")]
    [InlineData(null, "OTHER")]
    public void Completed_has_the_outcome_of_its_status(string? status, string outcome) =>
        Assert.Equal(outcome, Assert.Single(Attempts(Completed(Noon, status))).Outcome);

    [Fact]
    public void Ended_is_incomplete_whatever_its_status() =>
        Assert.Equal("INCOMPLETE", Assert.Single(Attempts(Ended(Noon) with { Status = "APPROVED" })).Outcome);

    [Theory]
    // start, end: agent_id, agent_key
    [InlineData(" A@B.IN", "\u00a0", " A@B.IN", "a@b.in")]
    [InlineData("one", "Two ", "Two ", "Two")]
    [InlineData("", null, null, null)]
    public void The_agent_is_the_ends_else_the_starts(string? start, string? end, string? id, string? key)
    {
        var attempt = Assert.Single(Attempts(Started(Noon, agent: start), Ended("2026-03-01T12:01:00Z", agent: end)));
        Assert.Equal((id, key), (attempt.AgentId, attempt.AgentKey));
    }

    [Fact]
    public void An_abandoned_call_takes_nothing_from_the_start_that_displaced_it()
    {
        var attempts = Attempts(Started(Noon), Started("2026-03-01T12:01:00Z", agent: "second"));
        Assert.Equal([null, "second"], attempts.Select(one => one.AgentKey), StringComparer.Ordinal);
    }

    [Fact]
    public void The_reason_is_the_terminal_events_as_sent()
    {
        var attempts = Attempts(Ended(Noon, reason: " Poor  Network"), Ended("2026-03-01T12:01:00Z", reason: " "));
        Assert.Equal([(" Poor  Network", "poor network"), (" ", null)], attempts.Select(one => (one.Reason, one.ReasonKey)));
    }

    [Fact]
    public void Ids_sort_by_their_utf8_bytes_and_not_by_utf16()
    {
        // U+FF5E is before U+1F600 in UTF-8 and after its surrogates in UTF-16.
        var attempts = Attempts(Started(Noon, id: "\U0001F600"), Started(Noon, id: "\uFF5E"), Started(Noon, id: "Z"), Started(Noon, id: "a"));
        Assert.Equal(["Z", "a", "\uFF5E", "\U0001F600"], attempts.Select(one => one.StartedEventId), StringComparer.Ordinal);
    }

    private static IReadOnlyList<CallAttempt> Attempts(params PlainEvent[] events) => MartsAt(Noon, events).CallAttempts;
}
