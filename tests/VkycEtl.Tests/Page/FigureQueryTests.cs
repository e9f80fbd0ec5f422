using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using VkycEtl.Page;
using VkycEtl.Page.Figures;

namespace VkycEtl.Tests.Page;

/// <summary>What a figure may be asked for; each fault names its parameter.</summary>
public sealed class FigureQueryTests
{
    private static readonly DateOnly Today = new(2026, 3, 15);

    [Theory]
    [InlineData("", null, "2026-03-02", "2026-03-15", "any")]
    [InlineData("?days=1", null, "2026-03-15", "2026-03-15", "any")]
    [InlineData("?days=366&cohort=scheduled", null, "2025-03-15", "2026-03-15", "scheduled")]
    [InlineData("?from=2026-01-31&to=2026-02-01", null, "2026-01-31", "2026-02-01", "any")]
    [InlineData("?from=2027-01-01&to=2028-01-01", null, "2027-01-01", "2028-01-01", "any")]
    [InlineData("?app=a%27b%20%26c&days=", "a'b &c", "2026-03-02", "2026-03-15", "any")]
    public void Is_read(string query, string? app, string from, string to, string cohort) =>
        Assert.Equal(new FigureQuery(app, DateOnly.Parse(from), DateOnly.Parse(to), cohort), Parse(query));

    [Theory]
    [InlineData("?day=3", "day:")]
    [InlineData("?list=moving", "list:")]
    [InlineData("?days=0", "days:")]
    [InlineData("?days=367", "days:")]
    [InlineData("?days=-1", "days:")]
    [InlineData("?days=1e2", "days:")]
    [InlineData("?days=3&days=4", "days:")]
    [InlineData("?days=3&from=2026-01-01&to=2026-01-02", "days:")]
    [InlineData("?from=2026-01-01", "to:")]
    [InlineData("?to=2026-01-01", "from:")]
    [InlineData("?from=2026-02-30&to=2026-03-01", "from:")]
    [InlineData("?from=2026-1-1&to=2026-03-01", "from:")]
    [InlineData("?from=2026-01-01'--&to=2026-03-01", "from:")]
    [InlineData("?from=0001-01-01&to=0001-01-02", "from:")]
    [InlineData("?from=2026-01-02&to=2026-01-01", "to:")]
    [InlineData("?from=2025-01-01&to=2026-01-02", "to:")]
    [InlineData("?cohort=ANY", "cohort:")]
    [InlineData("?app=a%00b", "app:")]
    public void Is_refused_by_name(string query, string parameter)
    {
        var fault = Assert.Throws<PageFault>(() => Parse(query));
        Assert.Equal(400, fault.Status);
        Assert.StartsWith(parameter, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_or_name_is_not_repeated()
    {
        Assert.True(Assert.Throws<PageFault>(() => Parse("?app=" + new string('x', 1001))).Message.Length < 200);
        Assert.True(Assert.Throws<PageFault>(() => Parse("?" + new string('x', 5000))).Message.Length < 200);
    }

    private static FigureQuery Parse(string query) => FigureQuery.Parse(new QueryCollection(QueryHelpers.ParseQuery(query)), Today);
}
