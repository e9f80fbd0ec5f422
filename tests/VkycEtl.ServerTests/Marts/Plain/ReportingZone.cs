using System.Buffers.Binary;

namespace VkycEtl.ServerTests.Marts.Plain;

/// <summary>
/// A zone's offsets to the second. <see cref="TimeZoneInfo"/> cuts them to the minute, and before it had standard time a zone kept its mean
/// time: India was 5:53:28 ahead. So what lies before the last transition of the zone's file (RFC 8536) is read there.
/// </summary>
internal sealed class ReportingZone
{
    private const int HeaderLength = 44;

    private readonly TimeZoneInfo modern;
    private readonly List<(long From, int Offset)> transitions = [];
    private readonly int first;

    public ReportingZone(string id)
    {
        modern = TimeZoneInfo.FindSystemTimeZoneById(id);
        ReadOnlySpan<byte> file = File.ReadAllBytes(Path.Combine(Environment.GetEnvironmentVariable("TZDIR") ?? "/usr/share/zoneinfo", id));

        // After the block of 32-bit times stands the same again in 64 bits.
        var old = Counts(file);
        file = file[(HeaderLength + (old.Times * 5) + (old.Types * 6) + old.Letters + (old.Leaps * 8) + old.Standard + old.Universal)..];
        var counts = Counts(file);
        var times = file[HeaderLength..];
        var indexes = times[(counts.Times * 8)..];
        var types = indexes[counts.Times..];
        first = BinaryPrimitives.ReadInt32BigEndian(types);
        for (var i = 0; i < counts.Times; i++)
            transitions.Add((BinaryPrimitives.ReadInt64BigEndian(times[(i * 8)..]), BinaryPrimitives.ReadInt32BigEndian(types[(indexes[i] * 6)..])));
    }

    /// <summary>How far the zone is ahead, at an instant in UTC.</summary>
    public TimeSpan OffsetAt(DateTime utc)
    {
        var second = (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        if (transitions.Count == 0 || second >= transitions[^1].From)
            return modern.GetUtcOffset(utc);
        var before = transitions.FindLastIndex(transition => utc.Ticks >= DateTime.UnixEpoch.Ticks + ((Int128)transition.From * TimeSpan.TicksPerSecond));
        return TimeSpan.FromSeconds(before < 0 ? first : transitions[before].Offset);
    }

    private static (int Universal, int Standard, int Leaps, int Times, int Types, int Letters) Counts(ReadOnlySpan<byte> header) =>
        (Number(header, 20), Number(header, 24), Number(header, 28), Number(header, 32), Number(header, 36), Number(header, 40));

    private static int Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
}
