using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Audit;

/// <summary>One thing that the warehouse holds otherwise.</summary>
/// <param name="What">What kind of difference.</param>
/// <param name="EventKey">The row, or null.</param>
/// <param name="Column">Where.</param>
/// <param name="Expected">What the truth says, or null.</param>
/// <param name="Found">What is there, or null.</param>
internal sealed record Difference(string What, string? EventKey, string Column, string? Expected, string? Found)
{
    public override string ToString() =>
        $"{What}{(EventKey is null ? "" : $": event_key {EventKey}")}, {Column}: expected {Shown(Expected)}, found {Shown(Found)}";

    private static string Shown(string? value) => value is null ? TableWriter.Null : $"'{value}'";
}

/// <summary>Holds the warehouse against what a simulation says it must hold: every row to the last column, none too few or too many, and the quarantine.</summary>
internal sealed class TruthCheck
{
    private static readonly string[] Columns =
    [
        "transaction_key", "event_key", "event_id", "event_type", "event_version", "app_id", "transaction_id", "event_time", "extras", "issues",
        "content_digest", "slot_start_time", "slot_end_time", "agent_id", "status", "reason",
    ];

    private readonly Dictionary<string, JsonElement> rows = new(StringComparer.Ordinal);
    private readonly List<JsonElement> quarantined = [];
    private readonly List<Difference> differences = [];
    private string prefix = "";

    private TruthCheck()
    {
    }

    /// <summary>What the truth and the warehouse do not agree about.</summary>
    public IReadOnlyList<Difference> Differences => differences;

    /// <summary>Rows that the truth has.</summary>
    public int Rows => rows.Count;

    /// <summary>Bodies that the truth has in quarantine.</summary>
    public int Quarantined => quarantined.Count;

    /// <summary>Compares.</summary>
    /// <exception cref="VerbFault">The file cannot be read, or is none of a simulation's.</exception>
    public static async Task<TruthCheck> RunAsync(string file, IWarehouse warehouse, CancellationToken cancellationToken)
    {
        var check = new TruthCheck();
        check.Read(file);
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await check.CompareRowsAsync(connection, warehouse.Engine, cancellationToken);
        await check.CompareQuarantineAsync(connection, warehouse.Engine, cancellationToken);
        return check;
    }

    private void Read(string file)
    {
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                var json = JsonDocument.Parse(line).RootElement;
                switch (json.GetProperty("kind").GetString())
                {
                    case "run":
                        prefix = json.GetProperty("transactions_begin_with").GetString()!;
                        break;
                    case "row":
                        rows.Add(json.GetProperty("event_key").GetString()!, json);
                        break;
                    case "quarantine":
                        quarantined.Add(json);
                        break;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new VerbFault(ExitCode.Usage, $"--truth {file}: cannot be read: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new VerbFault(ExitCode.Usage, $"--truth {file}: is no file of vkyc simulate --truth: {fault.Message}", fault);
        }

        if (prefix.Length == 0)
            throw new VerbFault(ExitCode.Usage, $"--truth {file}: is no file of vkyc simulate --truth: it names no run.");
    }

    private async Task CompareRowsAsync(DbConnection connection, string engine, CancellationToken cancellationToken)
    {
        var select = new Statement(
            $"SELECT {string.Join(", ", Columns)} FROM vkyc.events WHERE transaction_id LIKE $prefix",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["prefix"] = prefix + "%" });
        await using var command = select.CreateCommand(connection, engine);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cells = Cells.Of(reader);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = CellText.Plain(cells[1].Read(reader)!);
            found.Add(key);
            if (!rows.TryGetValue(key, out var row))
            {
                differences.Add(new Difference("row too many", key, "event_id", null, CellText.Plain(cells[2].Read(reader)!)));
                continue;
            }

            if (!row.GetProperty("certain").GetBoolean())
                continue;
            for (var i = 0; i < Columns.Length; i++)
                Compare(key, Columns[i], Text(row.GetProperty(Columns[i])), cells[i].Read(reader) is { } value ? CellText.Plain(value) : null);
        }

        foreach (var (key, row) in rows.Where(row => !found.Contains(row.Key) && row.Value.GetProperty("certain").GetBoolean()))
            differences.Add(new Difference("row missing", key, "event_id", Text(row.GetProperty("event_id")), null));
    }

    private void Compare(string key, string column, string? expected, string? found)
    {
        if (expected != found)
            differences.Add(new Difference("row differs", key, column, expected, found));
    }

    private async Task CompareQuarantineAsync(DbConnection connection, string engine, CancellationToken cancellationToken)
    {
        var kept = new Dictionary<(string Reason, string Body), int>();
        var displaced = new HashSet<string>(StringComparer.Ordinal);
        var select = new Statement("SELECT reason_code, reason_text, body FROM vkyc_etl.quarantine", new Dictionary<string, string>(StringComparer.Ordinal));
        await using var command = select.CreateCommand(connection, engine);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cells = Cells.Of(reader);
        while (await reader.ReadAsync(cancellationToken))
        {
            var reason = (string)cells[0].Read(reader)!;
            var body = (byte[])cells[2].Read(reader)!;
            if (((string)cells[1].Read(reader)!).StartsWith("displaced by ", StringComparison.Ordinal))
            {
                using var columns = JsonDocument.Parse(body);
                displaced.Add(columns.RootElement.GetProperty("content_digest").GetString()!);
                continue;
            }

            var key = (reason, Convert.ToHexStringLower(SHA256.HashData(body)));
            kept[key] = kept.GetValueOrDefault(key) + 1;
        }

        foreach (var line in quarantined.Where(line => line.GetProperty("certain").GetBoolean()))
        {
            var reason = line.GetProperty("reason_code").GetString()!;
            var bodies = line.GetProperty("body_sha256").EnumerateArray().Select(body => body.GetString()!).ToList();
            var deliveries = line.GetProperty("deliveries").GetInt32();
            var found = bodies.Sum(body => kept.GetValueOrDefault((reason, body)));
            var isDisplaced = line.TryGetProperty("content_digest", out var digest) && displaced.Contains(digest.GetString()!);
            if (found < deliveries && !isDisplaced)
                differences.Add(new Difference("not in quarantine", null, "body_sha256", $"{reason}, {deliveries} of {bodies[0]}", string.Create(CultureInfo.InvariantCulture, $"{found}")));
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Array => CellText.Plain(value.EnumerateArray().Select(item => (object)item.GetString()!).ToList()),
        _ => value.GetString(),
    };
}
