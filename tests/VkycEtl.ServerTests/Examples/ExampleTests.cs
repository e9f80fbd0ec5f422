using System.Globalization;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;

namespace VkycEtl.ServerTests.Examples;

/// <summary>
/// The ready questions, asked as analysts ask them, on both engines: each answer is held against what the simulator meant, counted by hand. Times of the
/// clock matter to some (who is still moving, whose slot is over), so an answer that a moment has overtaken is asked for once more.
/// </summary>
public sealed class ExampleTests(ExampleWorld world) : IClassFixture<ExampleWorld>
{
    public static TheoryData<string, int> All => [.. ((string[])["duckdb", "postgres"]).SelectMany(engine => Enumerable.Range(1, 12).Select(number => (engine, number)))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_answer_is_what_was_told(string engine, int number)
    {
        var told = await world.ToldAsync(engine);
        var rows = await AskAsync(engine, number);
        Assert.NotEmpty(rows);
        var check = Checks[number - 1];
        try
        {
            check(rows, told);
        }
        catch (Xunit.Sdk.XunitException)
        {
            told = await world.ToldAsync(engine);
            check(await AskAsync(engine, number), told);
        }
    }

    /// <summary>Rows as texts, by column.</summary>
    private async Task<List<Dictionary<string, string?>>> AskAsync(string engine, int number)
    {
        await using var connection = await world.OpenAsync(engine);
        var statement = new Statement(VkycEtl.Cli.Query.Examples.Find($"{number}").Sql, new Dictionary<string, string>(StringComparer.Ordinal));
        return [.. (await statement.ReadAsync(connection, engine, TestContext.Current.CancellationToken))
            .Select(row => row.ToDictionary(column => column.Key, column => column.Value is { } value ? CellText.Plain(value) : null, StringComparer.Ordinal))];
    }

    private static Action<List<Dictionary<string, string?>>, Told>[] Checks =>
    [
        FunnelByDay, WhereCustomersDrop, ApprovedWithinSla, WaitsByHour, CallLengthByOutcome, Reasons, FirstAttempt, Agents, NoShows, OpenCases, WhatAppsSend, IsItComplete,
    ];

    private static void FunnelByDay(List<Dictionary<string, string?>> rows, Told told) => AssertRows(
        Days(told, 13, 0).Where(day => told.Journeys.Any(one => Told.Day(one.First) == day)).Select(day =>
        {
            var entered = told.Journeys.Where(one => Told.Day(one.First) == day).ToList();
            string? Reached(int stage) => Sum(entered.Where(one => told.Sends(one.App, stage, day)), one => one.Stage >= stage);
            var moving = entered.Where(one => told.Sends(one.App, 6, day)).Count(one => one.State is not ("APPROVED" or "DECLINED") && one.Last > told.Now.AddDays(-3));
            return $"{Text(day)} {(day < told.Today ? "true" : "false")} {entered.Count} {Reached(1)} {Reached(2)} {Reached(3)} {Reached(4)} {Reached(5)} {Reached(6)} {moving}";
        }),
        rows,
        "day", "complete", "entered", "scheduled", "assigned", "notified", "started", "completed", "approved", "moving");

    private static void WhereCustomersDrop(List<Dictionary<string, string?>> rows, Told told)
    {
        var steps = new SortedDictionary<int, (int Came, int Lost, int CameBefore, int LostBefore)>();
        foreach (var day in Days(told, 14, 1))
        {
            foreach (var group in told.Journeys.Where(one => Told.Day(one.First) == day).GroupBy(one => one.App, StringComparer.Ordinal))
            {
                var sent = ((int[])[0, 2, 3, 4, 5, 6]).Where(stage => told.Sends(group.Key, stage, day)).ToList();
                foreach (var (before, stage) in sent.Zip(sent.Skip(1)))
                {
                    var came = group.Count(one => one.Stage >= before);
                    var lost = came - group.Count(one => one.Stage >= stage);
                    var (a, b, c, d) = steps.GetValueOrDefault(stage);
                    steps[stage] = day >= told.Today.AddDays(-7) ? (a + came, b + lost, c, d) : (a, b, c + came, d + lost);
                }
            }
        }

        AssertRows(
            steps.Select(step => $"{step.Key} {step.Value.Came} {step.Value.Lost} {step.Value.CameBefore} {step.Value.LostBefore}"),
            rows,
            "stage_no", "came_this_week", "lost_this_week", "came_last_week", "lost_last_week");
        AssertNear(rows, "lost_percent_this_week", steps.Values.Select(step => 100.0 * step.Lost / step.Came));
    }

    private static void ApprovedWithinSla(List<Dictionary<string, string?>> rows, Told told) => AssertRows(
        Days(told, 13, 0).Select(day => (Day: day, Entered: told.Journeys.Where(one => Told.Day(one.First) == day).ToList())).Where(one => one.Entered.Count > 0).Select(one =>
        {
            var matured = one.Entered.Where(journey => told.Sends(journey.App, 5, one.Day) && journey.First <= told.Now.AddHours(-24)).ToList();
            return $"{Text(one.Day)} {one.Entered.Count} {matured.Count} {matured.Count(journey => journey.ApprovedAt <= journey.First.AddHours(24))}";
        }),
        rows,
        "day", "entered", "matured", "approved_within_sla");

    private static void WaitsByHour(List<Dictionary<string, string?>> rows, Told told)
    {
        var hours = told.Journeys.Where(one => one.FirstOf(4) >= one.FirstOf(2))
            .GroupBy(one => Told.Hour(one.FirstOf(2)!.Value), one => (one.FirstOf(4) - one.FirstOf(2))!.Value.TotalMinutes).OrderBy(group => group.Key).ToList();
        AssertRows(hours.Select(group => $"{group.Key} {group.Count()}"), rows, "hour", "transactions");
        AssertNear(rows, "p50_minutes", hours.Select(group => Told.Percentile(group, 0.5)));
        AssertNear(rows, "p90_minutes", hours.Select(group => Told.Percentile(group, 0.9)));
    }

    private static void CallLengthByOutcome(List<Dictionary<string, string?>> rows, Told told)
    {
        var outcomes = told.Journeys.SelectMany(one => one.Calls).Where(call => call.Minutes is not null).GroupBy(call => call.Outcome, call => call.Minutes!.Value, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        AssertRows(outcomes.Select(group => $"{group.Key} {group.Count()}"), rows, "outcome", "calls");
        AssertNear(rows, "p50_minutes", outcomes.Select(group => Told.Percentile(group, 0.5)));
        AssertNear(rows, "hours", outcomes.Select(group => group.Sum() / 60));
    }

    private static void Reasons(List<Dictionary<string, string?>> rows, Told told)
    {
        var reasons = told.Journeys.SelectMany(one => one.Calls).Where(call => call.Outcome is "DECLINED" or "INCOMPLETE")
            .GroupBy(call => (call.Outcome, Reason: call.Reason is null ? null : string.Join(' ', call.Reason.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)))).ToList();
        AssertSame(
            reasons.Select(group => $"{group.Key.Outcome} {group.Key.Reason} {group.Count()}").Order(StringComparer.Ordinal),
            rows.Select(row => $"{row["outcome"]} {(row["reason"] is { } reason ? string.Join(' ', reason.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)) : null)} {row["calls"]}").Order(StringComparer.Ordinal));
        Assert.InRange(rows.Where(row => row["outcome"] == "DECLINED").Sum(row => Number(row["percent"])), 99.5, 100.5);
    }

    private static void FirstAttempt(List<Dictionary<string, string?>> rows, Told told) => AssertRows(
        told.Journeys.Where(one => one.Calls.Count > 0).GroupBy(one => one.App, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
            $"{group.Key} {group.Count()} {group.Count(one => one.Calls[0].Outcome == "APPROVED")} {group.Count(one => one.ApprovedAt is not null)}"),
        rows,
        "app_id", "with_a_call", "approved_first", "approved_ever");

    private static void Agents(List<Dictionary<string, string?>> rows, Told told)
    {
        var agents = told.Journeys.SelectMany(one => one.Calls).GroupBy(call => call.Agent?.Contains('@', StringComparison.Ordinal) == true ? call.Agent.ToLowerInvariant() : call.Agent, StringComparer.Ordinal).ToList();
        AssertSame(
            agents.Select(group =>
                $"{group.Key} {group.Select(call => Told.Day(call.At)).Distinct().Count()} {group.Count()} {group.Count(call => call.Outcome == "APPROVED")} {group.Count(call => call.Outcome == "DECLINED")} {group.Count(call => call.Outcome == "INCOMPLETE")}").Order(StringComparer.Ordinal),
            rows.Select(row => $"{row["agent"]} {row["days"]} {row["calls"]} {row["approved"]} {row["declined"]} {row["incomplete"]}").Order(StringComparer.Ordinal));
        Assert.Equal(agents.Sum(group => group.Sum(call => call.Minutes ?? 0)) / 60, rows.Sum(row => Number(row["hours_in_calls"])), 0.05 * rows.Count);
    }

    private static void NoShows(List<Dictionary<string, string?>> rows, Told told)
    {
        var slots = told.Journeys.Where(one => one.Booking?.SlotEnd is not null).GroupBy(one => Told.Day(one.Booking!.SlotStart!.Value))
            .Where(group => group.Key >= told.Today.AddDays(-13) && group.Key <= told.Today).OrderBy(group => group.Key).ToList();
        AssertRows(
            slots.Select(group =>
            {
                var matured = group.Where(one => told.Sends(one.App, 4, group.Key) && one.Booking!.SlotEnd!.Value.AddMinutes(15) <= told.Now)
                    .Select(one => (Came: one.Calls.FirstOrDefault(call => call.At >= one.Booking!.EventTime)?.At, one.Booking!.SlotStart, one.Booking.SlotEnd)).ToList();
                var inTime = matured.Where(one => one.Came <= one.SlotEnd!.Value.AddMinutes(15)).ToList();
                return $"{Text(group.Key)} {group.Count()} {group.Sum(one => one.Bookings - 1)} {matured.Count} {inTime.Count(one => one.Came < one.SlotStart)} "
                    + $"{inTime.Count(one => one.Came >= one.SlotStart && one.Came <= one.SlotEnd)} {inTime.Count(one => one.Came > one.SlotEnd)} {matured.Count - inTime.Count}";
            }),
            rows,
            "day", "slots", "reschedules", "matured", "started_before", "started_in_slot", "started_after", "no_show");
    }

    private static void OpenCases(List<Dictionary<string, string?>> rows, Told told)
    {
        AssertRows(
            told.Journeys.Where(one => one.State is not ("APPROVED" or "DECLINED")).GroupBy(one => one.State, StringComparer.Ordinal)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Key} {group.Count()} {group.Count(one => one.Last <= told.Now.AddHours(-72))}"),
            rows,
            "state", "transactions", "over_3_days");
        Assert.All(rows, row => Assert.Equal(
            Number(row["transactions"]), ((string[])["under_1_hour", "under_4_hours", "under_1_day", "under_3_days", "over_3_days"]).Sum(column => Number(row[column]))));
    }

