namespace VkycEtl.Pipeline.Schemas;

/// <summary>One thing wrong with one schema file.</summary>
/// <param name="File">The file or directory.</param>
/// <param name="Field">The Avro field; null where the file as a whole is meant.</param>
/// <param name="Rule">What must hold and does not.</param>
/// <param name="Cure">What to write instead.</param>
public sealed record SchemaFault(string File, string? Field, string Rule, string Cure)
{
    /// <inheritdoc/>
    public override string ToString() => Field is null ? $"{File}: {Rule}; {Cure}" : $"{File}, field {Field}: {Rule}; {Cure}";
}

/// <summary>The schemas cannot be used. All faults are in it, and in the message, a line each.</summary>
/// <param name="faults">At least one.</param>
public sealed class SchemaFaultsException(IReadOnlyList<SchemaFault> faults)
    : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>Every fault found, in file order.</summary>
    public IReadOnlyList<SchemaFault> Faults { get; } = faults;
}
