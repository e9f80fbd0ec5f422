using System.Text;
using System.Text.Json;

namespace VkycEtl.Receiver;

/// <summary>
/// Where the three ids are: keys from the root, each taken as it is written, else ignoring case (A–Z) and underscores, as the worker reads keys.
/// Slots: 0 the application's id, 1 the transaction's, 2 the event's.
/// </summary>
internal sealed class IdPaths
{
    private readonly Step[][] slots;

    public IdPaths(IdPathOptions options)
    {
        slots = [Steps(options.AppId), Steps(options.TransactionId), Steps(options.EventId)];
        Depth = slots.Max(steps => steps.Length);
    }

    /// <summary>The keys of the documented events.</summary>
    public static IdPaths Documented { get; } = new(new IdPathOptions());

    /// <summary>How deep the deepest id is; 1 is the root's own keys.</summary>
    public int Depth { get; }

    /// <summary>A walk through one body.</summary>
    public Walker Walk() => new(slots);

    private static Step[] Steps(string path) => [.. path.Split('.').Select(key => new Step(
        Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(string.Concat(key.Where(letter => letter != '_').Select(letter => letter is >= 'A' and <= 'Z' ? (char)(letter | 0x20) : letter)))))];

    internal sealed record Step(byte[] Exact, byte[] Folded);

    /// <summary>How far along its path each id is, at the place in the body that is being read.</summary>
    internal sealed class Walker(Step[][] slots)
    {
        // All letters of the longest key escaped, and underscores.
        private const int MaxNameBytes = 256;

        // What is at a key's depth or deeper is of objects that have been left by the time the key comes.
        private readonly int[] reached = new int[3];
        private readonly bool[] isExact = [true, true, true];

        /// <summary>Takes note of a key.</summary>
        /// <returns>The slot whose path ends here, or -1; and whether each key on it was spelt exactly.</returns>
        public (int Slot, bool IsExact) Enter(ref Utf8JsonReader reader)
        {
            Span<byte> unescaped = stackalloc byte[MaxNameBytes];
            scoped var name = reader.ValueSpan;
            if (reader.ValueIsEscaped)
            {
                name = name.Length > MaxNameBytes ? default : unescaped[..Unescape(ref reader, unescaped)];
            }

            var depth = reader.CurrentDepth;
            for (var slot = 0; slot < slots.Length; slot++)
                reached[slot] = Math.Min(reached[slot], depth - 1);
            for (var slot = 0; slot < slots.Length; slot++)
            {
                var steps = slots[slot];
                if (depth > steps.Length || reached[slot] != depth - 1)
                    continue;
                var spelt = name.SequenceEqual(steps[depth - 1].Exact);
                if (!spelt && !Spells(name, steps[depth - 1].Folded))
                    continue;
                isExact[slot] = spelt && (depth == 1 || isExact[slot]);
                if (depth == steps.Length)
                    return (slot, isExact[slot]);
                reached[slot] = depth;
            }

            return (-1, false);
        }

        private static int Unescape(ref Utf8JsonReader reader, scoped Span<byte> into)
        {
            try
            {
                return reader.CopyString(into);
            }
            catch (InvalidOperationException)
            {
                // An escaped lone surrogate: no name of ours.
                return 0;
            }
        }

        /// <summary>Whether a name is the one given but for case (A–Z) and underscores.</summary>
        private static bool Spells(ReadOnlySpan<byte> name, ReadOnlySpan<byte> folded)
        {
            var i = 0;
            foreach (var letter in name)
            {
                if (letter == (byte)'_')
                    continue;
                if (i == folded.Length || (letter is >= (byte)'A' and <= (byte)'Z' ? letter | 0x20 : letter) != folded[i])
                    return false;
                i++;
            }

            return i == folded.Length;
        }
    }
}
