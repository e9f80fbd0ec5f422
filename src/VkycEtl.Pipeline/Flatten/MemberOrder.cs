namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Sorts members of objects by key, by UTF-16 code units as RFC 8785 has it, keys that are alike in the order sent. A stack, since
/// objects stand in objects.
/// </summary>
internal sealed class MemberOrder
{
    private const int FewMembers = 24;

    private int[] keys = new int[64];
    private int top;

    /// <summary>The key token at a place of the stack.</summary>
    public int this[int place] => keys[place];

    /// <summary>Where the stack ends.</summary>
    public int Top => top;

    /// <summary>Pushes the keys of an object as sent, all of them, sorted; marks those that come again.</summary>
    /// <returns>The place of the first.</returns>
    public int Push(JsonTape tape, int @object) => Push(tape, @object, asSent: true);

    /// <summary>Pushes the keys of an object as stored, without those that come again; needs the marks of <see cref="Push(JsonTape, int)"/>.</summary>
    /// <returns>The place of the first.</returns>
    public int PushStored(JsonTape tape, int @object) => Push(tape, @object, asSent: false);

    /// <summary>Takes an object's keys off again.</summary>
    public void Pop(int first) => top = first;

    private int Push(JsonTape tape, int @object, bool asSent)
    {
        var first = top;
        var end = tape[@object].Next;
        var hasOdd = false;
        for (var key = @object + 1; key < end; key = tape[key].Next)
        {
            if (!asSent && tape[key].Is(JsonMarks.Repeated))
                continue;
            if (top == keys.Length)
                Array.Resize(ref keys, top * 2);
            keys[top++] = key;
            hasOdd |= tape[key].Is(JsonMarks.Odd);
        }

        var members = keys.AsSpan(first, top - first);
        var hasEqual = hasOdd ? SortOdd(tape, members, asSent) : members.Length <= FewMembers ? SortFew(tape, members) : SortMany(tape, members);
        if (asSent && hasEqual)
            tape.MarkRepeatedKeys(@object);
        return first;
    }

    private static bool SortFew(JsonTape tape, Span<int> members)
    {
        var hasEqual = false;
        for (var i = 1; i < members.Length; i++)
        {
            var key = members[i];
            var at = i;
            for (; at > 0; at--)
            {
                var order = CompareUtf16(tape.Bytes(members[at - 1]), tape.Bytes(key));
                hasEqual |= order == 0;
                if (order <= 0)
                    break;
                members[at] = members[at - 1];
            }

            members[at] = key;
        }

        return hasEqual;
    }

    private static bool SortMany(JsonTape tape, Span<int> members)
    {
        var hasEqual = false;
        members.Sort((one, other) =>
        {
            var order = CompareUtf16(tape.Bytes(one), tape.Bytes(other));
            if (order != 0 || one == other)
                return order;
            hasEqual = true;
            return one.CompareTo(other);
        });
        return hasEqual;
    }

    /// <summary>
    /// Sorts keys of which some have U+0000 or lone surrogates: rare, so by their UTF-16 itself. Keys that differ as sent may be alike as stored.
    /// </summary>
    /// <returns>True: the caller has to look for equal keys.</returns>
    private static bool SortOdd(JsonTape tape, Span<int> members, bool asSent)
    {
        var named = new (string Name, int Key)[members.Length];
        for (var i = 0; i < named.Length; i++)
            named[i] = (asSent ? tape.SentText(members[i]) : tape.StoredText(members[i]), members[i]);
        Array.Sort(named, (one, other) => string.CompareOrdinal(one.Name, other.Name) is not 0 and var order ? order : one.Key.CompareTo(other.Key));
        for (var i = 0; i < named.Length; i++)
            members[i] = named[i].Key;
        return true;
    }

    /// <summary>
    /// Compares valid UTF-8 as its UTF-16 would compare. The two orders differ only where one has a character beyond U+FFFF (first byte F0–F4) and
    /// the other one of U+E000–U+FFFF (EE, EF): surrogates sort before those.
    /// </summary>
    internal static int CompareUtf16(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var same = one.CommonPrefixLength(other);
        if (same == one.Length || same == other.Length)
            return one.Length - other.Length;
        int a = one[same], b = other[same];
        return a >= 0xEE && b >= 0xEE && a >= 0xF0 != b >= 0xF0 ? b - a : a - b;
    }
}
