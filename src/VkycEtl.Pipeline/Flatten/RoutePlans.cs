using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>How events of a route with an envelope of its own become rows: a plan a type, in each of which envelope and fields are one tree.</summary>
internal sealed class RoutePlans
{
    private readonly Dictionary<string, EventPlan> types;

    public RoutePlans(SchemaSet schemas, RouteEnvelope route)
    {
        types = schemas.Types.ToDictionary(type => type.EventType, type => EventPlan.Compile(schemas, type, route), StringComparer.Ordinal);
        Unknown = EventPlan.Compile(schemas, type: null, route);
    }

    /// <summary>The plan of types that no schema describes, by which the type is found, too.</summary>
    public EventPlan Unknown { get; }

    /// <summary>How many slots a row needs at most.</summary>
    public int Slots => types.Values.Append(Unknown).Max(plan => plan.Slots);

    /// <summary>The plan of a type; null where no schema describes it.</summary>
    public EventPlan? Find(string eventType) => types.GetValueOrDefault(eventType);

    /// <summary>Binds a plan's whole tree anew, fixed columns included, and reads the columns of schemas.</summary>
    /// <returns>Whether something is left.</returns>
    public static bool Read(JsonTape body, EventPlan plan, BoundKey[] bound, ColumnReader reader, ColumnValue[] values)
    {
        for (var slot = 0; slot < plan.Described.Length; slot++)
            bound[slot] = new BoundKey { Value = -1 };
        for (var token = 0; token < body.Count; token++)
            body[token].Marks &= ~JsonMarks.Claimed;
        var hasRest = KeyBinding.Bind(body, 0, plan.AddedKeys, bound);
        return hasRest | reader.Read(body, plan.AddedKeys, values);
    }

    /// <summary>Objects on the way to what a fixed column could not take are left, too.</summary>
    /// <returns>Whether something is left.</returns>
    public static bool Settle(ObjectPlan plan, BoundKey[] bound)
    {
        var hasRest = false;
        foreach (var key in plan.Keys)
        {
            ref var found = ref bound[key.Slot];
            if (key.Inner is not null && Settle(key.Inner, bound) && found is { Value: >= 0, Remainder: Remainder.Nothing })
                found.Remainder = Remainder.Members;
            hasRest |= found.Remainder != Remainder.Nothing;
        }

        return hasRest;
    }
}
