using System.Numerics;
using Avro;
using Avro.Generic;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// A row as records of the schemas it was flattened by: what is exported, archived or tested is written and read back by Avro. The columns that
/// come from no schema (keys, extras, issues, coordinates) are not in it.
/// </summary>
/// <param name="Envelope">A record of envelope.avsc.</param>
/// <param name="Details">A record of the type's schema; null where no schema describes the type.</param>
public sealed record AvroRow(GenericRecord Envelope, GenericRecord? Details)
{
    /// <summary>Makes the records of a row.</summary>
    /// <exception cref="InvalidOperationException">The set was not loaded from files.</exception>
    public static AvroRow From(SchemaSet schemas, EventRow row)
    {
        var envelope = new GenericRecord(schemas.Envelope.Record ?? throw NotLoaded());
        envelope.Add("appId", row.AppId);
        envelope.Add("transactionId", row.TransactionId);
        envelope.Add("eventType", row.EventType);
        envelope.Add("eventVersion", row.EventVersion!);
        envelope.Add("eventTime", row.EventTime!);
        envelope.Add("eventId", row.EventId);
        Fill(envelope, schemas.Envelope.Added, schemas, row);

        var type = Type(schemas, row.EventType);
        if (type is null)
            return new AvroRow(envelope, null);
        var details = new GenericRecord(type.Record ?? throw NotLoaded());
        Fill(details, type.Fields, schemas, row);
        return new AvroRow(envelope, details);
    }

    /// <summary>The row of these records.</summary>
    /// <param name="schemas">The schemas the records were made by.</param>
    /// <param name="rest">The row whose other columns are taken.</param>
    public EventRow ToRow(SchemaSet schemas, EventRow rest)
    {
        var values = new ColumnValue[schemas.Columns.Count];
        Read(Envelope, schemas.Envelope.Added, schemas, values);
        var eventType = (string)Envelope["eventType"];
        if (Details is not null)
            Read(Details, Type(schemas, eventType)!.Fields, schemas, values);
        return rest with
        {
            AppId = (string)Envelope["appId"],
            TransactionId = (string)Envelope["transactionId"],
            EventType = eventType,
            EventVersion = (string?)Envelope["eventVersion"],
            EventTime = (DateTime?)Envelope["eventTime"],
            EventId = (string)Envelope["eventId"],
            Values = values,
        };
    }

    private static void Fill(GenericRecord record, IReadOnlyList<SchemaField> fields, SchemaSet schemas, EventRow row)
    {
        foreach (var field in fields)
            record.Add(field.Name, ToAvro(row.Values[Index(schemas, field)], field)!);
    }

    private static void Read(GenericRecord record, IReadOnlyList<SchemaField> fields, SchemaSet schemas, ColumnValue[] values)
    {
        foreach (var field in fields)
            values[Index(schemas, field)] = FromAvro(record[field.Name], field);
    }

    private static object? ToAvro(ColumnValue value, SchemaField field) => value.IsNull ? null : field.Column.Type switch
    {
        ColumnType.Text => value.Text,
        ColumnType.Uuid => value.Uuid,
        ColumnType.BigInt when field.Width == FieldWidth.Int32 => (int)value.BigInt,
        ColumnType.BigInt => value.BigInt,
        ColumnType.Double when field.Width == FieldWidth.Single => (float)value.Double,
        ColumnType.Double => value.Double,
        ColumnType.Boolean => value.Boolean,
        ColumnType.Numeric => new AvroDecimal(Unscaled(value.Numeric), field.Column.Scale),
        ColumnType.Timestamp => value.Timestamp,
        ColumnType.Date => value.Date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field.Column.Type, "no such column type"),
    };

    private static ColumnValue FromAvro(object? value, SchemaField field) => value switch
    {
        null => ColumnValue.Null,
        string text => ColumnValue.From(text),
        Guid uuid => ColumnValue.From(uuid),
        int whole => ColumnValue.From(whole),
        long whole => ColumnValue.From(whole),
        float number => ColumnValue.From((double)number),
        double number => ColumnValue.From(number),
        bool boolean => ColumnValue.From(boolean),
        AvroDecimal exact => ColumnValue.From(Scaled(exact)),
        DateTime day when field.Column.Type == ColumnType.Date => ColumnValue.From(DateOnly.FromDateTime(day)),
        DateTime instant => ColumnValue.From(instant),
        _ => throw new ArgumentException($"Field {field.Name} holds a {value.GetType()}, which no column does.", nameof(value)),
    };

    private static BigInteger Unscaled(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var unscaled = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return bits[3] < 0 ? -unscaled : unscaled;
    }

    private static decimal Scaled(AvroDecimal value)
    {
        var unscaled = BigInteger.Abs(value.UnscaledValue);
        return new decimal(
            (int)(uint)(unscaled & uint.MaxValue), (int)(uint)((unscaled >> 32) & uint.MaxValue), (int)(uint)((unscaled >> 64) & uint.MaxValue),
            value.UnscaledValue.Sign < 0, (byte)value.Scale);
    }

    private static int Index(SchemaSet schemas, SchemaField field)
    {
        for (var i = 0; i < schemas.Columns.Count; i++)
        {
            if (schemas.Columns[i].Name == field.Column.Name)
                return i;
        }

        throw new ArgumentException($"The schema set has no column {field.Column.Name}.", nameof(schemas));
    }

    private static EventSchema? Type(SchemaSet schemas, string eventType)
    {
        foreach (var type in schemas.Types)
        {
            if (type.EventType == eventType)
                return type;
        }

        return null;
    }

    private static InvalidOperationException NotLoaded() => new("The schema set was not loaded from files.");
}
