using System.Text.Json;
using System.Text.Json.Nodes;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Flatten;

/// <summary>Every file in Samples is a test: <c>name.json</c> is a body, <c>name.expected.json</c> the row or the quarantine reason it must become.</summary>
public sealed class SampleTests
{
    private const string Expected = ".expected.json";
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "Samples");
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static TheoryData<string> Names() =>
        [.. Files("*.json").Where(file => !file.EndsWith(Expected, StringComparison.Ordinal)).Select(file => file[..^".json".Length]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sample_becomes_what_is_expected_of_it(string name)
    {
        var file = Path.Combine(Directory, name + Expected);
        Assert.True(File.Exists(file), $"Samples/{name}.json lacks its expectation, Samples/{name}{Expected}");
        var expected = JsonNode.Parse(File.ReadAllBytes(file))!;
        var raw = Given.Raw(File.ReadAllBytes(Path.Combine(Directory, name + ".json")), (string?)expected["headers"]?[RawHeaders.AppId]);
        var zone = (string?)expected["defaultTimeZone"] ?? "UTC";

        using var flattener = Given.Flattener(zone);
        var flattened = flattener.Flatten(raw);

        if ((string?)expected["quarantined"] is { } reason)
        {
            Assert.Null(flattened.Row);
            Assert.Equal(reason, flattened.Quarantined!.ReasonCode);
            Assert.Same(raw, flattened.Quarantined.Raw);
            Assert.NotEmpty(flattened.Quarantined.ReasonText);
            return;
        }

        Assert.Null(flattened.Quarantined);
        Assert.Same(raw, flattened.Row!.Raw);
        var actual = RowJson.From(flattened.Row, Given.Schemas);
        Assert.True(JsonNode.DeepEquals(expected["row"], actual), $"expected {expected["row"]!.ToJsonString(Readable)}\nbut got {actual.ToJsonString(Readable)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Flattener_forgets_the_event_before(string name)
    {
        var raw = Given.Raw(File.ReadAllBytes(Path.Combine(Directory, name + ".json")), "route-app");
        using var used = Given.Flattener();
        using var unused = Given.Flattener();
        foreach (var other in Files("*.json").Where(file => file.StartsWith("no-row-", StringComparison.Ordinal) || file.StartsWith("spelling-", StringComparison.Ordinal)))
            used.Flatten(Given.Raw(File.ReadAllBytes(Path.Combine(Directory, other))));

        var fresh = unused.Flatten(raw);
        var again = used.Flatten(raw);

        Assert.Equal(fresh.Quarantined, again.Quarantined);
        if (fresh.Row is not null)
            Assert.Equal(RowJson.From(fresh.Row, Given.Schemas).ToJsonString(), RowJson.From(again.Row!, Given.Schemas).ToJsonString());
    }

    [Fact]
    public void Every_expectation_has_its_sample()
    {
        var missing = Files("*" + Expected).Where(file => !File.Exists(Path.Combine(Directory, file[..^Expected.Length] + ".json")));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_issue_code_and_quarantine_reason_is_in_a_sample()
    {
        string[] setByTheLoad = [IssueCode.ConflictingCopies, QuarantineReason.ConflictingDuplicate, QuarantineReason.RefusedByDatabase];
        var reasons = typeof(QuarantineReason).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        var expectations = Files("*" + Expected).Select(file => JsonNode.Parse(File.ReadAllBytes(Path.Combine(Directory, file)))!).ToList();
        var seen = expectations.SelectMany(expected => expected["row"]?["issues"]!.AsArray().Select(issue => (string)issue!) ?? [(string)expected["quarantined"]!]);

        Assert.Empty(IssueCode.All.Concat(reasons).Except(setByTheLoad, StringComparer.Ordinal).Except(seen, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_issue_code_and_quarantine_reason_is_in_the_docs()
    {
        var readme = File.ReadAllText(Path.Combine(Given.AvroDirectory, "README.md"));
        var codes = IssueCode.All.Concat(typeof(QuarantineReason).GetFields().Select(field => (string)field.GetRawConstantValue()!));

        Assert.All(codes, code => Assert.Contains($"`{code}`", readme, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Files(string pattern) => System.IO.Directory.GetFiles(Directory, pattern).Select(file => Path.GetFileName(file));
}
