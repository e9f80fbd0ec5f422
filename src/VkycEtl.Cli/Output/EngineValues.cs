using System.Data.Common;
using System.Globalization;
using System.Numerics;
using DuckDB.NET.Native;
using Npgsql;
using NpgsqlTypes;

namespace VkycEtl.Cli.Output;

/// <summary>Values that only a driver's own types hold, as texts and digits: infinite times, long decimals, intervals with months.</summary>
internal static class EngineValues
{
    /// <summary>Reads a value that the driver does not give as a .NET one.</summary>
    public static object Exact(DbDataReader reader, int ordinal) => reader switch
    {
        NpgsqlDataReader postgres => Exact(postgres, ordinal),
        _ => Plain(reader.GetProviderSpecificValue(ordinal)),
    };

    /// <summary>A driver's own value as text or digits; any other as it is.</summary>
    public static object Plain(object? value) => value switch
    {
        DuckDBTimestamp { IsInfinity: false } time => time.ToDateTime(),
        DuckDBTimestamp time => Infinity(time.IsPositiveInfinity),
        DuckDBDateOnly { IsInfinity: false, Year: >= 1 and <= 9999 } day => day.ToDateOnly(),
        DuckDBDateOnly { IsInfinity: false } day => FarDay(day.Year, day.Month, day.Day),
        DuckDBDateOnly day => Infinity(day.IsPositiveInfinity),
        DuckDBInterval interval => Duration(interval.Months, interval.Days, (long)interval.Micros),
        DuckDBDecimal number => Digits(number.Value.ToBigInteger(), number.Scale),
        NpgsqlInterval interval => Duration(interval.Months, interval.Days, interval.Time),
        TimeSpan span => Duration(0, span.Days, (span - TimeSpan.FromDays(span.Days)).Ticks / TimeSpan.TicksPerMicrosecond),
        null => "",
        _ => value,
    };

    private static object Exact(NpgsqlDataReader reader, int ordinal) => reader.GetDataTypeName(ordinal) switch
    {
        "interval" => Plain(reader.GetFieldValue<NpgsqlInterval>(ordinal)),
        var name when name.StartsWith("numeric", StringComparison.Ordinal) => PostgresNumeric(reader, ordinal),
        var name when name.EndsWith("[]", StringComparison.Ordinal) => PostgresArray(reader, ordinal),
        "timestamp with time zone" or "timestamp without time zone" => Infinity(reader.GetFieldValue<long>(ordinal) > 0),
        "date" => PostgresDay(reader.GetFieldValue<int>(ordinal)),
        _ => reader.GetFieldValue<string>(ordinal),
    };

    // A date is days since 2000 on the wire, and its ends stand for the infinities. The calendar repeats after 400 years.
    private static string PostgresDay(int days)
    {
        const int Cycle = 146_097;
        if (days is int.MinValue or int.MaxValue)
            return Infinity(days > 0);
        var cycles = (int)Math.Floor((double)days / Cycle);
        var day = new DateOnly(2000, 1, 1).AddDays(days - cycles * Cycle);
        return FarDay(day.Year + cycles * 400, day.Month, day.Day);
    }

    // What a DateOnly does not hold: years with as many digits as they need, the year before 0001 is 0000 (ISO 8601).
    private static string FarDay(int year, int month, int day) => string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}");

    private static string Infinity(bool isPositive) => isPositive ? "infinity" : "-infinity";

    // An array with a NULL in it is read only where its elements can hold one.
    private static object PostgresArray(NpgsqlDataReader reader, int ordinal) => reader.GetDataTypeName(ordinal) switch
    {
        "smallint[]" => reader.GetFieldValue<short?[]>(ordinal),
        "integer[]" => reader.GetFieldValue<int?[]>(ordinal),
        "bigint[]" => reader.GetFieldValue<long?[]>(ordinal),
        "real[]" => reader.GetFieldValue<float?[]>(ordinal),
        "double precision[]" => reader.GetFieldValue<double?[]>(ordinal),
        "boolean[]" => reader.GetFieldValue<bool?[]>(ordinal),
        "uuid[]" => reader.GetFieldValue<Guid?[]>(ordinal),
        "date[]" => reader.GetFieldValue<DateOnly?[]>(ordinal),
        "timestamp with time zone[]" or "timestamp without time zone[]" => reader.GetFieldValue<DateTime?[]>(ordinal),
        _ => reader.GetFieldValue<decimal?[]>(ordinal),
    };

    // numeric goes far beyond decimal; the wire format is base-10,000 digits (PostgreSQL, numeric_send).
    private static object PostgresNumeric(NpgsqlDataReader reader, int ordinal)
    {
        var wire = new byte[reader.GetBytes(ordinal, 0, buffer: null, 0, 0)];
        reader.GetBytes(ordinal, 0, wire, 0, wire.Length);
        short Word(int index) => System.Buffers.Binary.BinaryPrimitives.ReadInt16BigEndian(wire.AsSpan(index * 2));
        int count = Word(0), weight = Word(1), scale = Word(3);
        var sign = (ushort)Word(2);
        if (sign >= 0xC000)
            return sign == 0xC000 ? "NaN" : sign == 0xD000 ? "Infinity" : "-Infinity";

        var unscaled = BigInteger.Zero;
        for (var i = 0; i < count; i++)
            unscaled = unscaled * 10_000 + Word(4 + i);
        var exponent = (weight - count + 1) * 4 + scale;
        unscaled = exponent >= 0 ? unscaled * BigInteger.Pow(10, exponent) : unscaled / BigInteger.Pow(10, -exponent);
        return Digits(sign == 0x4000 ? -unscaled : unscaled, scale);
    }

    private static ExactNumber Digits(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return new ExactNumber(unscaled.Sign < 0 ? "-" + text : text);
    }

    // ISO 8601: P1M2DT3.5S.
    private static string Duration(int months, int days, long microseconds)
    {
        var time = microseconds == 0 && (months != 0 || days != 0)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"T{microseconds / 1e6m:0.######}S");
        return $"P{(months == 0 ? "" : months + "M")}{(days == 0 ? "" : days + "D")}{time}";
    }
}
