using System.Reflection;
using NetArchTest.Rules;
using VkycEtl.Page;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Architecture;

/// <summary>Data flows one way, and the references between projects hold it.</summary>
public sealed class ReferenceTests
{
    private static readonly Assembly RawEvents = typeof(RawEvent).Assembly;
    private static readonly Assembly Receiver = typeof(ReceiverOptions).Assembly;
    private static readonly Assembly Page = typeof(PageOptions).Assembly;
    private static readonly Assembly Pipeline = typeof(IWarehouse).Assembly;

    [Fact]
    public void Projects_refer_to_what_stands_left_of_them_only()
    {
        Assert.Equal([], Ours(RawEvents));
        Assert.Equal(["VkycEtl.RawEvents"], Ours(Receiver));
        Assert.Equal(["VkycEtl.RawEvents"], Ours(Pipeline));
        Assert.Equal(["VkycEtl.Pipeline", "VkycEtl.RawEvents"], Ours(Page));
    }

    [Fact]
    public void The_receiver_holds_no_warehouse_driver()
    {
        string[] drivers = ["Npgsql", "DuckDB.NET.Data", "DuckDB.NET.Bindings", "Dapper"];
        Assert.Empty(Receiver.GetReferencedAssemblies().Select(name => name.Name!).Intersect(drivers, StringComparer.Ordinal));
        Assert.Empty(RawEvents.GetReferencedAssemblies().Select(name => name.Name!).Intersect(drivers, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("VkycEtl.Pipeline.Schemas", "VkycEtl.Pipeline.Flatten|VkycEtl.Pipeline.Load|VkycEtl.Pipeline.Consume")]
    [InlineData("VkycEtl.Pipeline.Flatten", "VkycEtl.Pipeline.Load|VkycEtl.Pipeline.Consume|Npgsql|DuckDB.NET|Dapper|Confluent.Kafka")]
    [InlineData("VkycEtl.Pipeline.Load", "VkycEtl.Pipeline.Consume|Confluent.Kafka")]
    public void A_stage_knows_nothing_of_the_stages_after_it(string stage, string later)
    {
        var found = Types.InAssembly(Pipeline).That().ResideInNamespace(stage).ShouldNot().HaveDependencyOnAny(later.Split('|')).GetResult();

        Assert.True(found.IsSuccessful, string.Join(", ", found.FailingTypes?.Select(type => type.FullName) ?? []));
    }

    [Theory]
    [InlineData("VkycEtl.Pipeline.Load.Postgres", "DuckDB.NET")]
    [InlineData("VkycEtl.Pipeline.Load.DuckDb", "Npgsql")]
    public void An_engine_knows_nothing_of_the_other(string engine, string driver)
    {
        var found = Types.InAssembly(Pipeline).That().ResideInNamespace(engine).ShouldNot().HaveDependencyOn(driver).GetResult();

        Assert.True(found.IsSuccessful, string.Join(", ", found.FailingTypes?.Select(type => type.FullName) ?? []));
    }

    private static List<string> Ours(Assembly assembly) =>
        [.. assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("VkycEtl", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