    private static void WhatAppsSend(List<Dictionary<string, string?>> rows, Told told) => AssertSame(
        told.Events.GroupBy(one => $"{one.AppId} type {one.EventType}", StringComparer.Ordinal).Concat(told.Events.SelectMany(one => one.Issues.Select(issue => (one, issue))).GroupBy(pair => $"{pair.one.AppId} issue {pair.issue}", pair => pair.one, StringComparer.Ordinal))
            .Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal),
        rows.Select(row => $"{row["app_id"]} {row["kind"]} {row["name"]} {row["events"]}").Order(StringComparer.Ordinal));

    private static void IsItComplete(List<Dictionary<string, string?>> rows, Told told)
    {
        // All of it was loaded at once: every day that was over then has been restated since, and nothing is behind.
        AssertSame(["2 0", "3 0", "4 0"], rows.Where(row => row["no"] is "2" or "3" or "4").Select(row => $"{row["no"]} {row["value"]}"));
        AssertSame(
            Days(told, 14, 1).Where(day => day < Told.Day(told.LoadedAt) && told.Journeys.Any(one => Told.Day(one.First) == day)).Select(Text),
            rows.Where(row => row["no"] == "5").Select(row => row["day"]!));
        Assert.True(rows.Exists(row => row["no"] == "1"));
    }

    private static IEnumerable<DateOnly> Days(Told told, int from, int until) => Enumerable.Range(0, from - until + 1).Select(i => told.Today.AddDays(i - from));

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? Sum(IEnumerable<Journey> journeys, Func<Journey, bool> counts)
    {
        var all = journeys.ToList();
        return all.Count == 0 ? null : $"{all.Count(counts)}";
    }

    private static double Number(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> found) => Assert.Equal(expected, found, StringComparer.Ordinal);

    private static void AssertRows(IEnumerable<string> expected, List<Dictionary<string, string?>> rows, params string[] columns) =>
        AssertSame(expected, rows.Select(row => string.Join(' ', columns.Select(column => row[column]))));

    private static void AssertNear(List<Dictionary<string, string?>> rows, string column, IEnumerable<double> expected)
    {
        foreach (var (row, value) in rows.Zip(expected))
            Assert.Equal(value, Number(row[column]), 0.06);
    }
}
