using System.Collections;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using VkycEtl.Cli;
using VkycEtl.Cli.Settings;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Cli.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void What_is_not_set_keeps_its_default()
    {
        var (options, faults) = Read<Sample>(new());
        Assert.Empty(faults);
        Assert.Equal(5, options.Count);
    }

    [Theory]
    [InlineData("00:00:10", 10)]
    [InlineData("10 s", 10)]
    [InlineData("10s", 10)]
    [InlineData("0.5 min", 30)]
    [InlineData("24 h", 86_400)]
    [InlineData("3 days", 259_200)]
    [InlineData("1.00:00:00", 86_400)]
    public void A_time_span_is_written_in_several_ways(string text, double seconds)
    {
        var (options, faults) = Read<Sample>(new() { ["VKYC_Sample__Wait"] = text });
        Assert.Empty(faults);
        Assert.Equal(seconds, options.Wait.TotalSeconds);
    }

    [Theory]
    [InlineData("Wait", "24:00:00", "a time span")]
    [InlineData("Wait", "10", "a time span")]
    [InlineData("Count", "many", "a whole number")]
    [InlineData("Count", "", "a whole number")]
    [InlineData("Count", "0", "between 1 and 10")]
    [InlineData("Share", "1,5", "a number")]
    [InlineData("Flag", "yes", "true or false")]
    [InlineData("Kind", "3", "one of One, Two")]
    [InlineData("Kind", "Three", "one of One, Two")]
    [InlineData("Inner", "x", "must hold keys")]
    [InlineData("Names", "x", "must hold a list")]
    [InlineData("Nmae", "x", "unknown key; there are Name")]
    [InlineData("Inner__Depth", "-1", "between 0 and 5")]
    [InlineData("Name", "", "must not be empty")]
    public void A_bad_value_is_named_with_what_is_allowed(string key, string value, string allowed)
    {
        var (_, faults) = Read<Sample>(new() { [$"VKYC_Sample__{key}"] = value });
        var fault = Assert.Single(faults);
        Assert.StartsWith($"Sample:{key.Replace("__", ":", StringComparison.Ordinal)}", fault, StringComparison.Ordinal);
        Assert.Contains(allowed, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var (_, faults) = Read<Sample>(new()
        {
            ["VKYC_Sample__Count"] = "11",
            ["VKYC_Sample__Wait"] = "soon",
            ["VKYC_Sample__Inner__Nope"] = "1",
            ["VKYC_Smaple__Count"] = "1",
            ["VKYC_TEST_POSTGRES"] = "x",
        });
        Assert.Equal(
            ["Sample:Count = 11: must be between 1 and 10", "Sample:Inner:Nope: unknown key; there are Depth", "Smaple: unknown section; there are Sample"],
            faults.Where(fault => !fault.Contains("Wait", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
        Assert.Equal(4, faults.Count);
    }

    [Fact]
    public void A_secret_is_never_shown()
    {
        var (_, faults) = Read<Sample>(new() { ["VKYC_Sample__Password"] = "hunter2" });
        Assert.DoesNotContain("hunter2", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_maps_and_nested_options_are_read()
    {
        var (options, faults) = Read<Sample>(new()
        {
            ["VKYC_Sample__Names__0"] = "a",
            ["VKYC_Sample__Names__1"] = "b",
            ["VKYC_Sample__Map__security_protocol"] = "SSL",
            ["VKYC_Sample__Map__sasl.username"] = "u",
            ["VKYC_Sample__Inners__x__Depth"] = "3",
            ["VKYC_Sample__kind"] = "two",
        });
        Assert.Empty(faults);
        Assert.Equal(["a", "b"], options.Names);
        Assert.Equal("SSL", options.Map["security.protocol"]);
        Assert.Equal("u", options.Map["sasl.username"]);
        Assert.Equal(3, options.Inners["x"].Depth);
        Assert.Equal(SampleKind.Two, options.Kind);
    }

    [Fact]
    public void Secrets_come_from_files_too()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("secret", "s3cret\n");
        var lines = folder.Write("lines", "one\ntwo\n");
        var (options, faults) = Read<Sample>(new()
        {
            ["VKYC_Sample__NameFile"] = file,
            ["VKYC_Sample__NamesFile"] = lines,
            ["VKYC_Sample__Map__sasl_passwordFile"] = file,
        });
        Assert.Empty(faults);
        Assert.Equal("s3cret", options.Name);
        Assert.Equal(["one", "two"], options.Names);
        Assert.Equal("s3cret", options.Map["sasl.password"]);

        var dotted = Read<Sample>(new() { ["VKYC_Sample__Map__sasl.passwordFile"] = file });
        Assert.Empty(dotted.Faults);
        Assert.Equal("s3cret", dotted.Options.Map["sasl.password"]);
        var twice = Read<Sample>(new() { ["VKYC_Sample__Map__sasl.passwordFile"] = file, ["VKYC_Sample__Map__sasl.password"] = "x" });
        Assert.Contains("sasl.password is set twice", Assert.Single(twice.Faults), StringComparison.Ordinal);
        var empty = folder.Write("empty", "\n");
        Assert.Contains("the file is empty", Assert.Single(Read<Sample>(new() { ["VKYC_Sample__Map__sasl.passwordFile"] = empty }).Faults), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(Read<Sample>(new() { ["VKYC_Sample__NameFile"] = file + ".not" }).Faults), StringComparison.Ordinal);
        Assert.Contains("give one", Assert.Single(Read<Sample>(new() { ["VKYC_Sample__NameFile"] = file, ["VKYC_Sample__Name"] = "x" }).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_goes_over_the_file_and_options_over_both()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("settings.json", """{ "Sample": { "Count": 2, "Name": "file", "Share": 0.25 } }""");
        var environment = new Hashtable { ["VKYC_Sample__Count"] = "3", ["VKYC_Sample__Name"] = "environment" };
        var options = new SettingsReader(SettingsSource.Build(file, environment, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Sample:Count"] = "4" })).Read<Sample>("Sample");
        Assert.Equal((4, "environment", 0.25), (options.Count, options.Name, options.Share));
    }

    [Fact]
    public void A_settings_file_that_is_not_there_or_no_json_is_a_fault_of_usage()
    {
        using var folder = new TemporaryFolder();
        var broken = folder.Write("broken.json", "{ \"a\": ");
        foreach (var file in (string[])[broken, broken + ".not"])
        {
            var fault = Assert.Throws<VerbFault>(() => SettingsSource.Build(file, new Hashtable(), new Dictionary<string, string?>(StringComparer.Ordinal)));
            Assert.Equal(ExitCode.Usage, fault.Code);
            Assert.Contains(file, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Kafka_takes_any_property()
    {
        var (options, faults) = Read<KafkaOptions>(new() { ["VKYC_Kafka__Client__ssl_ca_location"] = "/ca.pem", ["VKYC_Kafka__Partitions"] = "12" }, "Kafka");
        Assert.Empty(faults);
        Assert.Equal("/ca.pem", options.Client["ssl.ca.location"]);
        Assert.Equal(12, options.Partitions);
    }

    private static (T Options, IReadOnlyList<string> Faults) Read<T>(Hashtable environment, string section = "Sample")
        where T : class, new()
    {
        using var folder = new TemporaryFolder();
        var reader = new SettingsReader(SettingsSource.Build(folder.Write("empty.json", "{}"), environment, new Dictionary<string, string?>(StringComparer.Ordinal)));
        var options = reader.Read<T>(section);
        reader.RefuseOtherSections();
        return (options, reader.Faults);
    }

    internal enum SampleKind
    {
        One,
        Two,
    }

    internal sealed class Sample
    {
        [Required]
        public string Name { get; set; } = "preset";

        [Range(1, 10)]
        public int Count { get; set; } = 5;

        public TimeSpan Wait { get; set; }

        public double Share { get; set; }

        public bool Flag { get; set; }

        public SampleKind Kind { get; set; }

        [MaxLength(3)]
        public string Password { get; set; } = "";

        public List<string> Names { get; set; } = [];

        public Dictionary<string, string> Map { get; set; } = [];

        public Inner Inner { get; set; } = new();

        public Dictionary<string, Inner> Inners { get; set; } = [];
    }

    internal sealed class Inner
    {
        [Range(0, 5)]
        public int Depth { get; set; }
    }

    [Theory]
    [InlineData("postgres://me:hunter2@db/x?sslmode=require")]
    [InlineData("postgres://me:hunter2@db/x")]
    [InlineData("Host=db;Nonsense=hunter2")]
    public void What_is_no_connection_string_of_postgres_is_refused_and_never_shown(string text)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(
            [new("Warehouse:Engine", "postgres"), new("Warehouse:ConnectionString", text)]).Build());
        reader.Read<VkycEtl.Pipeline.Load.WarehouseOptions>("Warehouse");
        var fault = Assert.Single(reader.Faults);
        Assert.Contains("is no Npgsql connection string", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault, StringComparison.Ordinal);
        if (text.Contains("://", StringComparison.Ordinal))
            Assert.DoesNotContain("hunter2", SettingValue.Shown("Warehouse:ConnectionString", text), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", SettingValue.Shown("Kafka:Client:sasl.oauthbearer.assertion.private.key.passphrase", "hunter2"), StringComparison.Ordinal);
    }
}
