using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VkycEtl.Page.Query;

namespace VkycEtl.Page.Status;

/// <summary>Where the warehouse stands at a moment, and what its views count by.</summary>
/// <param name="Revision">Changes when derived tables, the ledger or the reporting settings do.</param>
/// <param name="AsOf">When it was read.</param>
/// <param name="Zone">The IANA zone of the reporting days.</param>
/// <param name="Freshness">The row of <c>vkyc.freshness</c>.</param>
/// <param name="IsMachineReadable">Whether the credential may read <c>vkyc_etl</c>.</param>
internal sealed record Standing(string Revision, DateTimeOffset AsOf, string Zone, Rows Freshness, bool IsMachineReadable)
{
    private DateTime Local => TimeZoneInfo.ConvertTime(AsOf, TimeZoneInfo.FindSystemTimeZoneById(Zone)).DateTime;

    /// <summary>The reporting day that has begun and is not over.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Local);

    /// <summary>
    /// A reporting day's least instant, UTC: [midnight comes twice] ==> the first; [it is left out] ==> what comes in its place.
    /// </summary>
    public DateTime Begins(DateOnly day)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zone);
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max()
            : zone.IsInvalidTime(midnight) ? zone.GetUtcOffset(midnight.AddHours(-3))
            : zone.GetUtcOffset(midnight);
        return DateTime.SpecifyKind(midnight - offset, DateTimeKind.Utc);
    }

    /// <summary>The time in the reporting zone.</summary>
    public TimeOnly TimeOfDay => TimeOnly.FromDateTime(Local);

    /// <summary>The minute, for what changes with the clock.</summary>
    public string Minute => AsOf.UtcDateTime.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);

    public required double SlaSeconds { get; init; }

    public required double NoShowGraceSeconds { get; init; }

    public required double StaleAfterSeconds { get; init; }

    public required double LapsedAfterSeconds { get; init; }
}

/// <summary>Reads the standing; answers of the same half second share one look.</summary>
internal sealed class StandingReader(WarehouseReader warehouse, PageSource source, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, object?> NoValues = [];

    private static readonly SqlText Freshness = new("""
        SELECT last_received_at, last_loaded_at, last_event_time, lag_seconds, marts_behind_loads, quarantined_open, published_at FROM vkyc.freshness
        """);

    // Small tables both: a row a partition, a row a setting.
    private static readonly SqlText Machine = new("""
        SELECT name, value FROM vkyc_etl.settings
        UNION ALL
        SELECT 'progress', CAST(max(updated_at) AS text) FROM vkyc_etl.partition_progress
        ORDER BY name
        """);

    private readonly SemaphoreSlim one = new(1);
    private (Standing Standing, long Timestamp)? latest;
    private long? deniedAt;

    /// <summary>Reads it.</summary>
    /// <exception cref="PageFault">The warehouse is away.</exception>
    public async Task<Standing> ReadAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (latest is { } known && time.GetElapsedTime(known.Timestamp) < Shared)
                return known.Standing with { AsOf = time.GetUtcNow() };
            var read = await ReadNewAsync(cancellationToken);
            latest = (read, time.GetTimestamp());
            return read;
        }
        finally
        {
            one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();

    private async Task<Standing> ReadNewAsync(CancellationToken cancellationToken)
    {
        var freshness = await warehouse.ReadAsync(Freshness, NoValues, cancellationToken);
        var machine = await ReadMachineAsync(cancellationToken);
        var settings = machine?.Values.ToDictionary(row => (string)row[0]!, row => row[1] as string, StringComparer.Ordinal) ?? [];

        // lag_seconds goes with the clock, published_at with the publisher.
        var parts = freshness.Columns.Zip(freshness.Values[0]).Where(cell => cell.First is not ("lag_seconds" or "published_at")).Select(cell => cell.Second)
            .Concat(settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => (object?)setting.Value));
        var text = string.Join('|', parts.Select(part => part is null ? "" : CellText.Plain(part)));
        var reporting = source.Reporting;
        return new Standing(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6)),
            time.GetUtcNow(),
            settings.GetValueOrDefault("reporting.time_zone") ?? reporting.TimeZone,
            freshness,
            machine is not null)
        {
            SlaSeconds = Seconds("reporting.sla_seconds", reporting.Sla),
            NoShowGraceSeconds = Seconds("reporting.no_show_grace_seconds", reporting.NoShowGrace),
            StaleAfterSeconds = Seconds("reporting.stale_after_seconds", reporting.StaleAfter),
            LapsedAfterSeconds = Seconds("reporting.lapsed_after_seconds", reporting.LapsedAfter),
        };

        double Seconds(string name, TimeSpan otherwise) =>
            settings.GetValueOrDefault(name) is { } stored ? double.Parse(stored, CultureInfo.InvariantCulture) : otherwise.TotalSeconds;
    }

    // A read-only role sees vkyc alone: then our own settings are what is known, and it is asked again only now and then.
    private async Task<Rows?> ReadMachineAsync(CancellationToken cancellationToken)
    {
        if (deniedAt is { } then && time.GetElapsedTime(then) < AskAgain)
            return null;
        try
        {
            var read = await warehouse.ReadAsync(Machine, NoValues, cancellationToken);
            deniedAt = null;
            return read;
        }
        catch (PageFault fault) when (fault.InnerException is { } inner && WarehouseFaults.IsDenied(inner))
        {
            deniedAt = time.GetTimestamp();
            return null;
        }
    }
}
