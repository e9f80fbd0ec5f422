using System.Data.Common;
using System.Text;
using System.Text.Json;
using VkycEtl.Cli.Query;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Trace;

/// <summary>Reads what the warehouse knows of a transaction.</summary>
/// <param name="connection">A reading connection.</param>
/// <param name="engine">The warehouse's engine.</param>
/// <param name="flattener">Makes rows as the worker does: reads quarantined bodies.</param>
internal sealed class TraceReader(DbConnection connection, string engine, Flattener flattener)
{
    // The order of the derived tables (time, lifecycle rank, id by its bytes); events without a time are in none.
    private const string EventsSql = $"""
        SELECT e.*, EXISTS (SELECT 1 FROM vkyc_etl.loads AS l WHERE l.load_id = e.load_id AND l.marts_applied_at IS NULL) AS {TracedEvent.Ahead}
        FROM vkyc.events AS e
        WHERE e.transaction_key = CAST($key AS uuid)
        ORDER BY e.event_time NULLS LAST,
                 CASE e.event_type WHEN 'VCIP_CUSTOMER_SCHEDULED' THEN 1 WHEN 'VCIP_CUSTOMER_ASSIGNED' THEN 2 WHEN 'VCIP_CUSTOMER_NOTIFIED' THEN 3
                                   WHEN 'VCIP_CALL_STARTED' THEN 4 WHEN 'VCIP_CALL_COMPLETED' THEN 5 WHEN 'VCIP_CALL_ENDED' THEN 5 ELSE 0 END,
                 e.event_id
        """;

    /// <summary>The applications whose events in the warehouse name the transaction. Reads the whole table: no key begins with the transaction's id.</summary>
    public async Task<IReadOnlyList<string>> ReadAppsAsync(string transactionId, CancellationToken cancellationToken) =>
        [.. (await ReadAsync("SELECT DISTINCT app_id FROM vkyc.events WHERE transaction_id = $id", cancellationToken, ("id", transactionId)))
            .Select(row => (string)row["app_id"]!)];

