using System.Net;
using System.Net.Sockets;
using VkycEtl.Cli;
using VkycEtl.Receiver;
using VkycEtl.Tests.Receiver;

namespace VkycEtl.Tests.Cli;

/// <summary>The receiver from its settings, and senders that have what it asks for.</summary>
public sealed class ReceiverVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_receiver_names_every_fault_of_its_settings_at_once()
    {
        var settings = folder.Write("settings.json", """
            { "Receiver": { "MaxBodyBytes": 0, "Routes": { "a": { "Path": "/a", "Auth": { "Kind": "Bearer", "SecretsFile": "/nowhere/tokens" } }, "b": { "Path": "/b" } } } }
            """);
        var (code, _, error) = await Verb.RunAsync(["receiver", "--settings", settings]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("the settings have 5 faults", error, StringComparison.Ordinal);
        foreach (var part in new[] { "Receiver:MaxBodyBytes = 0", "SecretsFile = /nowhere/tokens: cannot be read", "Routes:default:Auth:Kind is not set", "Routes:b:Auth:Kind is not set", "Kafka:BootstrapServers is empty" })
            Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line_with_its_holder()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var settings = folder.Write("settings.json", $$"""
            { "Kafka": { "BootstrapServers": "127.0.0.1:1" }, "Receiver": { "Url": "http://{{holder.LocalEndpoint}}", "Routes": { "default": { "Auth": { "Kind": "None" } } } } }
            """);
        var (code, _, error) = await Verb.RunAsync(["receiver", "--settings", settings]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"{holder.LocalEndpoint} is taken by process {Environment.ProcessId}", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Kind": "Header", "Header": "X-Key", "Secrets": ["s3cret"] }""")]
    [InlineData("""{ "Kind": "Basic", "Secrets": ["user:s3cret"] }""")]
    [InlineData("""{ "Kind": "Bearer", "Secrets": ["s3cret", "other"] }""")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["s3cret"], "Separator": ",", "TimestampPrefix": "t=", "Prefix": "v1=", "Template": "{timestamp}.{body}" }""")]
    [InlineData("""{ "Kind": "Hmac", "Header": "S", "Secrets": ["whsec_c2VjcmV0"], "SecretEncoding": "Base64", "Encoding": "Base64", "TimestampHeader": "T", "Template": "{header:webhook-id}.{timestamp}.{body}" }""")]
    public async Task Simulated_traffic_has_the_credential_of_its_route(string auth)
    {
        var settings = folder.Write("settings.json", $$"""{ "Receiver": { "Routes": { "default": { "Auth": {{auth}} } } } }""");
        await using var receiver = await TestReceiver.StartAsync(options => options.Routes["default"] = new RouteOptions
        {
            Auth = SenderBlocks.Read(File.ReadAllText(settings)).Options.Routes["default"].Auth,
        });
        var to = new Uri(receiver.Address, TestReceiver.Path).AbsoluteUri;
        var (refused, _, _) = await Verb.RunAsync(["simulate", "--to", to, "--transactions", "2", "--seed", "1"]);
        Assert.Equal(ExitCode.Usage, refused);
        Assert.Empty(receiver.Read());
        var (code, _, error) = await Verb.RunAsync(["simulate", "--to", to, "--transactions", "2", "--seed", "1", "--route", "default", "--settings", settings]);
        Assert.True(code == ExitCode.Done, error);
        Assert.NotEmpty(receiver.Read());
    }
}
