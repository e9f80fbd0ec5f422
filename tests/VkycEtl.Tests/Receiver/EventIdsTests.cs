using System.Text;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

public sealed class EventIdsTests
{
    [Theory]
    [InlineData("""{"appId":"a","transactionId":"t","eventId":"e"}""", "a", "t", "e")]
    [InlineData("""{"app_id":"a","TRANSACTIONID":"t","event_ID":"e"}""", "a", "t", "e")]
    [InlineData("""{"appid":"variant","appId":"exact","app_id":"variant"}""", "exact", null, null)]
    [InlineData("""{"appId":"first","appId":"last"}""", "last", null, null)]
    [InlineData("""{"appId":"","app_id":"variant"}""", "variant", null, null)]
    [InlineData("""{"appId":12,"transactionId":1.50,"eventId":true}""", "12", "1.50", "true")]
    [InlineData("""{"appId":null,"transactionId":{"appId":"in"},"eventId":["e"]}""", null, null, null)]
    [InlineData("""{"eventDetails":{"appId":"a","transactionId":"t","eventId":"e"}}""", null, null, null)]
    [InlineData("""{"list":[{"eventId":"in"}],"eventId":"out"}""", null, null, "out")]
    [InlineData("""{"\u0061ppId":"a","event\u0049d":"e"}""", "a", null, "e")]
    [InlineData("""{"app\ud800":"x","appId":"\ud800","transactionId":"\u00e9"}""", null, "é", null)]
    [InlineData("""{"xappId":"a","appIdx":"a","app-id":"a"}""", null, null, null)]
    [InlineData(""" {"eventId":" "} """, null, null, null)]
    public void Ids_are_found_at_the_top_alone(string body, string? appId, string? transactionId, string? eventId) =>
        Assert.Equal(new EventIds(appId, transactionId, eventId, Fault: null), EventIds.Find(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"id":"e","data":{"session":{"reference":"t","id":"no"},"reference":"no"},"appId":"a"}""", "a", "t", "e")]
    [InlineData("""{"data":{"x":{"reference":"no"},"Session":{"REFERENCE":12}},"ID":"e"}""", null, "12", "e")]
    [InlineData("""{"data":{"session":{"reference":"exact"}},"DATA":{"session":{"reference":"variant"}}}""", null, "exact", null)]
    [InlineData("""{"data":{"session":{"deep":{"reference":"no"}}},"session":{"reference":"no"},"reference":"no"}""", null, null, null)]
    [InlineData("""{"data":{"session":"text"},"other":{"reference":"no"}}""", null, null, null)]
    [InlineData("""{"data":{"session":{}},"appId":{"reference":"no"},"id":"e"}""", null, null, "e")]
    [InlineData("""{"data":[{"session":{"reference":"no"}}],"id":{"id":"no"}}""", null, null, null)]
    public void Ids_are_found_where_the_route_says(string body, string? appId, string? transactionId, string? eventId) => Assert.Equal(
        new EventIds(appId, transactionId, eventId, Fault: null),
        EventIds.Find(Encoding.UTF8.GetBytes(body), new IdPaths(new IdPathOptions { EventId = "id", TransactionId = "data.session.reference" })));

    [Fact]
    public void A_long_escaped_name_is_no_name_of_ours() =>
        Assert.Null(EventIds.Find(Encoding.UTF8.GetBytes($$"""{"\u0061{{new string('_', 1000)}}ppId":"a"}""")).AppId);

    [Fact]
    public void Truncated_anywhere_it_is_no_object_and_never_throws()
    {
        var whole = """{"appId":"a\u00e9","list":[1,{"b":"é"}],"n":-1.5e3,"t":true}"""u8;
        for (var length = 0; length < whole.Length; length++)
            Assert.NotNull(EventIds.Find(whole[..length]).Fault);
        Assert.Null(EventIds.Find(whole).Fault);
    }
}
