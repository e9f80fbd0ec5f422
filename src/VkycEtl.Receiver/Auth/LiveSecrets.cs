namespace VkycEtl.Receiver;

/// <summary>
/// The secrets of a route that are good at this moment. A file's new content takes effect when two looks in a row have found the same, so that a
/// file in the middle of being written never becomes a secret; content that is none leaves the old secrets in force.
/// </summary>
internal sealed class LiveSecrets
{
    private readonly AuthOptions options;
    private volatile byte[][] current;
    private byte[][]? seen;
    private string? lastFault;

    /// <summary>The secrets as they are at the start; the options have been validated.</summary>
    public LiveSecrets(AuthOptions options)
    {
        this.options = options;
        current = (HasFile ? SecretList.FromFile(options, out var fault) : options.Kind == AuthKind.None ? [] : SecretList.From(options, options.Secrets, out fault))
            ?? throw new InvalidOperationException("The secrets can no longer be read.");
    }

    /// <summary>Whether they can change.</summary>
    public bool HasFile => options.SecretsFile is { Length: > 0 };

    /// <summary>The secrets, as <see cref="SecretList"/> makes them.</summary>
    public byte[][] Current => current;

    /// <summary>Looks at the file.</summary>
    /// <returns>What came of it.</returns>
    public SecretsLook Look()
    {
        if (SecretList.FromFile(options, out var fault) is not { } found)
        {
            seen = null;
            var isNew = fault != lastFault;
            lastFault = fault;
            return isNew ? new SecretsLook(SecretsChange.Refused, 0, fault) : SecretsLook.Nothing;
        }

        lastFault = null;
        if (IsSame(found, current))
        {
            seen = null;
            return SecretsLook.Nothing;
        }

        if (seen is null || !IsSame(found, seen))
        {
            seen = found;
            return SecretsLook.Nothing;
        }

        (current, seen) = (found, null);
        return new SecretsLook(SecretsChange.Taken, found.Length, null);
    }

    private static bool IsSame(byte[][] one, byte[][] other) =>
        one.Length == other.Length && one.Zip(other).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}

/// <summary>What a look at a file of secrets found.</summary>
internal enum SecretsChange
{
    /// <summary>Nothing that is new.</summary>
    None,

    /// <summary>Other secrets, which are in force now.</summary>
    Taken,

    /// <summary>No secrets; the old ones stay.</summary>
    Refused,
}

/// <summary>What a look at a file of secrets found.</summary>
/// <param name="Change">What it means.</param>
/// <param name="Count">How many secrets are in force, where they changed.</param>
/// <param name="Fault">What is wrong with the file, or null.</param>
internal readonly record struct SecretsLook(SecretsChange Change, int Count, string? Fault)
{
    public static SecretsLook Nothing { get; } = new(SecretsChange.None, 0, null);
}
