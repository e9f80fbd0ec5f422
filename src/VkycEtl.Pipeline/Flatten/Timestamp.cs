using System.Text;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>What a text is as a time.</summary>
internal enum TimestampForm
{
    /// <summary>Nothing of the grammar.</summary>
    Unparsable,

    /// <summary>An instant: it names its zone, or counts from the epoch.</summary>
    Instant,

    /// <summary>A local time without a zone.</summary>
    Local,
}

/// <summary>
/// The grammar of times, to the letter: <c>YYYY-MM-DD</c>, then <c>T</c>, <c>t</c> or one space, <c>HH:MM</c>, perhaps <c>:SS</c>, then perhaps
/// <c>.</c> or <c>,</c> and digits, perhaps one space, then <c>Z</c>, <c>z</c>, <c>±HH:MM</c>, <c>±HHMM</c>, <c>±HH</c> or nothing; or epoch
/// seconds [1e9, 1e10) or milliseconds [1e12, 1e13), perhaps with <c>.</c> and digits. White space around is ignored. Digits beyond the
/// microsecond are cut off.
/// </summary>
internal static class Timestamp
{
    private const long MicrosPerSecond = 1_000_000;
    private const long MicrosPerMinute = 60 * MicrosPerSecond;
    private const long MicrosPerDay = 24 * 60 * MicrosPerMinute;
    private const long EpochMicros = 719_162 * MicrosPerDay;
    private const int MaxOffsetMinutes = 14 * 60;

    /// <summary>The first microsecond of year 10000, counted from year 1.</summary>
    public const long EndMicros = 3_652_059 * MicrosPerDay;

    /// <summary>Reads a text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="micros">Microseconds since the start of year 1: of UTC, or of local time; outside [0, <see cref="EndMicros"/>) where the year is.</param>
    public static TimestampForm Parse(ReadOnlySpan<byte> text, out long micros)
    {
        text = Trim(text);
        return text.Length > 4 && text[4] == (byte)'-' ? ParseDateTime(text, out micros)
            : ParseEpoch(text, out micros) ? TimestampForm.Instant : TimestampForm.Unparsable;
    }

    /// <summary>An instant as the columns hold it.</summary>
    public static DateTime ToDateTime(long micros) => new(micros * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);

    /// <summary>Days since the start of year 1 of a Gregorian date (year 0 too), or null where the calendar has no such day.</summary>
    public static long? Day(int year, int month, int day)
    {
        if (month is < 1 or > 12 || day < 1)
            return null;
        var isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        var length = month == 2 ? (isLeap ? 29 : 28) : month is 4 or 6 or 9 or 11 ? 30 : 31;
        if (day > length)
            return null;
        if (year == 0)
            return new DateOnly(400, month, day).DayNumber - 146_097;
        return new DateOnly(year, month, day).DayNumber;
    }

    /// <summary>Reads <c>YYYY-MM-DD</c>.</summary>
    public static bool TryDate(ReadOnlySpan<byte> text, out long day)
    {
        day = 0;
        if (text.Length != 10 || text[4] != (byte)'-' || text[7] != (byte)'-'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..], out var dayOfMonth)
            || Day(year, month, dayOfMonth) is not { } found)
        {
            return false;
        }

        day = found;
        return true;
    }

    private static TimestampForm ParseDateTime(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < 16 || !TryDate(text[..10], out var day) || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || text[13] != (byte)':'
            || !Digits(text[11..13], out var hour) || hour > 23 || !Digits(text[14..16], out var minute) || minute > 59)
        {
            return TimestampForm.Unparsable;
        }

        micros = day * MicrosPerDay + (hour * 60 + minute) * MicrosPerMinute;
        text = text[16..];
        if (!text.IsEmpty && text[0] == (byte)':')
        {
            if (text.Length < 3 || !Digits(text[1..3], out var second) || second > 59)
                return TimestampForm.Unparsable;
            micros += second * MicrosPerSecond;
            text = text[3..];
            if (!text.IsEmpty && text[0] is (byte)'.' or (byte)',')
            {
                var length = DigitCount(text[1..]);
                if (length == 0)
                    return TimestampForm.Unparsable;
                micros += Fraction(text.Slice(1, length), MicrosPerSecond);
                text = text[(1 + length)..];
            }
        }

        if (text.IsEmpty)
            return TimestampForm.Local;
        if (text[0] == (byte)' ')
            text = text[1..];
        if (!TryOffset(text, out var offset))
            return TimestampForm.Unparsable;
        micros -= offset * MicrosPerMinute;
        return TimestampForm.Instant;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
            return text[0] is (byte)'Z' or (byte)'z';
        if (text.Length is not (3 or 5 or 6) || text[0] is not ((byte)'+' or (byte)'-') || !Digits(text[1..3], out var hours))
            return false;
        var minuteOfHour = 0;
        if (text.Length > 3 && !(Digits(text[^2..], out minuteOfHour) && minuteOfHour <= 59 && (text.Length == 5 || text[3] == (byte)':')))
            return false;
        minutes = hours * 60 + minuteOfHour;
        if (minutes > MaxOffsetMinutes)
            return false;
        if (text[0] == (byte)'-')
            minutes = -minutes;
        return true;
    }

    private static bool ParseEpoch(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        text = text.TrimStart((byte)'0');
        var whole = DigitCount(text);
        if (whole is not (10 or 13))
            return false;
        var number = 0L;
        foreach (var digit in text[..whole])
            number = number * 10 + (digit - '0');
        var unit = whole == 10 ? MicrosPerSecond : 1_000;
        var fraction = text[whole..];
        if (!fraction.IsEmpty && (fraction[0] != (byte)'.' || fraction.Length == 1 || DigitCount(fraction[1..]) != fraction.Length - 1))
            return false;
        micros = EpochMicros + number * unit + (fraction.IsEmpty ? 0 : Fraction(fraction[1..], unit));
        return true;
    }

    /// <summary>Digits after the point, in microseconds; those beyond are cut off.</summary>
    private static long Fraction(ReadOnlySpan<byte> digits, long unit)
    {
        var micros = 0L;
        foreach (var digit in digits)
        {
            unit /= 10;
            if (unit == 0)
                break;
            micros += (digit - '0') * unit;
        }

        return micros;
    }

    private static int DigitCount(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var b in text)
        {
            var digit = b - '0';
            if ((uint)digit > 9)
                return false;
            number = number * 10 + digit;
        }

        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] is > (byte)' ' and < 0x7F && text[^1] is > (byte)' ' and < 0x7F)
            return text;
        while (Rune.DecodeFromUtf8(text, out var rune, out var length) == System.Buffers.OperationStatus.Done && Rune.IsWhiteSpace(rune))
            text = text[length..];
        while (Rune.DecodeLastFromUtf8(text, out var rune, out var length) == System.Buffers.OperationStatus.Done && Rune.IsWhiteSpace(rune))
            text = text[..^length];
        return text;
    }
}
