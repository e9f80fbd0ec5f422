using Microsoft.Extensions.Configuration;
using VkycEtl.Cli.Settings;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

public sealed class ReceiverOptionsTests
{
    [Fact]
    public void Every_fault_is_named_at_once_and_no_secret_is_shown()
    {
        var reader = Read(
            ("Receiver:Url", "nowhere"),
            ("Receiver:MaxBodyBytes", "0"),
            ("Receiver:RequestDeadline", "00:10:00"),
            ("Receiver:Routes:a:Auth:Kind", "Header"),
            ("Receiver:Routes:a:Auth:Secrets:0", " "),
            ("Receiver:Routes:b:Path", "no-slash"),
            ("Receiver:Routes:b:MaxRejectedBytesPerHour", "-1"),
            ("Receiver:Routes:c:Auth:Kind", "Header"),
            ("Receiver:Routes:c:Auth:Header", "X-Key"),
            ("Receiver:Routes:c:Path", "/webhooks/vkyc"),
            ("Receiver:Routes:d:Auth:Kind", "Nobody"),
            ("Receiver:Routes:d:Path", "/metrics"));
        Assert.Multiple(
        [
            .. new[]
            {
                "nowhere", "MaxBodyBytes", "RequestDeadline", "route a has no Path", "name of the header", "a secret is blank", "route b: Path", "MaxRejectedBytesPerHour",
                "at least one secret", "routes c and default share", "Nobody", "route d: Path /metrics is taken",
            }.Select(part => (Action)(() => Assert.Contains(part, string.Join('\n', reader.Faults), StringComparison.Ordinal))),
        ]);
    }

    [Theory]
    [InlineData("/a/{id}")]
    [InlineData("/a/*")]
    [InlineData("/a/")]
    [InlineData("/a?b")]
    [InlineData("//a")]
    [InlineData("/a b")]
    public void A_path_is_plain(string path) =>
        Assert.Contains("route a: Path must be such as", Assert.Single(Read(("Receiver:Routes:a:Path", path)).Faults), StringComparison.Ordinal);

    [Fact]
    public void Good_settings_have_no_fault_and_nothing_is_open_unless_asked_for()
    {
        var reader = new SettingsReader(Configuration(
            ("Receiver:Routes:a:Path", "/hooks/a.b-c"),
            ("Receiver:Routes:a:Auth:Kind", "Header"),
            ("Receiver:Routes:a:Auth:Header", "X-Key"),
            ("Receiver:Routes:a:Auth:Secrets:0", "one"),
            ("Receiver:Routes:b:Path", "/hooks/b"),
            ("Receiver:Routes:b:Auth:Kind", "None")));
        var options = reader.Read<ReceiverOptions>(ReceiverOptions.Section);
        Assert.Empty(reader.Faults);
        Assert.StartsWith("Receiver:Routes:default:Auth:Kind is not set", Assert.Single(options.OpenRoutes()), StringComparison.Ordinal);
        options.AllowWithoutCredential();
        Assert.Empty(options.OpenRoutes());
        Assert.Equal("default a b", string.Join(' ', options.AllRoutes().Select(route => route.Key)));
        Assert.Equal(AuthKind.Header, options.Routes["a"].Auth.Kind);
    }

    private static SettingsReader Read(params (string Key, string Value)[] settings)
    {
        var reader = new SettingsReader(Configuration(settings));
        reader.Read<ReceiverOptions>(ReceiverOptions.Section);
        return reader;
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
}
