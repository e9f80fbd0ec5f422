using System.Globalization;
using System.Text;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Values for typed columns that a schema adds: a JSON value of the fitting type, or a text with one meaning only. What does not fit in
/// full is no value; nothing is rounded but a double.
/// </summary>
internal static class TypedValue
{
    /// <summary>Reads a scalar.</summary>
    /// <param name="kind">What the JSON value is.</param>
    /// <param name="bytes">As stored; a number as written.</param>
    /// <param name="field">The field that wants it; neither text nor time.</param>
    /// <param name="value">The value.</param>
    public static bool TryRead(JsonKind kind, ReadOnlySpan<byte> bytes, SchemaField field, out ColumnValue value)
    {
        value = ColumnValue.Null;
        var isText = kind == JsonKind.Text;
        var isNumber = kind == JsonKind.Number || (isText && IsNumber(bytes));
        switch (field.Column.Type)
        {
            case ColumnType.BigInt when isNumber && TryWhole(bytes, field.Width, isText, out var whole):
                value = ColumnValue.From(whole);
                return true;
            case ColumnType.Double when isNumber && TryDouble(bytes, field.Width, out var number):
                value = ColumnValue.From(number);
                return true;
            case ColumnType.Numeric when isNumber && TryDecimal(bytes, field.Column, out var exact):
                value = ColumnValue.From(exact);
                return true;
            case ColumnType.Boolean when kind == JsonKind.True || (isText && Ascii.EqualsIgnoreCase(bytes, "true"u8)):
                value = ColumnValue.From(true);
                return true;
            case ColumnType.Boolean when kind == JsonKind.False || (isText && Ascii.EqualsIgnoreCase(bytes, "false"u8)):
                value = ColumnValue.From(false);
                return true;
            case ColumnType.Date when isText && Timestamp.TryDate(bytes, out var day) && day >= 0:
                value = ColumnValue.From(DateOnly.FromDayNumber((int)day));
                return true;
            case ColumnType.Uuid when isText && TryUuid(bytes, out var uuid):
                value = ColumnValue.From(uuid);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A whole number; a JSON number may end in <c>.0</c>, a text may not, nor start with a zero.</summary>
    private static bool TryWhole(ReadOnlySpan<byte> bytes, FieldWidth width, bool isText, out long value)
    {
        value = 0;
        if (!isText && bytes.IndexOf((byte)'.') is > 0 and var point && !bytes[(point + 1)..].ContainsAnyExcept((byte)'0'))
            bytes = bytes[..point];
        return !bytes.ContainsAny((byte)'.', (byte)'e', (byte)'E')
            && long.TryParse(bytes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && (width != FieldWidth.Int32 || value is >= int.MinValue and <= int.MaxValue);
    }

    private static bool TryDouble(ReadOnlySpan<byte> bytes, FieldWidth width, out double value)
    {
        value = double.Parse(bytes, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (width == FieldWidth.Single)
            value = (float)value;
        return double.IsFinite(value);
    }

    /// <summary>An exact number with the column's scale, if it has no more digits than the column on either side.</summary>
    private static bool TryDecimal(ReadOnlySpan<byte> bytes, SchemaColumn column, out decimal value)
    {
        value = 0;
        var isNegative = bytes[0] == (byte)'-';
        var exponentAt = bytes.IndexOfAny((byte)'e', (byte)'E');
        var digits = bytes[(isNegative ? 1 : 0)..(exponentAt < 0 ? bytes.Length : exponentAt)];
        if (!digits.ContainsAnyInRange((byte)'1', (byte)'9'))
            return SetScale(ref value, column.Scale);
        var exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(bytes[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return false;

        // value = unscaled × 10^-scale, with as few digits as it takes
        var unscaled = UInt128.Zero;
        long scale = -(long)exponent;
        var count = 0;
        long zeros = 0;
        var afterPoint = false;
        foreach (var b in digits)
        {
            if (b == (byte)'.')
            {
                afterPoint = true;
                continue;
            }

            scale += afterPoint ? 1 : 0;
            if (b == (byte)'0')
            {
                zeros += count > 0 ? 1 : 0;
                continue;
            }

            if (count + zeros + 1 > column.Precision)
                return false;
            for (; zeros > 0; zeros--, count++)
                unscaled *= 10;
            unscaled = unscaled * 10 + (uint)(b - '0');
            count++;
        }

        scale -= zeros;
        if (scale > column.Scale || count + column.Scale - scale > column.Precision)
            return false;
        for (; scale < column.Scale; scale++)
            unscaled *= 10;
        value = new decimal((int)(uint)unscaled, (int)(uint)(unscaled >> 32), (int)(uint)(unscaled >> 64), isNegative, (byte)column.Scale);
        return true;
    }

    private static bool SetScale(ref decimal zero, int scale)
    {
        zero = new decimal(0, 0, 0, isNegative: false, (byte)scale);
        return true;
    }

    private static bool TryUuid(ReadOnlySpan<byte> bytes, out Guid value)
    {
        value = default;
        if (bytes.Length != 36)
            return false;
        Span<char> text = stackalloc char[36];
        for (var i = 0; i < 36; i++)
        {
            text[i] = (char)bytes[i];
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
                return false;
        }

        return Guid.TryParseExact(text, "D", out value);
    }

    /// <summary>Whether a text is a number by JSON's grammar.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("-"u8))
            text = text[1..];
        var whole = Digits(ref text);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == (byte)'0'))
            return false;
        if (text.StartsWith("."u8))
        {
            text = text[1..];
            if (Digits(ref text).IsEmpty)
                return false;
        }

        if (text.IsEmpty || text[0] is not ((byte)'e' or (byte)'E'))
            return text.IsEmpty;
        text = text[1..];
        if (!text.IsEmpty && text[0] is (byte)'+' or (byte)'-')
            text = text[1..];
        return !Digits(ref text).IsEmpty && text.IsEmpty;
    }

    private static ReadOnlySpan<byte> Digits(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits;
    }
}
