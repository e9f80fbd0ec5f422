using System.Runtime.InteropServices;
using System.Text;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Strings of texts that recur from event to event (types, apps, statuses, agents), so that most rows share them. Bounded: a newcomer takes
/// an old one's place.
/// </summary>
internal sealed class RecurringTexts
{
    private const int Places = 1024;
    private const int LongestBytes = 64;

    private readonly (byte[] Bytes, string Text)[] places = new (byte[], string)[Places];

    /// <summary>The string of a valid UTF-8 text.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > LongestBytes)
            return Encoding.UTF8.GetString(utf8);
        ref var place = ref places[Place(utf8)];
        if (place.Bytes is null || !utf8.SequenceEqual(place.Bytes))
            place = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        return place.Text;
    }

    private static int Place(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length * 0x9E3779B97F4A7C15;
        for (; utf8.Length >= 8; utf8 = utf8[8..])
            hash = (hash ^ MemoryMarshal.Read<ulong>(utf8)) * 0x9E3779B97F4A7C15;
        foreach (var b in utf8)
            hash = (hash ^ b) * 0x9E3779B97F4A7C15;
        return (int)(hash >> 54);
    }
}
