using VkycEtl.Pipeline.Load;

namespace VkycEtl.Tests.Load;

public sealed class WarehouseOptionsTests
{
    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var result = new WarehouseOptionsValidator().Validate(null, new WarehouseOptions
        {
            Engine = "oracle",
            Distribution = "citus",
            LockTimeout = TimeSpan.Zero,
        });
        Assert.Contains("Engine", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Distribution", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("LockTimeout", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void The_connection_string_stands_in_one_place()
    {
        var validator = new WarehouseOptionsValidator();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "Host=db\n");
        Assert.True(validator.Validate(null, new WarehouseOptions()).Failed);
        Assert.True(validator.Validate(null, new WarehouseOptions { ConnectionString = "x", ConnectionStringFile = file }).Failed);
        Assert.True(validator.Validate(null, new WarehouseOptions { ConnectionStringFile = file + ".none" }).Failed);
        var right = new WarehouseOptions { ConnectionStringFile = file };
        Assert.False(validator.Validate(null, right).Failed);
        Assert.Equal("Host=db", right.ReadConnectionString());
        File.Delete(file);
    }

    [Fact]
    public void A_zone_that_does_not_exist_is_refused()
    {
        var validator = new ReportingOptionsValidator();
        Assert.False(validator.Validate(null, new ReportingOptions()).Failed);
        Assert.Contains("Asia/Nowhere", validator.Validate(null, new ReportingOptions { TimeZone = "Asia/Nowhere" }).FailureMessage, StringComparison.Ordinal);
    }
}
