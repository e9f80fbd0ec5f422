using VkycEtl.Cli.Doctor;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Verbs;
using VkycEtl.Pipeline.Publish;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Cli.Doctor;

/// <summary>What the doctor makes of what was measured: one broken thing turns one line, and every line that is not ok has a cure.</summary>
public sealed class DoctorChecksTests : IDisposable
{
    private const long GiB = 1L << 30;

    private readonly TemporaryFolder folder = new();
    private readonly VerbConsole console = new(Stream.Null, Stream.Null, Stream.Null, Width: null, HasInput: false);

    public void Dispose()
    {
        console.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string, string, string, string> Topics { get; } = new()
    {
        { "min.insync.replicas", "1", "fault", "min.insync.replicas=2" },
        { "unclean.leader.election.enable", "true", "fault", "unclean.leader.election.enable=false" },
        { "cleanup.policy", "compact", "fault", "cleanup.policy=delete" },
        { "cleanup.policy", "compact,delete", "fault", "cleanup.policy=delete" },
        { "retention.ms", "3600000", "warning", "retention.ms=-1" },
        { "retention.bytes", "1000000", "warning", "retention.bytes=-1" },
        { "max.message.bytes", "1048588", "fault", "max.message.bytes=2097152" },
        { "retention.ms", "604800000", "ok", "" },
        { "min.insync.replicas", "3", "ok", "" },
    };

    [Theory]
    [MemberData(nameof(Topics))]
    public void One_setting_of_the_topic_turns_one_line(string name, string value, string health, string cure)
    {
        var good = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["min.insync.replicas"] = "2",
            ["unclean.leader.election.enable"] = "false",
            ["cleanup.policy"] = "delete",
            ["retention.ms"] = "-1",
            ["retention.bytes"] = "-1",
            ["max.message.bytes"] = "2097152",
        };
        Assert.All(TopicChecks.Settings(new KafkaOptions(), "raw", good.GetValueOrDefault, brokers: 3), finding => Assert.Equal(Health.Ok, finding.Health));
        good[name] = value;
        var other = TopicChecks.Settings(new KafkaOptions(), "raw", good.GetValueOrDefault, brokers: 3).Where(finding => finding.Health != Health.Ok).ToList();
        if (health == "ok")
        {
            Assert.Empty(other);
            return;
        }

        var finding = Assert.Single(other);
        Assert.Equal(health, finding.Health.ToString(), ignoreCase: true);
        Assert.Contains(cure, finding.Cure, StringComparison.Ordinal);
        Assert.Contains("--entity-name raw", finding.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_single_machine_it_says_what_cannot_be_better()
    {
        var finding = TopicChecks.Settings(new KafkaOptions(), "raw", _ => "1", brokers: 1).Single(finding => finding.Check == "min.insync.replicas");
        Assert.Equal(Health.Fault, finding.Health);
        Assert.Contains("with one broker it cannot be more", finding.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 200, 8, "ok", "ok")]
    [InlineData(3, 10, 8, "ok", "ok")]
    [InlineData(3, 100, 8, "warning", "ok")]
    [InlineData(0, 100, 8, "fault", "ok")]
    [InlineData(100, 200, 0, "ok", "warning")]
    public void Disk_and_memory_are_judged_by_what_is_left(long free, long all, long memory, string disk, string needs)
    {
        var findings = MachineChecks.Run(Given(Patient.All), (free * GiB, all * GiB), memory * GiB).ToDictionary(finding => finding.Check, StringComparer.Ordinal);
        Assert.Equal(disk, findings["disk"].Health.ToString(), ignoreCase: true);
        Assert.Equal(needs, findings["memory"].Health.ToString(), ignoreCase: true);
        Assert.All(findings.Values, finding => Assert.Equal(finding.Health == Health.Ok, finding.Cure is null));
    }

    [Fact]
    public void What_is_measured_here_is_no_nonsense() =>
        Assert.All(MachineChecks.Run(Given(Patient.All)), finding => Assert.NotEqual(Health.Skipped, finding.Health));

    [Fact]
    public void A_machine_with_a_receiver_alone_needs_nothing_of_a_worker()
    {
        Assert.Empty(MachineChecks.Run(Given(Patient.Receiver)));
        Assert.NotEmpty(ReceiverChecks.Run(Given(Patient.Receiver)));
    }

    [Theory]
    [InlineData("""{ "Receiver": { "Routes": { "default": { "Auth": { "Kind": "Bearer", "Secrets": ["s"] } } } } }""", "ok", "asks for Bearer")]
    [InlineData("""{ "Receiver": { "Routes": { "default": { "Auth": { "Kind": "None" } } } } }""", "ok", "takes anyone on this machine")]
    [InlineData("""{ "Receiver": { "Url": "http://0.0.0.0:8080", "Routes": { "default": { "Auth": { "Kind": "None" } } } } }""", "warning", "can be reached from other machines")]
    [InlineData("{}", "warning", "does not say how its senders authenticate")]
    public void A_route_is_judged_by_who_may_come_in(string settings, string health, string seen)
    {
        var finding = Assert.Single(ReceiverChecks.Run(Given(Patient.All, settings)));
        Assert.Equal(health, finding.Health.ToString(), ignoreCase: true);
        Assert.Contains(seen, finding.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, true, "ok")]
    [InlineData(3600, true, "warning")]
    [InlineData(3600, false, "ok")]
    [InlineData(null, true, "warning")]
    [InlineData(null, false, "skipped")]
    public async Task What_is_published_is_old_only_where_a_process_should_have_made_it_anew(int? ageSeconds, bool isServed, string health)
    {
        var what = Given(Patient.All);
        if (ageSeconds is { } seconds)
        {
            var published = new PublishedDirectory(what.Directory.Published);
            published.Begin(1);
            published.Publish(new Manifest(1, DateTime.UtcNow.AddSeconds(-seconds), new Dictionary<string, string?>(StringComparer.Ordinal), ""));
        }

        // Never opened: whether there is one tells whether this runs in the process that publishes.
        await using var warehouse = isServed ? Warehouses.Open(what.Settings, TimeProvider.System) : null;
        var finding = Assert.Single(PublicationChecks.Run(what with { Context = new VerbContext(console, TimeProvider.System, warehouse?.Warehouse) }));
        Assert.Equal(health, finding.Health.ToString(), ignoreCase: true);
    }

    private Case Given(Patient patient, string settings = "{}")
    {
        var directory = new DataDirectory(Path.Combine(folder.Path, "data"));
        return new Case(
            new VerbContext(console, TimeProvider.System), VkycSettings.Load(folder.Write("settings.json", settings), directory), directory, patient, HasBrokerInside: false);
    }
}
