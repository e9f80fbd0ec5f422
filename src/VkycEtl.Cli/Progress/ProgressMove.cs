using System.Globalization;
using VkycEtl.Cli.Hosting;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Progress;

/// <summary>Where to: an offset, an end of the log, or a time.</summary>
/// <param name="Offset">The next offset to be read; null where <paramref name="End"/> or <paramref name="Time"/> says.</param>
/// <param name="End">The log's start (<c>beginning</c>) or its end, where given.</param>
/// <param name="Time">The first record of this time or later.</param>
internal sealed record Target(long? Offset, string? End, DateTimeOffset? Time)
{
    public const string Beginning = "beginning";
    public const string Latest = "end";

    /// <summary>Reads <c>--to</c>: <c>beginning</c>, <c>end</c>, or an RFC 3339 time.</summary>
    public static Target? Parse(string text) => text switch
    {
        Beginning or Latest => new Target(null, text, null),
        _ when DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && (text.EndsWith('Z') || text[^6] is '+' or '-') => new Target(null, null, time),
        _ => null,
    };
}

/// <summary>A partition that is to be moved, with what that means.</summary>
/// <param name="Before">Where it stands.</param>
/// <param name="Log">Its log, or null where the broker could not be asked.</param>
/// <param name="Offset">The next offset to be read.</param>
internal sealed record ProgressMove(PartitionProgress Before, PartitionLag? Log, long Offset)
{
    /// <summary>Offsets that were accounted for and are read again.</summary>
    public long ReadAgain => Math.Max(0, Before.NextOffset - Offset);

    /// <summary>Offsets that were never read and are not going to be.</summary>
    public long Skipped => Math.Max(0, Offset - Before.NextOffset);

    /// <summary>Finds the offset.</summary>
    /// <exception cref="VerbFault">It is not in the log, or cannot be told.</exception>
    public static ProgressMove Of(PartitionProgress before, PartitionLag? log, Target target, TopicLag? lag)
    {
        var name = $"{before.Topic} partition {before.Partition}";
        if (log is null && target.Offset is null)
            throw new VerbFault(ExitCode.Unreachable, $"{name}: --to needs the broker, which could not be asked about this topic; give --offset N.");
        var offset = target switch
        {
            { Offset: { } given } => given,
            { End: Target.Beginning } => log!.Low,
            { End: Target.Latest } => log!.High,
            _ => (lag ?? throw new VerbFault(ExitCode.Usage, "--to TIME needs the broker.")).OffsetOf(before.Partition, target.Time!.Value) ?? log!.High,
        };
        if (log is not null && (offset < log.Low || offset > log.High))
        {
            throw new VerbFault(
                ExitCode.Usage, $"{name}: offset {offset} is not in the log, which has {log.Low} to {log.High}; --to beginning and --to end name these.");
        }

        return new ProgressMove(before, log, offset);
    }

    /// <summary>The move in a line.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Before.Topic} partition {Before.Partition}: pass {Before.Pass} at offset {Before.NextOffset} -> pass {Before.Pass + 1} at offset {Offset}{(Log is null ? "" : $" (the log has {Log.Low} to {Log.High})")}");

    /// <summary>What it means, a line each.</summary>
    public IEnumerable<string> Consequences(LoadedSince since)
    {
        if (ReadAgain > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{ReadAgain} offsets are read again; what is in the warehouse counts as duplicates, what is not is loaded.");
            if (since.First is { } first && since.Last is { } last)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loads that hold them, of {first:yyyy-MM-dd HH:mm:ss}Z to {last:yyyy-MM-dd HH:mm:ss}Z, made {since.Loaded} rows, {since.Duplicates} duplicates and {since.Quarantined} quarantined.");
        }

        if (ReadAgain > 0 && Log is null)
            yield return "The log's start is not known: what it no longer holds of them counts as lost in the new pass.";
        if (Skipped > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{Skipped} offsets ({Before.NextOffset} to {Offset - 1}) are NEVER LOADED in this pass: they count as lost, acknowledged by you.");
        if (ReadAgain == 0 && Skipped == 0)
            yield return "Nothing is read again or skipped; a new pass begins where the old one stands.";
    }
}
