using System.Data;
using System.Data.Common;
using Dapper;
using VkycEtl.Pipeline.Load;
using VkycEtl.ServerTests.Marts.Plain;

namespace VkycEtl.ServerTests.Marts;

/// <summary>All derived tables and views as one transaction sees them, and what they must be by the events that it sees and its clock.</summary>
internal sealed record MartsRead(IReadOnlyList<Cells> Found, IReadOnlyList<Cells> Expected, IReadOnlyList<PlainEvent> Events, DateTime Now)
{
    public static async Task<MartsRead> ReadAsync(IWarehouse warehouse, ReportingOptions reporting, CancellationToken token)
    {
        await using var connection = await warehouse.OpenWriterAsync(token);
        await using var transaction = await BeginAsync(connection, warehouse.Engine, token);
        var now = await connection.ExecuteScalarAsync<DateTime>("SELECT now()");
        var events = (await connection.QueryAsync<Row>("""
            SELECT transaction_key, app_id, transaction_id, event_id, event_type, event_time, slot_start_time, slot_end_time, agent_id, status, reason,
                   array_to_string(issues, ',') AS issues, received_at, loaded_at
            FROM vkyc.events
            """)).Select(row => row.ToEvent()).ToList();
        var (attempts, transactions) = (await Cells.ReadAsync(connection, "call_attempts"), await Cells.ReadAsync(connection, "transactions"));
        var plain = new PlainMarts(events, reporting, DateTime.SpecifyKind(now, DateTimeKind.Utc), Changes(attempts, transactions));
        var expected = ExpectedOf(plain);
        var found = new List<Cells> { attempts, transactions };
        foreach (var view in expected.Skip(2))
            found.Add(await Cells.ReadAsync(connection, view.Relation));
        // The others of its columns do not follow from the events.
        found[^1] = found[^1].Without("last_loaded_at", "marts_behind_loads", "quarantined_open", "published_at");
        return new MartsRead(found, expected, events, plain.Now);
    }

    public Cells this[string relation] => Found.Single(cells => cells.Relation == relation);

    /// <summary>Every cell of every table and view is as worked out plainly.</summary>
    public void AssertPlain(string what) => Cells.AssertEqual(Expected.Zip(Found), what);

    /// <summary>Every cell is as in another read of the same events, but for the columns named.</summary>
    public void AssertSame(MartsRead other, string what, params string[] but) =>
        Cells.AssertEqual(other.Found.Select(cells => cells.Without(but)).Zip(Found.Select(cells => cells.Without(but))), what);

    /// <summary>Rows of the two tables say that they changed since another read if, and only if, they did.</summary>
    public void AssertChangedSince(MartsRead before, string what)
    {
        foreach (var (table, key) in new[] { ("call_attempts", "attempt_key"), ("transactions", "transaction_key") })
        {
            var (old, young) = (before[table], this[table]);
            var oldRows = old.Without(Cells.LastChangedAt).ByKey(key);
            var (oldTimes, times) = (old.By(key, Cells.LastChangedAt), young.By(key, Cells.LastChangedAt));
            var newest = oldTimes.Values.Append("").Max(StringComparer.Ordinal);
            foreach (var (row, content) in young.Without(Cells.LastChangedAt).ByKey(key))
            {
                if (oldRows.GetValueOrDefault(row) == content)
                    Assert.True(times[row] == oldTimes[row], $"{what}: {table} {row} is as before and says that it changed at {times[row]}, not {oldTimes[row]}");
                else
                    Assert.True(string.CompareOrdinal(times[row], newest) > 0, $"{what}: {table} {row} is another and says that it changed at {times[row]}, not after {newest}");
            }
        }
    }

    private static async Task<DbTransaction> BeginAsync(DbConnection connection, string engine, CancellationToken token) => engine == "postgres"
        ? await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, token)
        : await connection.BeginTransactionAsync(token);

    private static IReadOnlyList<Cells> ExpectedOf(PlainMarts plain) =>
    [
        Cells.Of("call_attempts", plain.CallAttempts),
        Cells.Of("transactions", plain.Transactions),
        Cells.Of("funnel_daily", FunnelDaily.Of(plain)),
        Cells.Of("sla_daily", SlaDaily.Of(plain)),
        Cells.Of("stage_times_daily", StageTimesDaily.Of(plain)),
        Cells.Of("outcomes_daily", OutcomesDaily.Of(plain)),
        Cells.Of("agents_daily", AgentsDaily.Of(plain)),
        Cells.Of("slots_daily", SlotsDaily.Of(plain)),
        Cells.Of("reasons_daily", ReasonsDaily.Of(plain)),
        Cells.Of("observed_event_types", ObservedEventTypes.Of(plain)),
        Cells.Of("data_quality_daily", DataQualityDaily.Of(plain)),
        Cells.Of("days", Days.Of(plain)),
        Cells.Of("freshness", [Freshness.Of(plain)]),
    ];

    /// <summary>When each row says that it changed, by its key.</summary>
    private static Dictionary<string, DateTime> Changes(Cells attempts, Cells transactions) =>
        attempts.By("attempt_key", Cells.LastChangedAt).Concat(transactions.By("transaction_key", Cells.LastChangedAt))
            .ToDictionary(change => change.Key.Trim('\''), change => Given.At(change.Value), StringComparer.Ordinal);

    // A mutable class, so that Dapper finds its members by name on both drivers.
    private sealed class Row
    {
        public Guid transaction_key { get; set; }

        public string app_id { get; set; } = "";

        public string transaction_id { get; set; } = "";

        public string event_id { get; set; } = "";

        public string event_type { get; set; } = "";

        public DateTime? event_time { get; set; }

        public DateTime? slot_start_time { get; set; }

        public DateTime? slot_end_time { get; set; }

        public string? agent_id { get; set; }

        public string? status { get; set; }

        public string? reason { get; set; }

        public string? issues { get; set; }

        public DateTime received_at { get; set; }

        public DateTime loaded_at { get; set; }

        public PlainEvent ToEvent() => new()
        {
            TransactionKey = transaction_key,
            AppId = app_id,
            TransactionId = transaction_id,
            EventId = event_id,
            EventType = event_type,
            EventTime = event_time,
            SlotStartTime = slot_start_time,
            SlotEndTime = slot_end_time,
            AgentId = agent_id,
            Status = status,
            Reason = reason,
            Issues = (issues ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries),
            ReceivedAt = received_at,
            LoadedAt = loaded_at,
        };
    }
}
