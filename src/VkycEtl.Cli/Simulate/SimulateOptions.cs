namespace VkycEtl.Cli.Simulate;

/// <summary>What traffic to make. The same options give the same deliveries, byte for byte and in the same order.</summary>
internal sealed record SimulateOptions
{
    /// <summary>How many transactions.</summary>
    public required int Transactions { get; init; }

    /// <summary>The seed of everything random.</summary>
    public required long Seed { get; init; }

    /// <summary>When the simulated time ends: no event is later, and the last is just then.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>How many applications take part. Default 3.</summary>
    public int Apps { get; init; } = 3;

    /// <summary>How many days the first events lie back. Default 14.</summary>
    public int Days { get; init; } = 14;

    /// <summary>Share of events that are delivered twice: half of the copies the same bytes, half written anew. Default 0.03.</summary>
    public double Duplicates { get; init; } = 0.03;

    /// <summary>Share of events that are overtaken by later ones. Default 0.05.</summary>
    public double Disorder { get; init; } = 0.05;

    /// <summary>Share of events that arrive long after all others. Default 0.</summary>
    public double Late { get; init; }

    /// <summary>Share of events with something that no schema names, the type among them. Default 0.</summary>
    public double Unknown { get; init; }

    /// <summary>Share of events beside which something comes that can be no row. Default 0.</summary>
    public double Malformed { get; init; }

    /// <summary>Share of events told in a way that the documentation leaves open: other times, spellings, types, shapes. Default 0.</summary>
    public double Odd { get; init; }

    /// <summary>Share of events that come again under the same ids with other content. Default 0.</summary>
    public double Conflicts { get; init; }

    /// <summary>Share of events whose bodies name no application. Default 0.</summary>
    public double Nameless { get; init; }

    /// <summary>
    /// What the ids of this run begin with. It comes from seed and end: the same seed at another time makes other events, not others
    /// under the same ids.
    /// </summary>
    public string TransactionPrefix => $"vk-{new SeededRandom(Seed, End.ToUnixTimeMilliseconds()).Next() >> 32:x8}-";
}
