using System.Text.Json;

namespace VkycEtl.Tests.Receiver;

public sealed class AuthOptionsTests
{
    [Theory]
    [InlineData("""{ "Kind": "Header" }""", "Kind Header needs Header", "at least one secret")]
    [InlineData("""{ "Kind": "Header", "Header": "X Y", "Secrets": [""] }""", "is no header's name", "a secret is blank")]
    [InlineData("""{ "Kind": "Header", "Header": "X", "Secrets": ["s"], "Template": "{body}.", "Prefix": "p" }""", "Auth:Template = {body}.: is for Kind Hmac", "Auth:Prefix = p: is for Kind Hmac")]
    [InlineData("""{ "Kind": "None", "Secrets": ["s"] }""", "lets anyone in")]
    [InlineData("""{ "Secrets": ["s"] }""", "is not set, though there are secrets")]
    [InlineData("""{ "Kind": "Basic", "Secrets": ["no-colon"] }""", "user:password")]
    [InlineData("""{ "Kind": "Basic", "Secrets": [":x9y"] }""", "user:password")]
    [InlineData("""{ "Kind": "Basic", "Secrets": ["q7z:"] }""", "user:password")]
    [InlineData("""{ "Kind": "Bearer", "Secrets": ["token "] }""", "white space")]
    [InlineData("""{ "Kind": "Bearer" }""", "at least one secret")]
    [InlineData("""{ "Kind": "Bearer", "Secrets": ["a"], "SecretsFile": "/nowhere/b" }""", "give one of them")]
    [InlineData("""{ "Kind": "Bearer", "SecretsFile": "/nowhere/b" }""", "Auth:SecretsFile = ")]
    [InlineData("""{ "Kind": "Digest" }""", "must be one of None, Header, Basic, Bearer, Hmac")]
    [InlineData("""{ "Kind": "Hmac", "Secrets": ["s"] }""", "name of the header that holds the signature")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["xyz"], "SecretEncoding": "Hex" }""", "not hexadecimal digits")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["whsec_%"], "SecretEncoding": "Base64" }""", "not Base64")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Template": "{timestamp}" }""", "lacks {body}", "set TimestampHeader")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Template": "{id}{body}" }""", "has a brace")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Template": "{body" }""", "has a brace")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Template": "{header:}{body}" }""", "has a brace")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "TimestampHeader": "T" }""", "lacks {timestamp}")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "TimestampHeader": "T", "TimestampPrefix": "t=", "Template": "{timestamp}{body}" }""", "TimestampHeader is set as well", "needs Separator")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Prefix": "v", "TimestampPrefix": "v", "Separator": ",", "Template": "{timestamp}{body}" }""", "cannot be told apart")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Tolerance": "0 s" }""", "Tolerance")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s"], "Algorithm": "sha1" }""", "Auth:Algorithm: unknown key")]
    public void What_does_not_fit_together_is_refused_by_name_all_at_once(string auth, params string[] said)
    {
        var (_, faults) = SenderBlocks.Read($$"""{ "Receiver": { "Routes": { "bank": { "Path": "/b", "Auth": {{auth}} } } } }""");
        Assert.Equal(said.Length, faults.Count);
        foreach (var part in said)
            Assert.Contains(faults, fault => fault.StartsWith("Receiver:Routes:bank:Auth", StringComparison.Ordinal) && fault.Contains(part, StringComparison.Ordinal));
        using var json = JsonDocument.Parse(auth);
        if (json.RootElement.TryGetProperty("Secrets", out var secrets))
            Assert.DoesNotContain(faults, fault => secrets.EnumerateArray().Any(secret => secret.GetString() is { Length: > 1 } text && fault.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_block_of_the_docs_is_taken_as_it_stands()
    {
        Assert.Equal(10, SenderBlocks.BySection.Count);
        foreach (var (section, json) in SenderBlocks.BySection)
        {
            var (_, faults) = SenderBlocks.Read(json);

            // The file of the last block is not on this machine.
            Assert.True(faults.All(fault => fault.Contains("/run/secrets/other-token: cannot be read", StringComparison.Ordinal)), $"{section}: {string.Join('\n', faults)}");
        }
    }
}
