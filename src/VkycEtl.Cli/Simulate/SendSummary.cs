using System.Data;
using System.Globalization;
using VkycEtl.Cli.Output;

namespace VkycEtl.Cli.Simulate;

/// <summary>What a run did: for people in lines, else as one row.</summary>
internal static class SendSummary
{
    /// <summary>Writes it.</summary>
    public static async Task WriteAsync(
        SendReport report, SimulateOptions options, TimeSpan took, RowFormat format, VerbConsole console, CancellationToken cancellationToken)
    {
        var perSecond = report.Answered / Math.Max(0.001, took.TotalSeconds);
        if (format != RowFormat.Table)
        {
            await WriteRowAsync(report, options, took, perSecond, format, console, cancellationToken);
            return;
        }

        await console.Out.WriteLineAsync(
            $"{report.Transactions:N0} transactions, {report.Events:N0} events, {report.Answered:N0} webhooks; ids begin with {options.TransactionPrefix}");
        await console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"  {took.TotalSeconds:0.0} s, {perSecond:N0} webhooks/s; latency p50 {Ms(report, 0.5)}, p90 {Ms(report, 0.9)}, p99 {Ms(report, 0.99)}, max {report.Latencies.Max?.TotalMilliseconds:0.0} ms"));
        foreach (var (status, count) in report.ByStatus)
            await console.Out.WriteLineAsync($"  {status}: {count:N0}");
        if (report.Retries > 0)
            await console.Out.WriteLineAsync($"  tried again: {report.Retries:N0}");
    }

    private static async Task WriteRowAsync(
        SendReport report, SimulateOptions options, TimeSpan took, double perSecond, RowFormat format, VerbConsole console, CancellationToken cancellationToken)
    {
        using var table = new DataTable();
        var values = new List<object>();
        void Add(string name, object value)
        {
            table.Columns.Add(name, value.GetType());
            values.Add(value);
        }

        Add("ids_begin_with", options.TransactionPrefix);
        Add("seed", options.Seed);
        Add("transactions", (long)report.Transactions);
        Add("events", report.Events);
        Add("webhooks", report.Answered);
        Add("as_expected", report.Acknowledged);
        Add("tried_again", report.Retries);
        Add("seconds", Math.Round(took.TotalSeconds, 3));
        Add("webhooks_per_second", Math.Round(perSecond, 1));
        foreach (var (name, share) in new[] { ("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99) })
            Add(name, Math.Round(report.Latencies.Percentile(share)?.TotalMilliseconds ?? 0, 3));
        Add("max_ms", Math.Round(report.Latencies.Max?.TotalMilliseconds ?? 0, 3));
        Add("answers", string.Join(", ", report.ByStatus.Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.Key}: {answer.Value}"))));
        table.Rows.Add([.. values]);
        await using var reader = table.CreateDataReader();
        await RowWriter.WriteAsync(reader, format, console, tableRows: 0, cancellationToken);
    }

    private static string Ms(SendReport report, double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{report.Latencies.Percentile(share)?.TotalMilliseconds:0.0}");
}
