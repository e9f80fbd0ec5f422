namespace VkycEtl.Pipeline.Schemas;

/// <summary>Where an Avro type holds less than its column does. A row is a valid record of its schema, so the column keeps to it.</summary>
public enum FieldWidth
{
    /// <summary>All that the column holds.</summary>
    Full,

    /// <summary>Avro <c>int</c>: 32 bits of a <see cref="ColumnType.BigInt"/>.</summary>
    Int32,

    /// <summary>Avro <c>float</c>: single precision of a <see cref="ColumnType.Double"/>.</summary>
    Single,

    /// <summary>Avro <c>timestamp-millis</c>: milliseconds of a <see cref="ColumnType.Timestamp"/>.</summary>
    Milliseconds,
}

/// <summary>One field of a schema: where in the event its value is, and which column it fills.</summary>
/// <param name="Name">The Avro field's name.</param>
/// <param name="Path">Keys from the event's root to the value.</param>
/// <param name="Column">The column.</param>
/// <param name="Width">How much of the column the Avro type holds.</param>
/// <param name="Values">The documented values; empty where any value is right.</param>
public sealed record SchemaField(string Name, IReadOnlyList<string> Path, SchemaColumn Column, FieldWidth Width, IReadOnlyList<string> Values)
{
    /// <summary>The path as the .avsc has it.</summary>
    public string DottedPath => string.Join('.', Path);
}
