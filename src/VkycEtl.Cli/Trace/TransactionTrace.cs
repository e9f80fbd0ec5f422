namespace VkycEtl.Cli.Trace;

/// <summary>Where a record stands in the raw topic.</summary>
internal readonly record struct Coordinates(string Topic, int Partition, long Offset)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Topic}/{Partition}@{Offset}");
}

/// <summary>One transaction from raw offsets to rows.</summary>
internal sealed record TransactionTrace
{
    /// <summary>The application; null where only quarantined bodies that name none tell of the transaction.</summary>
    public required string? AppId { get; init; }

    /// <summary>The transaction.</summary>
    public required string TransactionId { get; init; }

    /// <summary>When this was read, UTC.</summary>
    public required DateTime AsOf { get; init; }

    /// <summary>Its events in the order of the derived tables, those without a time last.</summary>
    public required IReadOnlyList<TracedEvent> Events { get; init; }

    /// <summary>Its rows of <c>vkyc.call_attempts</c>, in order.</summary>
    public required IReadOnlyList<OrderedDictionary<string, object?>> Attempts { get; init; }

    /// <summary>Its row of <c>vkyc.transactions</c>; null where there is none.</summary>
    public required OrderedDictionary<string, object?>? Transaction { get; init; }

    /// <summary>Its deliveries that are no rows.</summary>
    public required IReadOnlyList<QuarantinedDelivery> Quarantined { get; init; }

    /// <summary>Its deliveries that only the raw topic has.</summary>
    public required RawSearch Search { get; init; }

    /// <summary>Loads that hold events of it and are not in the derived tables yet.</summary>
    public int LoadsBehind => Events.Where(one => one.IsAheadOfMarts).Select(one => one.Row["load_id"]).Distinct().Count();
}

/// <summary>A row of <c>vkyc.events</c>.</summary>
/// <param name="Row">All its columns.</param>
internal sealed record TracedEvent(OrderedDictionary<string, object?> Row)
{
    /// <summary>Says of a row that its load is not applied to the derived tables yet.</summary>
    public const string Ahead = "ahead_of_marts";

    /// <summary>Where it was read.</summary>
    public Coordinates At => new((string)Row["source_topic"]!, Convert.ToInt32(Row["source_partition"]), Convert.ToInt64(Row["source_offset"]));

    /// <summary>Its key.</summary>
    public Guid Key => (Guid)Row["event_key"]!;

    /// <summary>Whether the derived tables do not hold its latest state yet.</summary>
    public bool IsAheadOfMarts => (bool)Row[Ahead]!;

    /// <summary>Seconds from the event's own time to when its webhook was received; null where it has no time.</summary>
    public double? LagSeconds => Row["event_time"] is DateTime time ? ((DateTime)Row["received_at"]! - time).TotalSeconds : null;

    /// <summary>The columns that schemas make, where they say something.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Details =>
        Row.SkipWhile(column => column.Key != "loaded_at").Skip(1).Where(column => column.Value is not null && column.Key != Ahead);
}

/// <summary>A row of <c>vkyc_etl.quarantine</c>, with what its key and body say.</summary>
/// <param name="At">Where it was read.</param>
/// <param name="Row">Its columns but key, headers and body.</param>
/// <param name="Says">What is known of it.</param>
internal sealed record QuarantinedDelivery(Coordinates At, OrderedDictionary<string, object?> Row, DeliveryFacts Says)
{
    /// <summary>Whether it is a row that a lesser copy has displaced: its body is that row's columns.</summary>
    public bool IsDisplaced => ((string)Row["reason_text"]!).StartsWith("displaced by ", StringComparison.Ordinal);
}

/// <summary>How a delivery that only the raw topic has stands to the warehouse.</summary>
internal enum DeliveryState
{
    /// <summary>The same event again: counted in the ledger, and nowhere else.</summary>
    Duplicate,

    /// <summary>Behind what is loaded: it will be.</summary>
    Waiting,

    /// <summary>Its offset is accounted for, and no row and no quarantine holds the event: a matter for <c>vkyc audit</c>.</summary>
    Missing,
}

/// <summary>A delivery found in the raw topic.</summary>
/// <param name="State">How it stands.</param>
/// <param name="At">Where it is.</param>
/// <param name="ReceivedAt">When it was received, UTC.</param>
/// <param name="Says">What it says.</param>
/// <param name="Of">Where the row is from that it repeats; null where it repeats none.</param>
internal sealed record RawDelivery(DeliveryState State, Coordinates At, DateTime ReceivedAt, DeliveryFacts Says, Coordinates? Of);

/// <summary>Offsets that were looked through.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The first offset.</param>
/// <param name="Until">The offset behind the last one.</param>
internal sealed record SearchedOffsets(string Topic, int Partition, long From, long Until);

/// <summary>What was looked for in the raw topic.</summary>
internal sealed record RawSearch
{
    /// <summary>What was found.</summary>
    public IReadOnlyList<RawDelivery> Found { get; init; } = [];

    /// <summary>Where it was looked for.</summary>
    public IReadOnlyList<SearchedOffsets> Searched { get; init; } = [];

    /// <summary>Records read for it.</summary>
    public long Records { get; init; }

    /// <summary>Exact duplicates that the ledger counts, of all transactions, in the loads in which those of this one can be.</summary>
    public long LedgerDuplicates { get; init; }

    /// <summary>What is not known, and why; empty where all is.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];
}
