using System.ComponentModel.DataAnnotations;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Tests.Load;

public sealed class WarehouseOptionsTests
{
    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var faults = Faults(new WarehouseOptions { Engine = "oracle", Distribution = "citus", LockTimeout = TimeSpan.Zero });
        Assert.Contains(nameof(WarehouseOptions.Engine), faults, StringComparer.Ordinal);
        Assert.Contains(nameof(WarehouseOptions.Distribution), faults, StringComparer.Ordinal);
        Assert.Contains(nameof(WarehouseOptions.LockTimeout), faults, StringComparer.Ordinal);
    }

    [Fact]
    public void The_connection_string_stands_in_one_place()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "Host=db\n");
        Assert.NotEmpty(Faults(new WarehouseOptions()));
        Assert.NotEmpty(Faults(new WarehouseOptions { ConnectionString = "x", ConnectionStringFile = file }));
        Assert.NotEmpty(Faults(new WarehouseOptions { ConnectionStringFile = file + ".none" }));
        var right = new WarehouseOptions { ConnectionStringFile = file };
        Assert.Empty(Faults(right));
        Assert.Equal("Host=db", right.ReadConnectionString());
        File.Delete(file);
    }

    [Fact]
    public void A_zone_that_does_not_exist_is_refused()
    {
        Assert.Empty(Faults(new ReportingOptions()));
        Assert.Contains(nameof(ReportingOptions.TimeZone), Faults(new ReportingOptions { TimeZone = "Asia/Nowhere" }), StringComparer.Ordinal);
    }

    /// <summary>The members at fault.</summary>
    private static List<string> Faults(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return [.. results.SelectMany(result => result.MemberNames)];
    }
}
