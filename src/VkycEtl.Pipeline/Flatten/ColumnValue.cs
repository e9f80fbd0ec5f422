namespace VkycEtl.Pipeline.Flatten;

/// <summary>The value of one schema-made column, without boxing of what fits into 64 bits. The default is NULL.</summary>
public readonly struct ColumnValue : IEquatable<ColumnValue>
{
    private static readonly object InBits = new();

    private readonly object? reference;
    private readonly long bits;

    private ColumnValue(object reference, long bits)
    {
        this.reference = reference;
        this.bits = bits;
    }

    /// <summary>NULL.</summary>
    public static ColumnValue Null => default;

    /// <summary>Whether this is NULL.</summary>
    public bool IsNull => reference is null;

    /// <summary>A text.</summary>
    public string Text => (string)reference!;

    /// <summary>A uuid.</summary>
    public Guid Uuid => (Guid)reference!;

    /// <summary>An exact number.</summary>
    public decimal Numeric => (decimal)reference!;

    /// <summary>A whole number.</summary>
    public long BigInt => bits;

    /// <summary>A floating-point number.</summary>
    public double Double => BitConverter.Int64BitsToDouble(bits);

    /// <summary>True or false.</summary>
    public bool Boolean => bits != 0;

    /// <summary>An instant, UTC, to the microsecond.</summary>
    public DateTime Timestamp => new(bits, DateTimeKind.Utc);

    /// <summary>A day.</summary>
    public DateOnly Date => DateOnly.FromDayNumber((int)bits);

    /// <summary>A text.</summary>
    public static ColumnValue From(string value) => new(value, 0);

    /// <summary>A uuid.</summary>
    public static ColumnValue From(Guid value) => new(value, 0);

    /// <summary>An exact number.</summary>
    public static ColumnValue From(decimal value) => new(value, 0);

    /// <summary>A whole number.</summary>
    public static ColumnValue From(long value) => new(InBits, value);

    /// <summary>A floating-point number.</summary>
    public static ColumnValue From(double value) => new(InBits, BitConverter.DoubleToInt64Bits(value));

    /// <summary>True or false.</summary>
    public static ColumnValue From(bool value) => new(InBits, value ? 1 : 0);

    /// <summary>An instant, UTC.</summary>
    public static ColumnValue From(DateTime value) => new(InBits, value.Ticks);

    /// <summary>A day.</summary>
    public static ColumnValue From(DateOnly value) => new(InBits, value.DayNumber);

    /// <inheritdoc/>
    public bool Equals(ColumnValue other) => bits == other.bits && Equals(reference, other.reference);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ColumnValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(reference, bits);

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(ColumnValue left, ColumnValue right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ColumnValue left, ColumnValue right) => !left.Equals(right);
}
