namespace VkycEtl.Pipeline.Schemas;

/// <summary>The types a schema-made column can have; DESIGN's table maps Avro types to them and each engine names them.</summary>
public enum ColumnType
{
    /// <summary>Avro <c>string</c>.</summary>
    Text,

    /// <summary>Avro <c>string</c> with logical type <c>uuid</c>.</summary>
    Uuid,

    /// <summary>Avro <c>int</c> and <c>long</c>.</summary>
    BigInt,

    /// <summary>Avro <c>float</c> and <c>double</c>.</summary>
    Double,

    /// <summary>Avro <c>boolean</c>.</summary>
    Boolean,

    /// <summary>Avro <c>bytes</c> with logical type <c>decimal</c>.</summary>
    Numeric,

    /// <summary>Avro <c>timestamp-millis</c> and <c>timestamp-micros</c>: an instant, to the microsecond.</summary>
    Timestamp,

    /// <summary>Avro <c>date</c>.</summary>
    Date,
}

/// <summary>One column of <c>vkyc.events</c> that a schema makes.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">Its type; it never changes.</param>
/// <param name="Doc">The Avro doc: the column's comment.</param>
/// <param name="Unit">What a value is measured in, or null.</param>
/// <param name="Privacy"><c>none</c>, <c>personal</c> or <c>sensitive</c>.</param>
/// <param name="Precision">For <see cref="ColumnType.Numeric"/>: all digits; else 0.</param>
/// <param name="Scale">For <see cref="ColumnType.Numeric"/>: digits after the point; else 0.</param>
public sealed record SchemaColumn(
    string Name, ColumnType Type, string Doc, string? Unit, string Privacy, int Precision = 0, int Scale = 0);
