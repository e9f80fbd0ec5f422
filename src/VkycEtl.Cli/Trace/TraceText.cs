using System.Collections;
using System.Data;
using System.Globalization;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Trace;

/// <summary>A trace for people: headings, aligned tables, and in words what is not known.</summary>
internal sealed class TraceText(VerbConsole console)
{
    /// <summary>Writes it.</summary>
    public async Task WriteAsync(TransactionTrace trace, CancellationToken cancellationToken)
    {
        await LineAsync($"Transaction {TableWriter.Visible(trace.TransactionId)} of {(trace.AppId is null ? "an application that nothing names" : TableWriter.Visible(trace.AppId))}");
        await SectionAsync(
            Counted(trace.Events.Count, "event"),
            trace.Events.Select((one, i) => new (string, object?)[]
            {
                ("#", i + 1),
                ("event_time", one.Row["event_time"]),
                ("event_type", one.Row["event_type"]),
                ("at", one.At.ToString()),
                ("received_at", one.Row["received_at"]),
                ("lag", Lag(one.LagSeconds)),
                ("details", Joined("  ", one.Details.Select(column => $"{column.Key}={TableWriter.Shown(column.Value, console.Zone)}"))),
                ("issues", Joined(" ", ((IEnumerable)one.Row["issues"]!).Cast<string>())),
                ("event_id", one.Row["event_id"]),
            }),
            cancellationToken);
        await SectionAsync(
            Counted(trace.Attempts.Count, "call attempt"),
            trace.Attempts.Select(row => Some(row, "attempt_no", "outcome", "started_at", "ended_at", "duration_seconds", "agent_key", "reason_key")),
            cancellationToken);
        await WriteRowAsync(trace);
        await SectionAsync(
            trace.Quarantined.Count == 0 ? "Nothing of it is in quarantine" : Counted(trace.Quarantined.Count, "delivery in quarantine", "deliveries in quarantine") + " ('vkyc quarantine show TOPIC PARTITION OFFSET' has the bytes)",
            trace.Quarantined.Select(one => new (string, object?)[]
            {
                ("at", one.At.ToString()),
                ("reason", one.Row["reason_code"]),
                ("event_time", one.Says.EventTime),
                ("event_type", one.Says.EventType),
                ("received_at", one.Row["received_at"]),
                ("resolution", one.Row["resolution"]),
                ("event_id", one.Says.EventId),
                ("reason_text", one.Row["reason_text"]),
            }),
            cancellationToken);
        await WriteSearchAsync(trace.Search, cancellationToken);
    }

    private async Task WriteRowAsync(TransactionTrace trace)
    {
        await LineAsync("");
        if (trace.Transaction is { } row)
        {
            await LineAsync("Its row in vkyc.transactions");
            var width = row.Keys.Max(name => name.Length);
            foreach (var (name, value) in row.Where(column => column.Value is not null))
                await LineAsync($"  {name.PadRight(width)}  {TableWriter.Shown(value, console.Zone)}");
            if (row.Where(column => column.Value is null).Select(column => column.Key).ToList() is { Count: > 0 } nulls)
                await LineAsync($"  NULL: {string.Join(", ", nulls)}");
        }
        else
        {
            await LineAsync(trace.Events.Any(one => one.LagSeconds is not null) ? "No row in vkyc.transactions yet" : "No row in vkyc.transactions: that takes an event with a time");
        }

        if (trace.LoadsBehind > 0)
            await LineAsync($"The derived tables are behind: {Counted(trace.LoadsBehind, "load")} with events of it {(trace.LoadsBehind == 1 ? "is" : "are")} not applied yet.");
    }

    private async Task WriteSearchAsync(RawSearch search, CancellationToken cancellationToken)
    {
        var words = search.Found.Count > 0 ? Counted(search.Found.Count, "delivery that is no row", "deliveries that are no rows")
            : search.Unknown.Count == 0 ? "No duplicate deliveries in its partitions, and nothing that waits"
            : "No duplicate deliveries found";
        await SectionAsync(
            string.Create(CultureInfo.InvariantCulture, $"{words}{(search.Records > 0 ? $" ({search.Records:N0} raw records read)" : "")}"),
            search.Found.Select(one => new (string, object?)[]
            {
                ("at", one.At.ToString()),
                ("state", TraceJson.Name(one.State)),
                ("repeats", one.Of?.ToString()),
                ("event_time", one.Says.EventTime),
                ("event_type", one.Says.EventType),
                ("received_at", one.ReceivedAt),
                ("event_id", one.Says.EventId),
            }),
            cancellationToken);
        foreach (var unknown in search.Unknown)
            await LineAsync($"Not known: {unknown}");
    }

    private async Task SectionAsync(string heading, IEnumerable<(string Name, object? Value)[]> rows, CancellationToken cancellationToken)
    {
        await LineAsync("");
        await LineAsync(heading);
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        using var table = new DataTable();
        for (var i = 0; i < all[0].Length; i++)
        {
            // Numbers stand to the right where the column is one of numbers.
            var types = all.Select(row => row[i].Value?.GetType()).OfType<Type>().Distinct().ToList();
            var column = table.Columns.Add(all[0][i].Name, types is [var only] ? only : typeof(object));

            // Else the table forgets that these are instants.
            if (column.DataType == typeof(DateTime))
                column.DateTimeMode = DataSetDateTime.Utc;
        }

        foreach (var row in all)
            table.Rows.Add([.. row.Select(cell => cell.Value ?? DBNull.Value)]);
        await using var reader = table.CreateDataReader();
        await TableWriter.WriteAsync(reader, console, mostRows: 0, cancellationToken);
    }

    private static (string, object?)[] Some(OrderedDictionary<string, object?> row, params string[] names) => [.. names.Select(name => (name, row[name]))];

    private static string Joined(string gap, IEnumerable<string> texts) => string.Join(gap, texts) is { Length: > 0 } joined ? joined : "-";

    private static string Lag(double? seconds) => seconds is not { } lag ? TableWriter.Null
        : Math.Abs(lag) < 1 ? string.Create(CultureInfo.InvariantCulture, $"{lag * 1000:0} ms")
        : Math.Abs(lag) < 600 ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.0} s")
        : TimeSpan.FromSeconds(lag).ToString(Math.Abs(lag) < 86_400 ? @"h\:mm\:ss" : @"d\ \d\a\y\s\ h\:mm\:ss", CultureInfo.InvariantCulture).Insert(0, lag < 0 ? "-" : "");

    private static string Counted(int count, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    private Task LineAsync(string line) => console.Out.WriteLineAsync(line);
}
