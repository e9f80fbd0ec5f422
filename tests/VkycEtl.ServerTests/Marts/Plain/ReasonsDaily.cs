namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>A row of <c>vkyc.reasons_daily</c>.</summary>
internal sealed record ReasonsDaily(
    long Day, string AppId, string Outcome, string? ReasonKey, string? Reason, long Attempts, DateTime LastChangedAt)
{
    public static IEnumerable<ReasonsDaily> Of(PlainMarts marts) =>
        from attempt in marts.CallAttempts
        where attempt.Outcome is Plain.Outcome.Declined or Plain.Outcome.Incomplete or Plain.Outcome.Other
        group attempt by (Day: marts.Day(attempt.EndedAt!.Value), attempt.AppId, attempt.Outcome, attempt.ReasonKey) into row
        select new ReasonsDaily(
            row.Key.Day,
            row.Key.AppId,
            row.Key.Outcome,
            row.Key.ReasonKey,
            row.Key.ReasonKey is null ? null : MostOften(row),
            row.Count(),
            row.Max(attempt => attempt.LastChangedAt));

    private static string MostOften(IEnumerable<CallAttempt> attempts) => attempts
        .GroupBy(attempt => attempt.Reason!, StringComparer.Ordinal)
        .OrderByDescending(sent => sent.Count())
        .ThenBy(sent => PlainMarts.Bytes(sent.Key), StringComparer.Ordinal)
        .First().Key;
}
