using VkycEtl.Page;
using VkycEtl.Page.Transactions;

namespace VkycEtl.Tests.Page;

/// <summary>Which lists there are.</summary>
public sealed class ListTests
{
    [Theory]
    [InlineData("reason:DECLINED:a:b 'c", "reason:DECLINED", "a:b 'c")]
    [InlineData("reason:OTHER:", "reason:OTHER", null)]
    [InlineData("agent:asha@bank:1", "agent", "asha@bank:1")]
    [InlineData("agent:a:b:c:d", "agent", "a:b:c:d")]
    [InlineData("agent:", "agent", null)]
    [InlineData("stage:4:open", "stage:4:open", null)]
    public void A_value_is_what_stands_behind_the_colon_and_is_not_logged(string text, string logged, string? value)
    {
        var list = List.Parse(text);
        Assert.Equal((logged, value), (list.Text, list.Value));
        if (value is not null)
            Assert.DoesNotContain(value, list.All().Fill(list.All().Parameters.ToDictionary(name => name, _ => (object?)null, StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stage")]
    [InlineData("stage:7:open")]
    [InlineData("stage:-1:open")]
    [InlineData("stage:4:OPEN")]
    [InlineData("stage:4:open_4 OR TRUE")]
    [InlineData("stage:4")]
    [InlineData("lost:0:open")]
    [InlineData("moving:x")]
    [InlineData("moving:4:x")]
    [InlineData("no_show:1")]
    [InlineData("reason:APPROVED:x")]
    [InlineData("reason:DECLINED")]
    [InlineData("agent")]
    [InlineData("measure:events")]
    [InlineData("measure:call:x")]
    public void Anything_else_is_refused_by_name(string text) =>
        Assert.StartsWith("list:", Assert.Throws<PageFault>(() => List.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_cursor_comes_back_as_it_went_out()
    {
        var key = Guid.NewGuid();
        foreach (var cursor in (Cursor[])[new("2026-03-01T04:05:06.123456Z", key, 3), new("2026-03-01T04:05:06Z", key, null)])
            Assert.Equal(cursor, Cursor.Parse(cursor.Write()));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!")]
    [InlineData("MjAyNi0wMy0wMXx4fA")]
    [InlineData("JzsgRFJPUCBUQUJMRSB4OyAtLXwwMDExMjIzMy00NDU1LTg2NzctODg5OS1hYWJiY2NkZGVlZmZ8")]
    public void A_cursor_that_is_none_of_ours_is_refused(string text) =>
        Assert.StartsWith("cursor:", Assert.Throws<PageFault>(() => Cursor.Parse(text)).Message, StringComparison.Ordinal);
}
