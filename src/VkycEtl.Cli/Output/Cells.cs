using System.Data.Common;
using System.Numerics;

namespace VkycEtl.Cli.Output;

/// <summary>A number that no .NET number holds, as its digits.</summary>
internal readonly record struct ExactNumber(string Digits);

/// <summary>A text that is a JSON value by its column's type.</summary>
internal readonly record struct JsonText(string Json);

/// <summary>
/// Reads one column as a plain .NET value, whatever the engine: null, bool, a number, string, <see cref="ExactNumber"/>, <see cref="JsonText"/>,
/// DateTime (of kind UTC where it is an instant), DateTimeOffset, DateOnly, TimeOnly, TimeSpan, Guid, byte[], a list of these, or a dictionary.
/// </summary>
internal sealed class Cells
{
    private readonly int ordinal;
    private readonly bool isJson;
    private readonly bool isTimeOfDayWithZone;
    private readonly bool isInstant;
    private readonly Func<DbDataReader, object?> read;

    /// <summary>Chooses the reader by the column's types.</summary>
    public Cells(DbDataReader reader, int ordinal)
    {
        this.ordinal = ordinal;
        Name = reader.GetName(ordinal);
        var typeName = reader.GetDataTypeName(ordinal);
        var type = reader.GetFieldType(ordinal) ?? typeof(object);
        isJson = typeName.Equals("json", StringComparison.OrdinalIgnoreCase) || typeName.Equals("jsonb", StringComparison.OrdinalIgnoreCase);
        isTimeOfDayWithZone = typeName is "TimeTz" or "time with time zone";
        isInstant = typeName is "TimestampTz" or "timestamp with time zone";
        IsNumber = IsNumeric(type);
        read = NullableElements(type) is { } listType && listType != type ? ListReader(listType) : Plain;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>Whether the column holds numbers, which stand to the right in a table.</summary>
    public bool IsNumber { get; }

    /// <summary>The value in the reader's current row.</summary>
    public object? Read(DbDataReader reader)
    {
        if (reader.IsDBNull(ordinal))
            return null;
        var value = read(reader);
        return value switch
        {
            string text when isJson => new JsonText(text),
            Stream stream => ReadAll(stream),
            DateTime time when isInstant => DateTime.SpecifyKind(time, DateTimeKind.Utc),
            DateTimeOffset time when isTimeOfDayWithZone => time.ToString("HH:mm:ss.FFFFFFzzz"),
            _ => EngineValues.Plain(value),
        };
    }

    /// <summary>All columns of a result.</summary>
    public static Cells[] Of(DbDataReader reader) => [.. Enumerable.Range(0, reader.FieldCount).Select(ordinal => new Cells(reader, ordinal))];

    private object Plain(DbDataReader reader)
    {
        try
        {
            return reader.GetValue(ordinal);
        }
        catch (Exception exception) when (exception is OverflowException or InvalidOperationException or InvalidCastException or ArgumentException)
        {
            // Values outside .NET's types (infinite times, 38 digits, months in an interval) have types of the driver's own.
            return EngineValues.Exact(reader, ordinal);
        }
    }

    // DuckDB.NET reads a list with a NULL in it only where the element type can hold one.
    private Func<DbDataReader, object?> ListReader(Type listType)
    {
        var method = typeof(DbDataReader).GetMethod(nameof(DbDataReader.GetFieldValue))!.MakeGenericMethod(listType);
        var arguments = new object[] { ordinal };
        return reader => method.Invoke(reader, System.Reflection.BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }

    private static Type? NullableElements(Type type)
    {
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(List<>))
            return null;
        var element = type.GetGenericArguments()[0];
        var nullable = NullableElements(element)
            ?? (element.IsValueType && Nullable.GetUnderlyingType(element) is null ? typeof(Nullable<>).MakeGenericType(element) : element);
        return typeof(List<>).MakeGenericType(nullable);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using (stream)
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
    }

    private static bool IsNumeric(Type type) =>
        type == typeof(BigInteger) || Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;
}
