using VkycEtl.Cli.Hosting;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Trace;

/// <summary>
/// Deliveries of a transaction that no table holds one by one: exact duplicates, which the ledger only counts, and what is not loaded yet. They are looked
/// for in the partitions that the transaction's records are in, from the first of these on:
/// <code>
/// [a load that counts duplicates] ==> its offsets are read        [a load that counts none] ==> they are not
/// [behind stored progress]        ==> read: waiting               [more records than the bound] ==> the rest is told of as unknown
/// </code>
/// </summary>
/// <param name="topic">The raw topic; null where no broker can be asked.</param>
/// <param name="rows">Where the transaction's rows are from, by event.</param>
/// <param name="quarantined">Where its quarantined deliveries are from.</param>
internal sealed class RawDeliveries(TopicStanding? topic, IReadOnlyDictionary<Guid, Coordinates> rows, IReadOnlyList<Coordinates> quarantined)
{
    private readonly HashSet<Coordinates> held = [.. rows.Values, .. quarantined];

    /// <summary>Asks the ledger where something can be.</summary>
    public async Task<SearchPlan> PlanAsync(TraceReader warehouse, CancellationToken cancellationToken)
    {
        var plan = new SearchPlan([], 0, []);
        foreach (var records in held.GroupBy(at => (at.Topic, at.Partition)).OrderBy(group => group.Key))
        {
            var first = records.MinBy(at => at.Offset);
            var log = topic?.Topic == first.Topic ? topic.Partitions.FirstOrDefault(one => one.Partition == first.Partition) : null;
            var part = log is null ? await PlanWithoutLogAsync(warehouse, first, cancellationToken) : await PlanAsync(warehouse, first, log, cancellationToken);
            plan = new SearchPlan([.. plan.Ranges, .. part.Ranges], plan.LedgerDuplicates + part.LedgerDuplicates, [.. plan.Unknown, .. part.Unknown]);
        }

        return plan;
    }

    /// <summary>Looks for them there.</summary>
    /// <param name="plan">Where.</param>
    /// <param name="kafka">How the topic is reached; null where it is not.</param>
    /// <param name="sought">What for.</param>
    /// <param name="most">Most records to read.</param>
    /// <param name="cancellationToken">Stops between records.</param>
    public async Task<RawSearch> SearchAsync(SearchPlan plan, KafkaOptions? kafka, SoughtTransaction sought, long most, CancellationToken cancellationToken)
    {
        var search = new RawSearch { LedgerDuplicates = plan.LedgerDuplicates, Unknown = plan.Unknown };
        if (plan.Ranges.Count == 0 || kafka is null)
            return search;
        if (most == 0)
            return search with { Unknown = [.. plan.Unknown, $"{Words(plan.Ranges)} not read: --search 0."] };

        // The consumer works on the calling thread.
        return await Task.Run(() => Read(search, plan.Ranges, kafka, sought, most, cancellationToken), cancellationToken);
    }

    /// <summary>Ranges between two offsets, without what they have in common.</summary>
    internal static IEnumerable<(long From, long Until)> Merge(IEnumerable<(long From, long Until)> ranges, long from, long until)
    {
        (long From, long Until)? open = null;
        foreach (var range in ranges.Select(range => (From: Math.Max(range.From, from), Until: Math.Min(range.Until, until))).Where(range => range.From < range.Until).Order())
        {
            if (open is { } before && range.From > before.Until)
            {
                yield return before;
                open = null;
            }

            open = (open?.From ?? range.From, Math.Max(open?.Until ?? range.Until, range.Until));
        }

        if (open is { } last)
            yield return last;
    }

    private async Task<SearchPlan> PlanWithoutLogAsync(TraceReader warehouse, Coordinates first, CancellationToken cancellationToken)
    {
        var counted = (await warehouse.ReadDuplicatesAsync(first.Topic, first.Partition, first.Offset, cancellationToken)).Sum(load => load.Duplicates);
        var why = topic is null ? "the raw topic cannot be read here" : $"the raw topic now is {topic.Topic}";
        return new SearchPlan([], counted, counted == 0 ? [] : [FormattableString.Invariant(
            $"{first.Topic}/{first.Partition}: the ledger counts {counted:N0} duplicate deliveries, of all transactions, in loads from offset {first.Offset} on; which of them are of this one only the raw topic tells, and {why}.")]);
    }

