using System.Globalization;
using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Pipeline.Load;

/// <summary>
/// A load, the same on every engine: quarantine, progress compared, rows, copies settled, ledger, COMMIT; all in one transaction.
/// Settling ("Same event, other content" in ops/DELIVERY.md), candidate against stored row:
/// <code>
/// nothing stored                         ==> loaded
/// same digest                            ==> duplicate
/// another digest, the candidate is less  ==> loaded: it replaces the row, marked; the row goes to quarantine as displaced
/// another digest, the row is less        ==> quarantined as conflicting_duplicate; the row is marked
/// </code>
/// </summary>
internal static class LoadUnit
{
    public static async Task<LoadOutcome> RunAsync(ILoadSession session, LoadBatch batch, DateTime loadedAt, CancellationToken cancellationToken)
    {
        var tally = new Tally(batch);
        var copies = BatchCopies.Settle(batch.Rows);

        // Quarantine first: nobody else waits for these rows, so no contended lock is held while their bytes travel.
        await session.QuarantineAsync(Quarantine(batch, copies, tally), batch.LoadId, loadedAt, cancellationToken);
        foreach (var duplicate in copies.Duplicates)
            tally.Duplicate(duplicate);

        var insertion = await session.InsertAsync(batch, copies.Candidates, loadedAt, cancellationToken);
        if (insertion.Moved.Count > 0)
            return new LoadOutcome([], insertion.Moved);

        if (insertion.Inserted == copies.Candidates.Count)
        {
            foreach (var candidate in copies.Candidates)
                tally.Loaded(candidate.Row);
        }
        else
        {
            await SettleStoredAsync(session, batch, copies.Candidates, insertion.Inserted, tally, loadedAt, cancellationToken);
        }

        await session.Ledger.RecordAsync(batch, tally.Counts, loadedAt, cancellationToken);
        await session.CommitAsync();
        return new LoadOutcome(tally.Counts, []);
    }

    private static List<QuarantineRow> Quarantine(LoadBatch batch, BatchCopies copies, Tally tally)
    {
        var rows = new List<QuarantineRow>(batch.Quarantined.Count + copies.Displaced.Count);
        foreach (var (raw, code, text) in batch.Quarantined)
            rows.Add(QuarantineRow.From(batch, tally.Quarantined(raw.Partition), raw, code, text));
        foreach (var (row, winner) in copies.Displaced)
            rows.Add(QuarantineRow.LesserCopy(batch, tally.Quarantined(row.Raw.Partition), row, winner));
        return rows;
    }

    private static async Task SettleStoredAsync(
        ILoadSession session, LoadBatch batch, IReadOnlyList<Candidate> candidates, long inserted, Tally tally, DateTime loadedAt, CancellationToken cancellationToken)
    {
        var stored = (await session.FindStoredAsync(candidates, batch.LoadId, cancellationToken)).ToDictionary(copy => copy.Keys);
        Expect("stored before this load", candidates.Count - inserted, stored.Count);
        var contested = new List<Candidate>();
        foreach (var candidate in candidates)
        {
            if (!stored.TryGetValue(EventKeys.Of(candidate.Row), out var copy))
                tally.Loaded(candidate.Row);
            else if (copy.ContentDigest == candidate.Row.ContentDigest && (copy.IsMarked || !candidate.IsMarked))
                tally.Duplicate(candidate.Row);
            else
                contested.Add(candidate);
        }

        if (contested.Count > 0)
            await SettleContestedAsync(session, batch, contested, tally, loadedAt, cancellationToken);
    }

    /// <summary>Decides again on locked rows: what was read before may have been settled by another session since.</summary>
    private static async Task SettleContestedAsync(
        ILoadSession session, LoadBatch batch, List<Candidate> contested, Tally tally, DateTime loadedAt, CancellationToken cancellationToken)
    {
        var rows = (await session.LockStoredAsync(contested, cancellationToken)).ToDictionary(row => row.Keys);
        Expect("contested", contested.Count, rows.Count);
        var mark = new List<EventKeys>();
        var replace = new List<EventRow>();
        var displaced = new List<(StoredRow Row, EventRow By)>();
        var quarantine = new List<QuarantineRow>();
        foreach (var candidate in contested)
        {
            var row = rows[EventKeys.Of(candidate.Row)];
            if (row.ContentDigest == candidate.Row.ContentDigest)
            {
                tally.Duplicate(candidate.Row);
                if (candidate.IsMarked && !row.IsMarked)
                    mark.Add(row.Keys);
            }
            else if (CopyOrder.Compare(candidate.Row.EventTime, candidate.Row.ContentDigest, row.EventTime, row.ContentDigest) < 0)
            {
                tally.Loaded(candidate.Row);
                replace.Add(candidate.Mark().Row);
                displaced.Add((row, candidate.Row));
            }
            else
            {
                quarantine.Add(QuarantineRow.LesserCopy(batch, tally.Quarantined(candidate.Row.Raw.Partition), candidate.Row, row.ContentDigest));
                if (!row.IsMarked)
                    mark.Add(row.Keys);
            }
        }

        quarantine.AddRange(await session.Ledger.DisplaceAsync(batch, displaced, cancellationToken));
        await session.QuarantineAsync(quarantine, batch.LoadId, loadedAt, cancellationToken);
        if (replace.Count > 0)
            Expect("replaced", replace.Count, await session.ReplaceAsync(replace, batch.LoadId, loadedAt, cancellationToken));
        if (mark.Count > 0)
            Expect("marked", mark.Count, await session.MarkAsync(mark, batch.LoadId, loadedAt, cancellationToken));
    }

    private static void Expect(string what, long expected, long found)
    {
        if (expected != found)
            throw new StoredRowsChangedException(string.Create(CultureInfo.InvariantCulture, $"{expected} rows {what} were expected, {found} were found"));
    }

    /// <summary>Counts by partition, which must add up to the ranges.</summary>
    private sealed class Tally
    {
        private readonly LoadBatch batch;
        private readonly Dictionary<int, int> index;
        private readonly long[] loaded;
        private readonly long[] duplicates;
        private readonly long[] quarantined;

        public Tally(LoadBatch batch)
        {
            this.batch = batch;
            index = batch.Ranges.Select((range, i) => (range.Partition, i)).ToDictionary(pair => pair.Partition, pair => pair.i);
            loaded = new long[index.Count];
            duplicates = new long[index.Count];
            quarantined = new long[index.Count];
        }

        /// <summary>One a range, checked against the identity.</summary>
        /// <exception cref="InvalidOperationException">The batch's records, gaps and lost are not its range.</exception>
        public IReadOnlyList<RangeCounts> Counts => [.. batch.Ranges.Select((range, i) =>
        {
            var accounted = loaded[i] + duplicates[i] + quarantined[i] + range.Gaps + range.Lost;
            if (accounted != range.LastOffset - range.FirstOffset + 1)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Partition {range.Partition}: offsets {range.FirstOffset} to {range.LastOffset} do not add up: {accounted} are accounted for."));
            }

            return new RangeCounts(range.Partition, loaded[i], duplicates[i], quarantined[i]);
        })];

        public void Loaded(EventRow row) => loaded[index[row.Raw.Partition]]++;

        public void Duplicate(EventRow row) => duplicates[index[row.Raw.Partition]]++;

        /// <returns>The pass in which the partition is read.</returns>
        public int Quarantined(int partition)
        {
            var i = index[partition];
            quarantined[i]++;
            return batch.Ranges[i].Pass;
        }
    }
}
