using System.Text;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Writes what no column holds in full, as canonical JSON: members that no schema names under their own keys, values that their column could not
/// take under the documented key, however it was spelt.
/// </summary>
internal sealed class ExtrasWriter
{
    private readonly ByteBuffer output = new();
    private readonly CanonicalJson json;

    public ExtrasWriter() => json = new CanonicalJson(output);

    /// <summary>Writes an event's extras.</summary>
    /// <param name="body">The body's tape, bound.</param>
    /// <param name="details">The tape that holds the details: the body's own, or that of a text read as them.</param>
    /// <param name="detailsObject">The details' token in it; unused where they are no object.</param>
    /// <param name="plan">The type's plan.</param>
    /// <param name="bound">What was found for the plan's keys.</param>
    /// <param name="hasTextNumber">Whether a number had to be written as a text.</param>
    public string Write(JsonTape body, JsonTape details, int detailsObject, EventPlan plan, BoundKey[] bound, out bool hasTextNumber)
    {
        output.Clear();
        json.HasTextNumber = false;
        var members = new List<Member>();
        Collect(body, 0, plan.TopKeys, bound, members);
        AddDocumented(plan.AddedKeys, bound, members);
        WriteMembers(body, members, key =>
        {
            if (key.Slot == EventPlan.Details)
                WriteObject(details, detailsObject, plan.DetailKeys, bound);
            else
                WriteObject(body, bound[key.Slot].Value, key.Inner!, bound);
        }, bound);
        hasTextNumber = json.HasTextNumber;
        return Encoding.UTF8.GetString(output.Written);
    }

    private void WriteObject(JsonTape tape, int @object, ObjectPlan plan, BoundKey[] bound)
    {
        var members = new List<Member>();
        Collect(tape, @object, plan, bound, members);
        WriteMembers(tape, members, key => WriteObject(tape, bound[key.Slot].Value, key.Inner!, bound), bound);
    }

    private static void Collect(JsonTape tape, int @object, ObjectPlan plan, BoundKey[] bound, List<Member> members)
    {
        for (var key = @object + 1; key < tape[@object].Next; key = tape[key].Next)
        {
            if (!tape[key].IsAny(JsonMarks.Repeated | JsonMarks.Claimed))
                members.Add(new Member(tape.StoredText(key), key, null));
        }

        AddDocumented(plan, bound, members);
    }

    private static void AddDocumented(ObjectPlan plan, BoundKey[] bound, List<Member> members)
    {
        foreach (var key in plan.Keys)
        {
            if (bound[key.Slot].Remainder != Remainder.Nothing)
                members.Add(new Member(key.Text, bound[key.Slot].Value - 1, key));
        }
    }

    private void WriteMembers(JsonTape tape, List<Member> members, Action<PlanKey> writeInner, BoundKey[] bound)
    {
        members.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        output.Append((byte)'{');
        for (var i = 0; i < members.Count; i++)
        {
            var (_, key, documented) = members[i];
            if (i > 0)
                output.Append((byte)',');
            if (documented is null)
                json.WriteText(tape, key, asSent: false);
            else
                json.WriteName(documented.Name);
            output.Append((byte)':');
            if (documented is not null && bound[documented.Slot].Remainder == Remainder.Members)
                writeInner(documented);
            else
                json.WriteStored(tape, key + 1);
        }

        output.Append((byte)'}');
    }

    /// <summary>A member to be written: a key token, and the documented key it was bound to where there is one.</summary>
    private readonly record struct Member(string Name, int Key, PlanKey? Documented);
}
