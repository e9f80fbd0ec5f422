using Microsoft.Extensions.Logging;
using VkycEtl.Page.Query;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Page.Status;

/// <summary>What the ledger says; <see cref="Why"/> where that is not known.</summary>
/// <param name="Report">Partitions and what does not add up; null where it could not be read.</param>
/// <param name="Progress">Stored progress.</param>
/// <param name="Why">Why it is not known, and what would show it.</param>
internal sealed record LedgerView(AuditReport? Report, IReadOnlyList<StoredProgress> Progress, string? Why);

/// <summary>
/// Examines the ledger for the page: in the background, and never for more than a tenth of the time, since it has a row a load and partition. The events
/// themselves are not counted: that is <c>vkyc audit</c>.
/// </summary>
internal sealed class LedgerWatch(PageSource source, WarehouseReader warehouse, TimeProvider time, ILogger<LedgerWatch> logger)
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, object?> NoValues = [];
    private static readonly SqlText WhoAmI = new("SELECT current_user AS name");
    private static readonly LedgerView NotYet = new(null, [], "whether every offset is accounted for is still being worked out");

    private readonly Lock gate = new();
    private Task? examining;
    private LedgerView latest = NotYet;
    private long endedAt;
    private TimeSpan pause;

    /// <summary>The latest examination; begins another where one is due, and waits for it a moment.</summary>
    public async Task<LedgerView> ReadAsync(CancellationToken cancellationToken)
    {
        Task? running;
        lock (gate)
        {
            if (examining is null or { IsCompleted: true } && (examining is null || time.GetElapsedTime(endedAt) >= pause))
                examining = Task.Run(ExamineAsync, CancellationToken.None);
            running = examining;
        }

        await Task.WhenAny(running, Task.Delay(FirstPatience, cancellationToken));
        return Volatile.Read(ref latest);
    }

    private async Task ExamineAsync()
    {
        var begun = time.GetTimestamp();
        Volatile.Write(ref latest, await TryReadAsync());
        pause = TimeSpan.FromTicks(Math.Max(LeastPause.Ticks, time.GetElapsedTime(begun).Ticks * 10));
        endedAt = time.GetTimestamp();
    }

    private async Task<LedgerView> TryReadAsync()
    {
        try
        {
            var report = await new LedgerAudit(source.Warehouse, time).RunOnLedgerAsync(CancellationToken.None);
            return new LedgerView(report, await new LedgerProgress(source.Warehouse, time).ReadAllAsync(CancellationToken.None), null);
        }
        catch (Exception exception) when (WarehouseFaults.IsDenied(exception))
        {
            return new LedgerView(null, [], await GrantsAsync());
        }
        catch (Exception exception)
        {
            var words = WarehouseFaults.Describe(source.Warehouse, exception);
            if (words is null)
                logger.RequestFailed("examining", "the ledger", exception.GetType().Name);
            return new LedgerView(null, [], words ?? "the ledger cannot be read: the log of this process says why");
        }
    }

    private async Task<string> GrantsAsync()
    {
        string role;
        try
        {
            role = (string)(await warehouse.ReadAsync(WhoAmI, NoValues, CancellationToken.None)).Values[0][0]!;
        }
        catch (PageFault gone)
        {
            return gone.Message;
        }

        var quoted = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return "whether every offset is accounted for is not known here: the page's credential does not read vkyc_etl. To show it: "
            + $"GRANT USAGE ON SCHEMA vkyc_etl TO {quoted}; "
            + $"GRANT SELECT ON vkyc_etl.settings, vkyc_etl.partition_progress, vkyc_etl.load_ranges, vkyc_etl.lost_acknowledgements, vkyc_etl.quarantine TO {quoted};";
    }
}