    private async Task<SearchPlan> PlanAsync(TraceReader warehouse, Coordinates first, PartitionLag log, CancellationToken cancellationToken)
    {
        // Offsets of an earlier topic of that name say nothing about this one: then all of its log is looked at.
        var isOfThisTopic = (await warehouse.ReadTopicIdsAsync(first, cancellationToken)).Contains(topic!.TopicId, StringComparer.Ordinal);
        var from = isOfThisTopic ? first.Offset : 0;
        var loads = (await warehouse.ReadDuplicatesAsync(first.Topic, first.Partition, from, cancellationToken)).Where(load => load.TopicId == topic.TopicId).ToList();
        var unknown = new List<string>();
        if (!isOfThisTopic)
            unknown.Add($"{first.Topic}/{first.Partition}: its records are of an earlier topic of that name, whose log is gone; duplicates in that are not known.");
        if (loads.Exists(load => load.First < log.Low && load.Last >= from))
            unknown.Add(FormattableString.Invariant($"{first.Topic}/{first.Partition}: the log begins at offset {log.Low}; duplicates before that are not known."));
        var ranges = Merge([.. loads.Select(load => (load.First, load.Last + 1)), (log.Next ?? log.Low, log.High)], Math.Max(from, log.Low), log.High);
        return new SearchPlan([.. ranges.Select(range => new SearchedOffsets(first.Topic, first.Partition, range.From, range.Until))], loads.Sum(load => load.Duplicates), unknown);
    }

    private RawSearch Read(
        RawSearch search, IReadOnlyList<SearchedOffsets> ranges, KafkaOptions kafka, SoughtTransaction sought, long most, CancellationToken cancellationToken)
    {
        var (found, searched, unread) = (new List<RawDelivery>(), new List<SearchedOffsets>(), new List<SearchedOffsets>());
        using var reading = new RawReading(kafka, most);
        foreach (var range in ranges)
        {
            var end = reading.Read(range, Take, cancellationToken);
            if (end > range.From)
                searched.Add(range with { Until = end });
            if (end < range.Until)
                unread.Add(range with { From = end });
        }

        var why = reading.IsUsedUp ? FormattableString.Invariant($"--search {most}") : "the broker gave no more";
        return search with
        {
            Found = found,
            Searched = searched,
            Records = reading.Records,
            Unknown = unread.Count == 0 ? search.Unknown : [.. search.Unknown, $"{Words(unread)} not read: {why}."],
        };

        void Take(RawEvent raw)
        {
            if (!held.Contains(new Coordinates(raw.Topic, raw.Partition, raw.Offset)) && sought.Match(raw) is { } says)
                found.Add(Judge(raw, says));
        }
    }

    private RawDelivery Judge(RawEvent raw, DeliveryFacts says)
    {
        var next = topic!.Partitions.First(one => one.Partition == raw.Partition).Next ?? 0;
        Coordinates? original = says.EventKey is { } key && rows.TryGetValue(key, out var row) ? row : null;
        var state = raw.Offset >= next ? DeliveryState.Waiting : original is null ? DeliveryState.Missing : DeliveryState.Duplicate;
        return new RawDelivery(state, new Coordinates(raw.Topic, raw.Partition, raw.Offset), raw.ReceivedAt, says, original);
    }

    /// <summary>Ranges in words, those of a partition together.</summary>
    private static string Words(IEnumerable<SearchedOffsets> ranges) => string.Join("; ", ranges.GroupBy(range => (range.Topic, range.Partition)).Select(group =>
        FormattableString.Invariant($"{group.Key.Topic}/{group.Key.Partition}: {group.Sum(range => range.Until - range.From):N0} offsets between {group.Min(range => range.From)} and {group.Max(range => range.Until) - 1}")));
}

/// <summary>Where duplicates and waiting deliveries can be.</summary>
/// <param name="Ranges">Offsets to read.</param>
/// <param name="LedgerDuplicates">Duplicates that the ledger counts there, of all transactions.</param>
/// <param name="Unknown">What no reading will tell, and why.</param>
internal sealed record SearchPlan(IReadOnlyList<SearchedOffsets> Ranges, long LedgerDuplicates, IReadOnlyList<string> Unknown);
