namespace VkycEtl.ServerTests.Marts.Plain;

public sealed class PlainNumbersTests
{
    [Theory]
    // 0.9 of the way over 0, 10, 20, 30 is 2.7 places: 20 + 0.7 * 10.
    [InlineData(0.9, 27, 30d, 0d, 20d, 10d)]
    [InlineData(0.5, 15, 30d, 0d, 20d, 10d)]
    [InlineData(0.5, 7, 9d, 7d, 1d)]
    [InlineData(0.95, 4, 4d)]
    public void Percentiles_lie_between_the_two_nearest_values(double fraction, double expected, params double[] values) =>
        Assert.Equal(expected, PlainNumbers.Percentile(fraction, values)!.Value, 1e-12);

    [Fact]
    public void There_is_no_percentile_of_nothing() => Assert.Null(PlainNumbers.Percentile(0.5, []));

    [Theory]
    [InlineData("2026-03-01T00:00:00.000001Z", "2026-03-01T00:00:01Z", 0.999999)]
    [InlineData("2026-03-01T00:00:00Z", "2026-03-01T00:00:00.1Z", 0.1)]
    // 3652059 days less a microsecond: one rounding, not two.
    [InlineData("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", 315537897599.999999)]
    public void Seconds_are_the_nearest_to_the_microseconds(string from, string to, double seconds) =>
        Assert.Equal(seconds, PlainNumbers.Seconds(Given.At(from), Given.At(to)));

    [Fact]
    public void A_rate_of_nothing_is_null()
    {
        Assert.Null(PlainNumbers.Rate(0, 0));
        Assert.Equal(0.25, PlainNumbers.Rate(1, 4));
    }
}
