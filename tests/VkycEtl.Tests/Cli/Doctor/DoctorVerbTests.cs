using System.Text.Json;
using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Cli;

namespace VkycEtl.Tests.Cli.Doctor;

/// <summary><c>vkyc doctor</c> on a DuckDB warehouse, whole and broken.</summary>
public sealed class DoctorVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    private string File => Path.Combine(Data, "warehouse.duckdb");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_warehouse_that_is_migrated_is_well_and_one_that_is_not_there_says_how_it_is_made()
    {
        Assert.Contains("'vkyc migrate' makes one", (await ExamineAsync(ExitCode.Found))["warehouse: reach"].Cure, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["migrate", "--data", Data])).Code);
        var well = await ExamineAsync(ExitCode.Done);
        Assert.Equal("ok", well["warehouse: migrations"].Health);
        Assert.Equal("ok", well["ledger: lost"].Health);
        Assert.Equal("warning", well["broker: address"].Health);
        Assert.All(well.Values, line => Assert.Equal(line.Health is "ok" or "skipped", line.Cure is null));
    }

    public static TheoryData<string, string, string, string> Breakages { get; } = new()
    {
        { "ALTER TABLE vkyc.events DROP COLUMN agent_id", "warehouse: migrations", "fault", "vkyc migrate" },
        { "DROP VIEW vkyc.call_started", "warehouse: migrations", "fault", "vkyc migrate" },
        { "UPDATE vkyc_etl.settings SET value = '1' WHERE name = 'reporting.stale_after_seconds'", "warehouse: migrations", "fault", "migrate" },
        { "UPDATE vkyc_etl.migrations SET sha256 = 'other'", "warehouse: migrations", "fault", "" },
        {
            "INSERT INTO vkyc_etl.quarantine SELECT 'raw', 0, 1, 1, 'too_deep', 't', NULL, '[]', '\\x00'::BLOB, now(), gen_random_uuid(), now(), NULL, NULL, 'c', 'i'",
            "ledger: quarantine", "warning", "vkyc quarantine list"
        },
        {
            "INSERT INTO vkyc_etl.load_ranges VALUES (gen_random_uuid(), 'c', 'raw', 'i', 0, 1, 0, 4, 0, 0, 0, 0, 5, '')",
            "ledger: lost", "fault", "vkyc audit --acknowledge-lost"
        },
        {
            "INSERT INTO vkyc_etl.loads VALUES (gen_random_uuid(), 'w', now() - INTERVAL 1 HOUR, now() - INTERVAL 1 HOUR, '', 1, NULL)",
            "ledger: derived tables", "fault", "[3201]"
        },
    };

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task Each_broken_thing_turns_its_line_and_no_other(string breakage, string line, string health, string cure)
    {
        await Verb.RunAsync(["migrate", "--data", Data]);
        var before = await ExamineAsync(ExitCode.Done);
        await using (var connection = new DuckDBConnection($"Data Source={File}"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync(breakage);
        }

        var after = await ExamineAsync(health == "fault" ? ExitCode.Found : ExitCode.Done);
        Assert.Equal(health, after[line].Health);
        Assert.Contains(cure, after[line].Cure, StringComparison.Ordinal);
        Assert.All(after.Where(other => other.Key != line && before.ContainsKey(other.Key)), other => Assert.Equal(before[other.Key].Health, other.Value.Health));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_a_fault_and_the_rest_is_told_all_the_same()
    {
        Directory.CreateDirectory(Data);
        await System.IO.File.WriteAllTextAsync(File, "no database", TestContext.Current.CancellationToken);
        var lines = await ExamineAsync(ExitCode.Found);
        Assert.Equal("fault", lines["warehouse: reach"].Health);
        Assert.Equal("skipped", lines["ledger: progress"].Health);
        Assert.Equal("ok", lines["machine: memory"].Health);
    }

    [Fact]
    public async Task Settings_that_cannot_be_read_are_a_line_each_and_exit_2()
    {
        var settings = folder.Write("settings.json", """{ "Kafka": { "Nope": 1 }, "Worker": { "BatchRows": 0 } }""");
        var (code, output, error) = await Verb.RunAsync(["doctor", "--data", Data, "--settings", settings]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("fault    settings: values  Kafka:Nope: unknown key", output, StringComparison.Ordinal);
        Assert.Contains("Worker:BatchRows = 0: must be between", output, StringComparison.Ordinal);
        Assert.Contains("0 ok, 0 warnings, 2 faults, 1 skipped", error, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, Line>> ExamineAsync(int expected)
    {
        var (code, output, error) = await Verb.RunAsync(["doctor", "--data", Data, "--format", "json"]);
        Assert.True(code == expected, $"{code}: {output}{error}");
        return JsonSerializer.Deserialize<List<Line>>(output, JsonSerializerOptions.Web)!.ToDictionary(line => $"{line.Subject}: {line.Check}", StringComparer.Ordinal);
    }

    private sealed record Line(string Health, string Subject, string Check, string Seen, string? Cure);
}
