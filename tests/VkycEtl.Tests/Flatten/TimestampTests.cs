using System.Text;
using CsCheck;
using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Tests.Flatten;

public sealed class TimestampTests
{
    [Fact]
    public void Any_text_is_what_the_plain_reference_says()
    {
        var digits = Given.OneOf("0", "1", "9", "00", "01", "12", "23", "24", "28", "29", "30", "31", "59", "60", "99");
        var year = Given.OneOf("0000", "0001", "0004", "0100", "1900", "1969", "1970", "2000", "2024", "2026", "9999", "10000", "999");
        var text = Gen.Select(
            Given.OneOf("", "", "", " ", "\u2003\n", "\u200b"),
            Gen.Select(year, Given.OneOf("-", "-", "-", "-", "/", ""), Given.OneOf("01", "02", "03", "12", "12", "00", "13", "1"), digits).Select((y, dash, m, d) => y + dash + m + dash + d),
            Given.OneOf("T", "T", "T", "t", " ", "  ", "_", ""),
            Gen.Select(digits, digits, Given.OneOf("", ":00", ":59", ":60", ":5", ":00.1", ":00,123456", ":59.9999999", ":59.", ".5")).Select((h, m, s) => h.PadLeft(2, '0') + ":" + m.PadLeft(2, '0') + s),
            Given.OneOf("", "", " ", "  "),
            Given.OneOf("", "Z", "z", "+05:30", "-0530", "+14", "+14:00", "-14:01", "+15", "+00:60", "+5:30", "-00:00", "UTC", "+05:3", "+0", "+053"),
            Given.OneOf("", "", "", " ", "\t", "x", "\u00a0")).Select((a, b, c, d, e, f, g) => a + b + c + d + e + f + g);
        var whole = Gen.Select(Given.OneOf("", "", "0", "000"), Gen.Long[0, 99_999_999_999_999], Gen.Int[8, 14]).Select((zeros, number, length) => zeros + (number + "00000000000000")[..length]);
        var epoch = Gen.Select(Given.OneOf("", "", "", "-", "+", " "), whole, Given.OneOf("", "", ".5", ".123456789", ".", ",5", "e3", ".5x")).Select((a, b, c) => a + b + c);
        var parsed = 0;

        Gen.OneOf(text, epoch, Gen.String).Sample(
            given =>
            {
                given = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(given));
                var expected = PlainTimestamp.Parse(given);
                var form = Timestamp.Parse(Encoding.UTF8.GetBytes(given), out var micros);
                var actual = form == TimestampForm.Unparsable || micros is < 0 or >= Timestamp.EndMicros ? null : ((DateTime, bool)?)(Timestamp.ToDateTime(micros), form == TimestampForm.Local);
                Assert.Equal(expected, actual);
                parsed += expected is null ? 0 : 1;
            },
            iter: 200_000,
            threads: 1);
        Assert.True(parsed > 5_000, $"only {parsed} texts were times");
    }

    [Theory]
    [InlineData("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z")]
    [InlineData("America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T00:59:59", "2026-11-01T04:59:59Z")]
    [InlineData("America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59Z")]
    [InlineData("America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00:00Z")]
    [InlineData("America/New_York", "2026-03-08T02:59:59", "2026-03-08T07:59:59Z")]
    [InlineData("America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z")]
    [InlineData("Europe/London", "2026-10-25T01:30:00", "2026-10-25T00:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z")]
    [InlineData("Asia/Kolkata", "2026-03-01T00:00:00", "2026-02-28T18:30:00Z")]
    [InlineData("Asia/Kolkata", "0001-01-02T00:00:00", null)]
    [InlineData("UTC", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z")]
    [InlineData("UTC", "9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999Z")]
    public void A_local_time_takes_the_earlier_offset_of_the_default_zone(string zone, string local, string? utc)
    {
        Assert.Equal(TimestampForm.Local, Timestamp.Parse(Encoding.UTF8.GetBytes(local), out var micros));
        var found = new DefaultZone(TimeZoneInfo.FindSystemTimeZoneById(zone)).ToUtc(micros);

        if (utc is null)
        {
            // Before standard time the zone's own mean time applied; that it is within a day is all that matters here.
            Assert.InRange(found, micros - 86_400_000_000, micros);
            return;
        }

        Timestamp.Parse(Encoding.UTF8.GetBytes(utc), out var expected);
        Assert.Equal(Timestamp.ToDateTime(expected), Timestamp.ToDateTime(found));
    }

    [Fact]
    public void An_unknown_default_zone_is_named()
    {
        var options = new FlattenOptions { DefaultTimeZone = "Asia/Nowhere" };

        Assert.Contains("Asia/Nowhere", Assert.Single(options.Validate(new(options))).ErrorMessage, StringComparison.Ordinal);
        Assert.Throws<TimeZoneNotFoundException>(() => new Flattener(Given.Schemas, options));
        Assert.Empty(new FlattenOptions().Validate(new(options)));
    }
}
