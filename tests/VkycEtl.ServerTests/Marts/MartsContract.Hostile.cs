using System.Text;
using System.Text.Json.Nodes;
using VkycEtl.ServerTests.Marts.Plain;

namespace VkycEtl.ServerTests.Marts;

public abstract partial class MartsContract
{
    /// <summary>No index takes a text of some thousand bytes that do not compress; a body may hold a million.</summary>
    [Theory]
    [InlineData("appId")]
    [InlineData("transactionId")]
    [InlineData("eventId")]
    [InlineData("eventType")]
    [InlineData("agentId")]
    [InlineData("reason")]
    [InlineData("status")]
    public async Task A_text_however_long_stops_no_refresh(string member)
    {
        var random = new Random(1);
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(_ => (char)random.Next('!', '~')));
        await using var database = await NewAsync();
        using var worker = new TrafficLoad("vkyc.raw");
        var (now, last) = (Now(), 'x');
        foreach (var at in new[] { now.AddHours(-30), now.AddHours(-1) })
        {
            await worker.LoadAsync(database.Warehouse, [Body(EventType.Started, at), Body(EventType.Completed, at.AddMinutes(3))], Token);
            (await database.RefreshAndReadAsync()).AssertPlain($"a long {member}");
        }

        (await database.RebuildAndReadAsync()).AssertPlain($"a long {member}, rebuilt");

        Delivered Body(string type, DateTime at)
        {
            var details = new JsonObject { ["agentId"] = "a", ["status"] = "DECLINED", ["reason"] = "r" };
            var body = new JsonObject
            {
                ["appId"] = "bank",
                ["transactionId"] = "t",
                ["eventDetails"] = details,
                ["eventVersion"] = "1.0.0",
                ["eventType"] = type,
                ["eventTime"] = HostileTraffic.Text(at),
                ["eventId"] = $"{last++}",
            };
            (details.ContainsKey(member) ? details : body)[member] = $"{text}{last}";
            return new Delivered(Encoding.UTF8.GetBytes(body.ToJsonString()), now);
        }
    }
}
