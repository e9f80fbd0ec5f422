using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>What a documented key leaves for extras.</summary>
internal enum Remainder : byte
{
    /// <summary>Nothing: columns hold it in full, or it is null.</summary>
    Nothing,

    /// <summary>The value, whole.</summary>
    Value,

    /// <summary>What its own documented keys leave of the object, and members that are not documented.</summary>
    Members,
}

/// <summary>What was found for a documented key.</summary>
internal struct BoundKey
{
    /// <summary>The value's token; −1 where the key is absent.</summary>
    public int Value;

    /// <summary>Whether the key has the documented spelling.</summary>
    public bool IsExact;

    /// <summary>What is left of it.</summary>
    public Remainder Remainder;
}

/// <summary>Finds documented keys among the members of an object: the documented spelling first, then the least of the others.</summary>
internal static class KeyBinding
{
    /// <summary>Binds the plan's keys to members that no other plan has claimed yet.</summary>
    /// <returns>Whether members are left that nothing claims.</returns>
    public static bool Bind(JsonTape tape, int @object, ObjectPlan plan, BoundKey[] bound)
    {
        foreach (var key in plan.Keys)
            bound[key.Slot] = new BoundKey { Value = -1 };

        var unclaimed = 0;
        var end = tape[@object].Next;
        for (var member = @object + 1; member < end; member = tape[member].Next)
        {
            if (tape[member].IsAny(JsonMarks.Repeated | JsonMarks.Claimed))
                continue;
            unclaimed++;
            Offer(tape, member, plan, bound);
        }

        foreach (var key in plan.Keys)
        {
            if (bound[key.Slot].Value < 0)
                continue;
            tape[bound[key.Slot].Value - 1].Marks |= JsonMarks.Claimed;
            unclaimed--;
        }

        return unclaimed > 0;
    }

    private static void Offer(JsonTape tape, int member, ObjectPlan plan, BoundKey[] bound)
    {
        var name = tape[member].Is(JsonMarks.Odd) ? tape.Stored(member) : tape.Bytes(member);
        foreach (var key in plan.Keys)
        {
            if (!name.SequenceEqual(key.Name))
                continue;
            bound[key.Slot].Value = member + 1;
            bound[key.Slot].IsExact = true;
            return;
        }

        foreach (var key in plan.Keys)
        {
            ref var found = ref bound[key.Slot];
            if (found.IsExact || !KeySpelling.IsSpelling(name, key.Folded))
                continue;
            if (found.Value < 0 || name.SequenceCompareTo(tape.Stored(found.Value - 1)) < 0)
                found.Value = member + 1;
        }
    }
}
