namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.agents_daily</c>.</summary>
internal sealed record AgentsDaily(
    long Day, string AppId, string? AgentKey, long Attempts, long Approved, long Declined, long Incomplete, double? ApprovalRate,
    double OccupiedSeconds, double? P50CallSeconds, double? P90CallSeconds, DateTime LastChangedAt)
{
    public static IEnumerable<AgentsDaily> Of(PlainMarts marts)
    {
        foreach (var row in marts.CallAttempts.GroupBy(attempt => (Day: marts.Day(attempt.At()), attempt.AppId, attempt.AgentKey)))
        {
            var calls = row.Where(attempt => attempt.DurationSeconds is not null).ToList();
            // Doubles would sum to another last digit in another order.
            var occupied = calls.Aggregate((Int128)0, (sum, call) => sum + PlainNumbers.Micros(call.StartedAt!.Value, call.EndedAt!.Value));
            long approved = row.Count(attempt => attempt.Outcome == Outcome.Approved);
            long declined = row.Count(attempt => attempt.Outcome == Outcome.Declined);
            yield return new AgentsDaily(
                row.Key.Day,
                row.Key.AppId,
                row.Key.AgentKey,
                row.Count(),
                approved,
                declined,
                row.Count(attempt => attempt.Outcome == Outcome.Incomplete),
                PlainNumbers.Rate(approved, approved + declined),
                PlainNumbers.Seconds(occupied),
                PlainNumbers.Percentile(0.5, calls.Select(call => call.DurationSeconds!.Value)),
                PlainNumbers.Percentile(0.9, calls.Select(call => call.DurationSeconds!.Value)),
                row.Max(attempt => attempt.LastChangedAt));
        }
    }
}
