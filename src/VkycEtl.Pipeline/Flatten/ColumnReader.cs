using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>Reads what was bound into columns, and notes what they cannot hold.</summary>
internal sealed class ColumnReader(DefaultZone zone, RecurringTexts texts, IssueList issues, BoundKey[] bound)
{
    /// <summary>Fills the columns of a plan's keys, and of those under them.</summary>
    /// <returns>Whether something of them is left for extras.</returns>
    public bool Read(JsonTape tape, ObjectPlan plan, ColumnValue[] values)
    {
        var hasRest = false;
        foreach (var key in plan.Keys)
        {
            ref var found = ref bound[key.Slot];
            if (key.Inner is not null)
                ReadInner(tape, key, ref found, values);
            else
                ReadColumns(tape, key, ref found, values);
            hasRest |= found.Remainder != Remainder.Nothing;
        }

        return hasRest;
    }

    /// <summary>A text as it is stored; numbers and booleans as written, with an issue; null for the rest, which is left.</summary>
    public string? ReadText(JsonTape tape, ref BoundKey found, bool isNumberFine)
    {
        switch (tape[found.Value].Kind)
        {
            case JsonKind.Text:
                return texts.Get(tape.Stored(found.Value));
            case JsonKind.Number when isNumberFine:
                return texts.Get(tape.Bytes(found.Value));
            case JsonKind.Object or JsonKind.Array:
                issues.Add(IssueCode.WrongType);
                found.Remainder = Remainder.Value;
                return null;
            default:
                issues.Add(IssueCode.WrongType);
                return texts.Get(tape.Bytes(found.Value));
        }
    }

    /// <summary>A time; null where the value is none, which is left.</summary>
    public DateTime? ReadTime(JsonTape tape, ref BoundKey found, string noZone, string unparsable)
    {
        if (tape[found.Value].Kind is JsonKind.Text or JsonKind.Number)
        {
            var form = Timestamp.Parse(tape.Stored(found.Value), out var micros);
            if (form == TimestampForm.Local)
                micros = zone.ToUtc(micros);
            if (form != TimestampForm.Unparsable && micros is >= 0 and < Timestamp.EndMicros)
            {
                if (form == TimestampForm.Local)
                    issues.Add(noZone);
                return Timestamp.ToDateTime(micros);
            }
        }

        issues.Add(unparsable);
        found.Remainder = Remainder.Value;
        return null;
    }

    private void ReadInner(JsonTape tape, PlanKey key, ref BoundKey found, ColumnValue[] values)
    {
        var isObject = found.Value >= 0 && tape[found.Value].Kind == JsonKind.Object;
        var hasRest = false;
        if (isObject)
        {
            hasRest = KeyBinding.Bind(tape, found.Value, key.Inner!, bound);
        }
        else
        {
            foreach (var inner in key.Inner!.Keys)
                bound[inner.Slot] = new BoundKey { Value = -1 };
        }

        hasRest |= Read(tape, key.Inner!, values);
        if (isObject)
        {
            found.Remainder = hasRest ? Remainder.Members : Remainder.Nothing;
        }
        else if (found.Value >= 0 && tape[found.Value].Kind != JsonKind.Null)
        {
            issues.Add(IssueCode.WrongType);
            found.Remainder = Remainder.Value;
        }
    }

    private void ReadColumns(JsonTape tape, PlanKey key, ref BoundKey found, ColumnValue[] values)
    {
        var isNull = found.Value < 0 || tape[found.Value].Kind == JsonKind.Null;
        var isHeld = isNull;
        foreach (var column in key.Columns)
        {
            if (isNull)
            {
                if (column.IsStatus)
                    issues.Add(IssueCode.StatusMissing);
                continue;
            }

            found.Remainder = Remainder.Nothing;
            values[column.Index] = ReadColumn(tape, column, ref found);
            isHeld |= found.Remainder == Remainder.Nothing;
        }

        // What a fixed column takes is read by the flattener, which leaves what it could not take.
        if (key.IsEnvelope && key.Columns.Length == 0)
            isHeld = true;

        // Two columns may read one key, and one that holds it is enough.
        found.Remainder = isHeld ? Remainder.Nothing : Remainder.Value;
    }

    private ColumnValue ReadColumn(JsonTape tape, PlanColumn column, ref BoundKey found)
    {
        switch (column.Field.Column.Type)
        {
            case ColumnType.Text:
                if (ReadText(tape, ref found, column.IsNumberFine) is not { } text)
                    return ColumnValue.Null;
                if (column.IsStatus && !column.IsExpected(text))
                    issues.Add(IssueCode.UnexpectedStatus);
                return ColumnValue.From(text);
            case ColumnType.Timestamp:
                if (ReadTime(tape, ref found, column.NoZone, column.Unparsable) is not { } time)
                    return ColumnValue.Null;
                return ColumnValue.From(column.Field.Width == FieldWidth.Milliseconds ? time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond)) : time);
            default:
                if (tape[found.Value].Kind is not (JsonKind.Object or JsonKind.Array)
                    && TypedValue.TryRead(tape[found.Value].Kind, tape.Stored(found.Value), column.Field, out var value))
                {
                    return value;
                }

                issues.Add(IssueCode.WrongType);
                found.Remainder = Remainder.Value;
                return ColumnValue.Null;
        }
    }
}
