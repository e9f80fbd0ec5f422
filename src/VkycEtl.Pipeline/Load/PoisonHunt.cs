using System.Globalization;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load;

/// <summary>Finds the rows that the database refuses, by halves, and knows when there are too many for them to be at fault.</summary>
internal sealed class PoisonHunt(IWarehouse warehouse, double maxPoisonShare, int records)
{
    /// <summary>As many may always be refused: a share of a small batch says little.</summary>
    private const int AlwaysAllowed = 20;

    private readonly double limit = Math.Max(AlwaysAllowed, records * maxPoisonShare);
    private long found;

    /// <summary>Runs a probe with retries.</summary>
    public delegate Task<Exception?> Retrying(Func<CancellationToken, Task<Exception?>> work, CancellationToken cancellationToken);

    /// <summary>Finds refused rows among those that a load would insert; a refused row's copies are refused with it.</summary>
    /// <param name="rows">The batch's rows.</param>
    /// <param name="schemas">What they were made by.</param>
    /// <param name="poison">Why the load as a whole failed.</param>
    /// <param name="retrying">How to probe.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="WarehouseUnfitException">Too many are refused, or none alone.</exception>
    public async Task<IReadOnlyList<QuarantinedEvent>> FindAsync(
        IReadOnlyList<EventRow> rows, SchemaSet schemas, Exception poison, Retrying retrying, CancellationToken cancellationToken)
    {
        List<EventRow> candidates = [.. BatchCopies.Settle(rows).Candidates.Select(candidate => candidate.Row)];
        var copies = rows.ToLookup(row => (EventKeys.Of(row), row.ContentDigest));
        var refused = new List<QuarantinedEvent>();
        var halves = new Stack<(int Start, int Count)>();
        halves.Push((0, candidates.Count));
        while (halves.TryPop(out var half))
        {
            var part = candidates.GetRange(half.Start, half.Count);
            var refusal = part.Count == 0 ? null : await retrying(token => warehouse.RefuseAsync(part, schemas, token), cancellationToken);
            if (refusal is null)
                continue;
            if (part.Count > 1)
            {
                var middle = half.Count / 2;
                halves.Push((half.Start + middle, half.Count - middle));
                halves.Push((half.Start, middle));
                continue;
            }

            refused.AddRange(copies[(EventKeys.Of(part[0]), part[0].ContentDigest)]
                .Select(row => new QuarantinedEvent(row.Raw, QuarantineReason.RefusedByDatabase, refusal.Message)));
            if (found + refused.Count > limit)
                throw TooMuch(refusal);
        }

        if (refused.Count == 0)
            throw new WarehouseUnfitException("The database refuses the load, though no row alone: look for constraints or triggers on vkyc.events and vkyc_etl.", poison);
        found += refused.Count;
        return refused;
    }

    /// <summary>The batch with some of its rows in quarantine instead.</summary>
    public static LoadBatch Quarantine(LoadBatch batch, IReadOnlyList<QuarantinedEvent> refused)
    {
        var coordinates = refused.Select(quarantined => (quarantined.Raw.Partition, quarantined.Raw.Offset)).ToHashSet();
        return batch with
        {
            Rows = [.. batch.Rows.Where(row => !coordinates.Contains((row.Raw.Partition, row.Raw.Offset)))],
            Quarantined = [.. batch.Quarantined, .. refused],
        };
    }

    private WarehouseUnfitException TooMuch(Exception refusal) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The database refuses more than {limit:0} of {records} records ({refusal.Message}): that is the table's fault, not theirs. Nothing was loaded or quarantined; mend the table's constraints, or set Worker:MaxPoisonShare."),
        refusal);
}
