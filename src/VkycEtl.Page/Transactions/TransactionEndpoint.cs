using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using VkycEtl.Page.Access;
using VkycEtl.Page.Query;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.RawEvents;

namespace VkycEtl.Page.Transactions;

/// <summary><c>/api/transactions/{app}/{id}</c>: one transaction with its events in order, its attempts, and its deliveries in quarantine.</summary>
internal sealed class TransactionEndpoint(WarehouseReader warehouse, Personal personal, ILogger<TransactionEndpoint> logger)
{
    private const string Path = "/api/transactions/";

    private static readonly SqlText Row = new("SELECT * FROM vkyc.transactions WHERE transaction_key = CAST($key AS uuid)");

    private static readonly SqlText Attempts = new("SELECT * FROM vkyc.call_attempts WHERE transaction_key = CAST($key AS uuid) ORDER BY attempt_no");

    private static readonly SqlText Events = new("""
        SELECT event_id, event_type, event_time, received_at, CAST(extract(epoch FROM received_at - event_time) AS double precision) AS lag_seconds,
               status, reason, agent_id AS agent, slot_start_time, slot_end_time, source_topic, source_partition, source_offset, issues
        FROM vkyc.events
        WHERE transaction_key = CAST($key AS uuid)
        ORDER BY event_time NULLS LAST,
                 CASE event_type WHEN 'VCIP_CUSTOMER_SCHEDULED' THEN 1 WHEN 'VCIP_CUSTOMER_ASSIGNED' THEN 2 WHEN 'VCIP_CUSTOMER_NOTIFIED' THEN 3
                     WHEN 'VCIP_CALL_STARTED' THEN 4 WHEN 'VCIP_CALL_COMPLETED' THEN 5 WHEN 'VCIP_CALL_ENDED' THEN 5 ELSE 0 END,
                 event_id COLLATE "C"
        """);

    private static readonly SqlText Quarantined = new("""
        SELECT reason_code, reason_text, source_topic, source_partition, source_offset, received_at, resolution
        FROM vkyc_etl.quarantine
        WHERE record_key = $record_key
        ORDER BY received_at, source_topic, source_partition, source_offset
        """);

    /// <summary>Serves one.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (http.Request.Query.Count > 0)
            throw PageFault.Parameter(http.Request.Query.Keys.First(), "is no parameter; there are none here");
        var (app, id) = ReadIds(http);
        var key = TransactionKey.Of(app, id);
        var values = new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = key.ToString(), ["record_key"] = RecordKey.Of(app, id) };
        var events = await warehouse.ReadAsync(Events, values, http.RequestAborted);
        var quarantined = await ReadQuarantinedAsync(values, http.RequestAborted);
        if (events.Values.Count == 0 && quarantined is not { Values.Count: > 0 })
            throw new PageFault(StatusCodes.Status404NotFound, "there is no such transaction");
        var row = Mask(await warehouse.ReadAsync(Row, values, http.RequestAborted));
        var attempts = Mask(await warehouse.ReadAsync(Attempts, values, http.RequestAborted));
        logger.TransactionOpened(Doorkeeper.Peer(http), key);
        await Answer.JsonAsync(http, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("transaction");
            if (row.Values.Count == 0)
                json.WriteNullValue();
            else
                CellText.WriteObject(json, row.Columns, row.Values[0]);
            json.WritePropertyName("events");
            CellText.WriteArray(json, Mask(events));
            json.WritePropertyName("attempts");
            CellText.WriteArray(json, attempts);
            json.WritePropertyName("quarantined");
            if (quarantined is null)
                json.WriteNullValue();
            else
                CellText.WriteArray(json, quarantined);
            json.WriteEndObject();
        });
    }

    // An id may hold a slash, which stands as %2F in the path: so the path is read as it was sent.
    private static (string App, string Id) ReadIds(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var parts = target.StartsWith(Path, StringComparison.OrdinalIgnoreCase) ? target[Path.Length..].Split('/') : [];
        return parts is [{ Length: > 0 } app, { Length: > 0 } id]
            ? (Uri.UnescapeDataString(app), Uri.UnescapeDataString(id))
            : throw new PageFault(StatusCodes.Status404NotFound, $"{Path}APP/ID: each percent-encoded");
    }

    // Null where the credential may not read vkyc_etl: not known.
    private async Task<Rows?> ReadQuarantinedAsync(Dictionary<string, object?> values, CancellationToken cancellationToken)
    {
        try
        {
            return await warehouse.ReadAsync(Quarantined, values, cancellationToken);
        }
        catch (PageFault fault) when (fault.InnerException is { } inner && WarehouseFaults.IsDenied(inner))
        {
            return null;
        }
    }

    private Rows Mask(Rows rows)
    {
        foreach (var agent in (string[])["agent", "agent_id", "agent_key", "latest_agent_key"])
            rows = rows.Replace(agent, personal.AgentOf);
        return rows.Replace("reason", personal.Reason).Replace("reason_key", personal.Reason);
    }
}
