using System.Collections;
using System.Text.Json;
using VkycEtl.Cli;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;

namespace VkycEtl.Tests.Cli.Settings;

/// <summary>ops/appsettings.reference.json is made from the options classes, and is settings. RepositoryCopy says how to renew it.</summary>
public sealed class ReferenceFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_reference_is_what_the_options_say() =>
        RepositoryCopy.Check(Path.Combine("ops", "appsettings.reference.json"), Path.Combine("ops", "appsettings.reference.json"), ReferenceFile.Write());

    [Fact]
    public void The_reference_can_be_used_and_changes_nothing()
    {
        var directory = new DataDirectory(folder.Path);
        var plain = VkycSettings.Load(folder.Write("empty.json", "{}"), directory);
        var reference = VkycSettings.Load(folder.Write("reference.json", ReferenceFile.Write()), directory);
        Assert.Equal(plain.Keys.Select(Line), reference.Keys.Select(Line), StringComparer.Ordinal);

        static string Line(SettingKey key) => $"{key.Path} = {JsonSerializer.Serialize(key.Value)}";
    }

    [Fact]
    public void Every_key_of_every_section_is_there()
    {
        var text = ReferenceFile.Write();
        Assert.All(VkycSettings.Sections, section => Assert.Contains($"\"{section.Name}\": {{", text, StringComparison.Ordinal));
        Assert.All(
            VkycSettings.Load(folder.Write("empty.json", "{}"), new DataDirectory(folder.Path)).Keys,
            key => Assert.Contains($"\"{key.Property.Name}\": ", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Kafka:Client:sasl.password", "hunter2", "(secret)")]
    [InlineData("Kafka:Client:ssl.key.pem", "hunter2", "(secret)")]
    [InlineData("Kafka:Client:sasl.oauthbearer.client.secret", "hunter2", "(secret)")]
    [InlineData("Kafka:Client:sasl.username", "worker", "worker")]
    [InlineData("Warehouse:ConnectionString", "Host=db;Password=hunter2", "host=db;password=(secret)")]
    [InlineData("Warehouse:ConnectionString", "Host=db;Pwd=\"hunter2;x\";Username=me", "host=db;pwd=(secret);username=me")]
    [InlineData("Warehouse:ConnectionString", "postgres://me:hunter2@db", "(secret)")]
    [InlineData("Warehouse:ConnectionString", "=hunter2", "(secret)")]
    [InlineData("Warehouse:ConnectionString", "/data/warehouse.duckdb", "/data/warehouse.duckdb")]
    [InlineData("Warehouse:ConnectionStringFile", "/run/secrets/pg", "/run/secrets/pg")]
    [InlineData("Page:Token", "hunter2", "(secret)")]
    [InlineData("Any:Url", "http://me:hunter2@host/", "http://(secret)@host/")]
    public void A_secret_is_not_shown(string path, string value, string shown) => Assert.Equal(shown, SettingValue.Shown(path, value));

    [Fact]
    public void Several_secrets_are_counted() =>
        Assert.Equal("(2 secrets)", SettingValue.Shown("Receiver:Routes:default:Auth:Secrets", new List<string> { "hunter2", "hunter3" }));

    [Fact]
    public async Task The_list_says_where_a_setting_comes_from_and_keeps_secrets()
    {
        var file = folder.Write("settings.json", """{ "Kafka": { "RawTopic": "other", "Client": { "sasl.password": "hunter2" } }, "Receiver": { "Routes": { "default": { "Auth": { "Kind": "Header", "Header": "x", "Secrets": ["hunter3"] } } } } }""");
        var (code, output, _) = await Verb.RunAsync(["settings", "list", "--changed", "--format", "json", "--settings", file, "--data", folder.Path]);
        Assert.Equal(ExitCode.Done, code);
        Assert.DoesNotContain("hunter", output, StringComparison.Ordinal);
        using var rows = JsonDocument.Parse(output);
        var topic = rows.RootElement.EnumerateArray().Single(row => row.GetProperty("key").GetString() == "Kafka:RawTopic");
        Assert.Equal(("other", file), (topic.GetProperty("value").GetString(), topic.GetProperty("source").GetString()));
        Assert.Contains("sasl.password", output, StringComparison.Ordinal);
        Assert.DoesNotContain("ConsumerGroup", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_goes_over_the_file_and_is_named()
    {
        var file = folder.Write("settings.json", """{ "Worker": { "BatchRows": 5 } }""");
        var configuration = SettingsSource.Build(
            file, new Hashtable { ["VKYC_Worker__BatchRows"] = "7", ["VKYC_Kafka__Client__ssl_ca_location"] = "/ca" }, new Dictionary<string, string?>(StringComparer.Ordinal));
        Assert.Equal("VKYC_Worker__BatchRows", SettingsSource.Origin(configuration, "Worker:BatchRows", file));
        Assert.Equal("VKYC_Kafka__Client__ssl_ca_location", SettingsSource.Origin(configuration, "Kafka:Client:ssl.ca.location", file));
        Assert.Null(SettingsSource.Origin(configuration, "Worker:BatchWait", file));
    }

    [Fact]
    public void A_variable_with_one_underscore_gets_a_hint_without_its_value()
    {
        var environment = new Hashtable { ["VKYC_Warehouse_Engine"] = "hunter2", ["VKYC_Warehouse__Engine"] = "duckdb", ["VKYC_TEST_POSTGRES"] = "x", ["VKYC_RENEW"] = "x" };
        var hint = Assert.Single(SettingsSource.Hints(environment, [.. VkycSettings.Sections.Select(section => section.Name)]));
        Assert.Contains("VKYC_Warehouse_Engine is not read", hint, StringComparison.Ordinal);
        Assert.Contains("VKYC_Warehouse__Engine", hint, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", hint, StringComparison.Ordinal);
    }
}
