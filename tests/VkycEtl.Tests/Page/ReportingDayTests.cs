using VkycEtl.Page.Query;
using VkycEtl.Page.Status;

namespace VkycEtl.Tests.Page;

/// <summary>When a reporting day begins: at its least instant, as in the views.</summary>
public sealed class ReportingDayTests
{
    [Theory]
    [InlineData("Asia/Kolkata", "2026-11-25", "2026-11-24T18:30:00Z")]
    [InlineData("UTC", "2026-11-25", "2026-11-25T00:00:00Z")]
    // 00:00 to 01:00 comes twice.
    [InlineData("Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z")]
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z")]
    // 00:00 to 01:00 is left out.
    [InlineData("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z")]
    // 23:00 to 24:00 of the day before comes twice.
    [InlineData("America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z")]
    public void A_day_begins_at_its_least_instant(string zone, string day, string begins)
    {
        var standing = new Standing("", default, zone, new Rows([], []), IsMachineReadable: true) { SlaSeconds = 0, NoShowGraceSeconds = 0, StaleAfterSeconds = 0, LapsedAfterSeconds = 0 };
        Assert.Equal(DateTimeOffset.Parse(begins).UtcDateTime, standing.Begins(DateOnly.Parse(day)));
    }
}
