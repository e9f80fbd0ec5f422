using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Pipeline.Load;

/// <summary>
/// The copies of each event inside one batch, settled before the database sees them ("Same event, other content" in ops/DELIVERY.md):
/// <code>
/// same digest                     ==> the first is the candidate, the others are duplicates
/// different digests               ==> the least is the candidate, marked; its own copies are duplicates, the others are lesser copies
/// </code>
/// </summary>
internal sealed class BatchCopies
{
    private BatchCopies(IReadOnlyList<Candidate> candidates, IReadOnlyList<EventRow> duplicates, IReadOnlyList<(EventRow, Guid)> displaced)
    {
        Candidates = candidates;
        Duplicates = duplicates;
        Displaced = displaced;
    }

    /// <summary>One an event, in order of first arrival.</summary>
    public IReadOnlyList<Candidate> Candidates { get; }

    /// <summary>Copies with their candidate's content.</summary>
    public IReadOnlyList<EventRow> Duplicates { get; }

    /// <summary>Copies with other content than their candidate's, and that content's digest.</summary>
    public IReadOnlyList<(EventRow Row, Guid Winner)> Displaced { get; }

    /// <summary>Settles rows given in order of arrival.</summary>
    public static BatchCopies Settle(IReadOnlyList<EventRow> rows)
    {
        var least = new Dictionary<EventKeys, int>(rows.Count);
        var candidates = new List<Candidate>(rows.Count);
        foreach (var row in rows)
        {
            ref var index = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(least, EventKeys.Of(row), out var known);
            if (!known)
            {
                index = candidates.Count;
                candidates.Add(new Candidate(row, IsMarked: false));
                continue;
            }

            var best = candidates[index];
            if (row.ContentDigest != best.Row.ContentDigest)
                candidates[index] = new Candidate(CopyOrder.Compare(row, best.Row) < 0 ? row : best.Row, IsMarked: true);
        }

        if (candidates.Count == rows.Count)
            return new BatchCopies(candidates, [], []);

        var duplicates = new List<EventRow>(rows.Count - candidates.Count);
        var displaced = new List<(EventRow, Guid)>();
        foreach (var row in rows)
        {
            var winner = candidates[least[EventKeys.Of(row)]].Row;
            if (ReferenceEquals(row, winner))
                continue;
            if (row.ContentDigest == winner.ContentDigest)
                duplicates.Add(row);
            else
                displaced.Add((row, winner.ContentDigest));
        }

        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].IsMarked)
                candidates[i] = candidates[i].Mark();
        }

        return new BatchCopies(candidates, duplicates, displaced);
    }
}

/// <summary>A row that may become its event's row.</summary>
/// <param name="Row">The row; where marked, with the issue <c>conflicting_copies</c>.</param>
/// <param name="IsMarked">Whether copies with other content are known.</param>
internal readonly record struct Candidate(EventRow Row, bool IsMarked)
{
    /// <summary>The same, marked as having copies with other content.</summary>
    public Candidate Mark()
    {
        if (Row.Issues.Contains(EventsTable.ConflictingCopies, StringComparer.Ordinal))
            return this with { IsMarked = true };
        string[] issues = [.. Row.Issues, EventsTable.ConflictingCopies];
        Array.Sort(issues, StringComparer.Ordinal);
        return new Candidate(Row with { Issues = issues }, IsMarked: true);
    }
}

/// <summary>Which of two copies with different content is the row: the least (event_time, NULL last; then content_digest).</summary>
internal static class CopyOrder
{
    /// <summary>Compares two rows.</summary>
    public static int Compare(EventRow left, EventRow right) =>
        Compare(left.EventTime, left.ContentDigest, right.EventTime, right.ContentDigest);

    /// <summary>Compares by time, then by digest. <see cref="Guid.CompareTo(Guid)"/> is the order of the uuid's bytes.</summary>
    public static int Compare(DateTime? leftTime, Guid leftDigest, DateTime? rightTime, Guid rightDigest)
    {
        var byTime = (leftTime, rightTime) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            _ => leftTime.Value.CompareTo(rightTime.Value),
        };
        return byTime != 0 ? byTime : leftDigest.CompareTo(rightDigest);
    }
}
