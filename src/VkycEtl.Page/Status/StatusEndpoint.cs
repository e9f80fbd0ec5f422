using System.Text.Json;
using Microsoft.AspNetCore.Http;
using VkycEtl.Page.Access;
using VkycEtl.Page.Query;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Page.Status;

/// <summary><c>/api/status</c>: is it complete and fresh; if not, which partition, and which command. What is not known is null.</summary>
internal sealed class StatusEndpoint(PageSource source, WarehouseReader warehouse, StandingReader standings, LedgerWatch ledger, Personal personal)
{
    private static readonly Dictionary<string, object?> NoValues = [];
    private static readonly SqlText Apps = new("SELECT DISTINCT app_id FROM vkyc.observed_event_types ORDER BY app_id");

    /// <summary>Serves it.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        if (http.Request.Query.Count > 0)
            throw PageFault.Parameter(http.Request.Query.Keys.First(), "is no parameter; there are none here");
        var standing = await standings.ReadAsync(http.RequestAborted);
        var apps = await warehouse.ReadAsync(Apps, NoValues, http.RequestAborted);
        var view = await ledger.ReadAsync(http.RequestAborted);
        var partitions = PartitionRow.Of(view, source);
        http.Response.Headers.CacheControl = "no-store";
        await Answer.JsonAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("revision", standing.Revision);
            json.WriteString("as_of", CellText.Instant(standing.AsOf.UtcDateTime));
            json.WriteString("zone", standing.Zone);
            json.WriteString("today", CellText.Day(standing.Today));
            json.WriteString("engine", warehouse.Engine);
            json.WriteBoolean("show_personal", personal.IsShown);
            json.WritePropertyName("apps");
            CellText.Write(json, apps.Values.Select(row => (string)row[0]!).ToList());
            WriteSettings(json, standing);
            json.WritePropertyName("freshness");
            CellText.WriteObject(json, standing.Freshness.Columns, standing.Freshness.Values[0]);
            json.WritePropertyName("complete");
            CellText.Write(json, view.Report is { } report ? report.Findings.Count == 0 : null);
            WriteIdentity(json, view.Report);
            json.WritePropertyName("lag_events");
            CellText.Write(json, Lag(source.Worker, partitions));
            json.WriteString("fault", Fault(view, source.Worker));
            json.WritePropertyName("loading");
            CellText.Write(json, source.Worker is { } worker ? worker is { Fault: null, Trouble: null } : null);
            json.WriteStartArray("partitions");
            foreach (var partition in partitions)
                partition.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteSettings(Utf8JsonWriter json, Standing standing)
    {
        json.WriteStartObject("settings");
        json.WriteNumber("sla_seconds", standing.SlaSeconds);
        json.WriteNumber("no_show_grace_seconds", standing.NoShowGraceSeconds);
        json.WriteNumber("stale_after_seconds", standing.StaleAfterSeconds);
        json.WriteNumber("lapsed_after_seconds", standing.LapsedAfterSeconds);
        json.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter json, AuditReport? report)
    {
        if (report is null)
        {
            json.WriteNull("identity");
            return;
        }

        json.WriteStartObject("identity");
        json.WriteNumber("offsets", report.Partitions.Sum(partition => partition.LastOffset - partition.FirstOffset + 1));
        json.WriteNumber("loaded", report.Partitions.Sum(partition => partition.Loaded));
        json.WriteNumber("duplicates", report.Partitions.Sum(partition => partition.Duplicates));
        json.WriteNumber("quarantined", report.Partitions.Sum(partition => partition.Quarantined));
        json.WriteNumber("gaps", report.Partitions.Sum(partition => partition.Gaps));
        json.WriteNumber("lost", report.Partitions.Sum(partition => partition.Lost));
        json.WriteEndObject();
    }

    // Of several workers each knows its own partitions only: then the sum is not known.
    private static long? Lag(WorkerStatus? worker, IReadOnlyList<PartitionRow> partitions)
    {
        if (worker is not { IsRunning: true, Partitions: { Count: > 0 } owned } || owned.Any(partition => partition.Lag is null))
            return null;
        var numbers = owned.Select(partition => partition.Partition).ToHashSet();
        return partitions.Where(partition => partition.IsCurrent).All(partition => numbers.Contains(partition.Partition)) ? owned.Sum(partition => partition.Lag!.Value) : null;
    }

    private static string? Fault(LedgerView view, WorkerStatus? worker)
    {
        var words = new List<string>();
        if (worker is { Fault: { } fault })
            words.Add($"the worker has stopped: {fault.Message}");
        else if (worker is { Trouble: { } trouble })
            words.Add($"the worker tries again: {trouble}");
        if (view.Why is { } why)
            words.Add(why);
        if (view.Report is { Findings: { Count: > 0 } findings })
        {
            var first = findings[0];
            var more = findings.Count == 1 ? "" : $" (and {findings.Count - 1} more)";
            words.Add($"{first.Topic} partition {first.Partition}, offsets {first.FirstOffset} to {first.LastOffset}: {first.Text}{more}: run vkyc audit");
        }

        return words.Count == 0 ? null : string.Join("; ", words);
    }
}