    /// <summary>Its events in order.</summary>
    public async Task<IReadOnlyList<TracedEvent>> ReadEventsAsync(string appId, string transactionId, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(EventsSql, cancellationToken, Key(appId, transactionId))).Select(row => new TracedEvent(row))];

    /// <summary>Its attempts in order.</summary>
    public Task<List<OrderedDictionary<string, object?>>> ReadAttemptsAsync(string appId, string transactionId, CancellationToken cancellationToken) => ReadAsync(
        "SELECT * FROM vkyc.call_attempts WHERE transaction_key = CAST($key AS uuid) ORDER BY attempt_no", cancellationToken, Key(appId, transactionId));

    /// <summary>Its row of <c>vkyc.transactions</c>, or null.</summary>
    public async Task<OrderedDictionary<string, object?>?> ReadTransactionAsync(string appId, string transactionId, CancellationToken cancellationToken) =>
        (await ReadAsync("SELECT * FROM vkyc.transactions WHERE transaction_key = CAST($key AS uuid)", cancellationToken, Key(appId, transactionId))).SingleOrDefault();

    /// <summary>Quarantined deliveries whose key or body names the transaction, whatever the application.</summary>
    public async Task<IReadOnlyList<QuarantinedDelivery>> ReadQuarantinedAsync(string transactionId, CancellationToken cancellationToken)
    {
        // The database finds those that hold the id's letters; whether they are of the transaction is judged here.
        var candidates = await ReadAsync(
            $"""
            SELECT source_topic, source_partition, source_offset, pass, reason_code, reason_text, received_at, quarantined_at, resolution, resolved_at,
                   record_key, headers, body
            FROM vkyc_etl.quarantine
            WHERE {Hex("record_key")} LIKE $key OR {Hex("body")} LIKE $letters
            ORDER BY source_topic, source_partition, source_offset, pass
            """,
            cancellationToken,
            ("key", $"%{Hex(Encoding.UTF8.GetBytes($":{transactionId}"))}"),
            ("letters", $"%{Hex(Encoding.UTF8.GetBytes(PlainLetters(transactionId)))}%"));
        return [.. candidates.Select(Judge).Where(delivery => delivery.Says.TransactionId == transactionId)];

        QuarantinedDelivery Judge(OrderedDictionary<string, object?> row)
        {
            var at = new Coordinates((string)row["source_topic"]!, Convert.ToInt32(row["source_partition"]), Convert.ToInt64(row["source_offset"]));
            var raw = new RawEvent
            {
                Topic = at.Topic,
                Partition = at.Partition,
                Offset = at.Offset,
                Key = (byte[]?)row["record_key"],
                Body = (byte[])row["body"]!,
                ReceivedAt = (DateTime)row["received_at"]!,
                Route = Header(row, RawHeaders.Route) ?? RawEvent.UnknownRoute,
                RouteAppId = Header(row, RawHeaders.AppId),
            };
            foreach (var column in (string[])["source_topic", "source_partition", "source_offset", "record_key", "headers", "body"])
                row.Remove(column);
            return new QuarantinedDelivery(at, row, DeliveryFacts.Of(raw, flattener, transactionId));
        }
    }

    /// <summary>The loads of a partition that count exact duplicates, from an offset on, by the topic's id.</summary>
    public async Task<IReadOnlyList<DuplicatesInLoad>> ReadDuplicatesAsync(string topic, int partition, long from, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(
            """
            SELECT topic_id, first_offset, last_offset, pass, duplicates FROM vkyc_etl.load_ranges
            WHERE topic = $topic AND partition = $partition AND last_offset >= $from AND duplicates > 0
            ORDER BY first_offset, pass
            """,
            cancellationToken,
            ("topic", topic),
            ("partition", Text(partition)),
            ("from", Text(from)))).Select(row => new DuplicatesInLoad(
                (string)row["topic_id"]!, Convert.ToInt64(row["first_offset"]), Convert.ToInt64(row["last_offset"]), Convert.ToInt32(row["pass"]), Convert.ToInt64(row["duplicates"])))];

    /// <summary>The ids of the topics in which loads account for an offset: more than one where a topic was made anew.</summary>
    public async Task<IReadOnlyList<string>> ReadTopicIdsAsync(Coordinates at, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(
            """
            SELECT DISTINCT topic_id FROM vkyc_etl.load_ranges
            WHERE topic = $topic AND partition = $partition AND first_offset <= $offset AND last_offset >= $offset
            """,
            cancellationToken,
            ("topic", at.Topic),
            ("partition", Text(at.Partition)),
            ("offset", Text(at.Offset)))).Select(row => (string)row["topic_id"]!)];

    /// <summary>The longest part of an id that every writer of JSON writes as it is.</summary>
    private static string PlainLetters(string id)
    {
        var longest = "";
        for (var start = 0; start < id.Length; start++)
        {
            var end = start;
            while (end < id.Length && (char.IsAsciiLetterOrDigit(id[end]) || id[end] is '-' or '_' or '.' or ':'))
                end++;
            if (end - start > longest.Length)
                longest = id[start..end];
            start = Math.Max(start, end);
        }

        return longest;
    }

    private static string? Header(OrderedDictionary<string, object?> row, string name)
    {
        using var headers = JsonDocument.Parse((string)row["headers"]!);
        foreach (var header in headers.RootElement.EnumerateArray())
        {
            if (header.GetProperty("name").ValueEquals(name) && header.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String)
                return value.GetString() is { Length: > 0 } text ? text : null;
        }

        return null;
    }

    private static (string Name, string Value) Key(string appId, string transactionId) => ("key", TransactionKey.Of(appId, transactionId).ToString());

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string Hex(string column) => engine == "postgres" ? $"encode({column}, 'hex')" : $"hex({column})";

    private string Hex(byte[] bytes) => engine == "postgres" ? Convert.ToHexStringLower(bytes) : Convert.ToHexString(bytes);

    private Task<List<OrderedDictionary<string, object?>>> ReadAsync(string sql, CancellationToken cancellationToken, params (string Name, string Value)[] parameters) =>
        new Statement(sql, parameters.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal)).ReadAsync(connection, engine, cancellationToken);
}

/// <summary>A range of a load that counts exact duplicates.</summary>
/// <param name="TopicId">The topic's id.</param>
/// <param name="First">Its first offset.</param>
/// <param name="Last">Its last offset.</param>
/// <param name="Pass">Its pass.</param>
/// <param name="Duplicates">How many, of all transactions.</param>
internal sealed record DuplicatesInLoad(string TopicId, long First, long Last, int Pass, long Duplicates);
