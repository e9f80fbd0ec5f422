using VkycEtl.Cli;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Up;
using VkycEtl.Tests.Cli;

namespace VkycEtl.Tests.Page;

/// <summary>Where the page may be served, and what is refused before anything starts.</summary>
public sealed class PageSettingsTests : IDisposable
{
    private const string Token = "0123456789abcdef";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", null, null)]
    [InlineData("http://127.0.0.1:8081", null, null)]
    [InlineData("http://localhost:8081", null, null)]
    [InlineData("http://[::1]:8081", null, null)]
    [InlineData("http://0.0.0.0:8081", Token, null)]
    [InlineData("http://0.0.0.0:8081", null, "Page:Token")]
    [InlineData("http://[::]:8081", null, "Page:Token")]
    [InlineData("http://10.0.0.5:8081", null, "Page:Token")]
    [InlineData("http://vkyc.example:8081", null, "Page:Token")]
    [InlineData("http://127.0.0.1.nip.io:8081", null, "Page:Token")]
    [InlineData("http://127.0.0.1:8081", "short", "Page:Token")]
    [InlineData("http://127.0.0.1:8081", "0123456789 abcdef", "Page:Token")]
    [InlineData("https://127.0.0.1:8081", null, "Page:Url")]
    [InlineData("http://127.0.0.1:8081/page", null, "Page:Url")]
    [InlineData("127.0.0.1:8081", null, "Page:Url")]
    public void An_address_that_others_reach_needs_a_token(string url, string? token, string? fault)
    {
        var refusal = Record.Exception(() => VkycSettings.Load(
            folder.Write("settings.json", "{}"), new DataDirectory(folder.Path), new Dictionary<string, string?>(StringComparer.Ordinal) { ["Page:Url"] = url, ["Page:Token"] = token }));
        if (fault is null)
        {
            Assert.Null(refusal);
            return;
        }

        Assert.IsType<SettingsFault>(refusal);
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_token_may_stand_in_a_file() => Assert.Equal(Token, VkycSettings.Load(
        folder.Write("settings.json", $$"""{ "Page": { "TokenFile": {{System.Text.Json.JsonSerializer.Serialize(folder.Write("token", Token + "\n"))}}, "Url": "http://0.0.0.0:80" } }"""),
        new DataDirectory(folder.Path)).Page.Token);

    [Fact]
    public async Task The_page_of_a_duckdb_file_is_served_by_its_owner()
    {
        var (code, _, error) = await Verb.RunAsync(["page", "--settings", folder.Write("settings.json", "{}")]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("Page:Url", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Up_takes_the_address_that_is_set_or_one_that_is_free()
    {
        Assert.Equal(["http://127.0.0.1:0"], PageAddress.Candidates("", receiverPort: 0));
        Assert.Equal(["http://127.0.0.1:9"], PageAddress.Candidates("http://127.0.0.1:9", receiverPort: 8080));
        var candidates = PageAddress.Candidates("", receiverPort: 8083);
        Assert.DoesNotContain("http://127.0.0.1:8083", candidates, StringComparer.Ordinal);
        Assert.Equal("http://127.0.0.1:0", candidates[^1]);
    }
}
