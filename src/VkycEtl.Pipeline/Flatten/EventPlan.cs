using System.Text;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>A field as compiled: the column it fills and what it may complain of.</summary>
internal sealed class PlanColumn(SchemaField field, int index)
{
    private const string StatusColumn = "status";
    private readonly string[] expected = [.. field.Values.Select(value => value.Trim().ToUpperInvariant())];

    /// <summary>The field.</summary>
    public SchemaField Field { get; } = field;

    /// <summary>The column's place in the row.</summary>
    public int Index { get; } = index;

    /// <summary>Whether a number is as good as a text: agent ids are numbers at some clients.</summary>
    public bool IsNumberFine { get; } = KeySpelling.Fold(field.Path[^1]) == "agentid";

    /// <summary>Whether the column is the outcome of a call, whose absence and whose unexpected values are issues.</summary>
    public bool IsStatus { get; } = field.Column is { Name: StatusColumn, Type: ColumnType.Text };

    /// <summary>The issue where the default zone was used.</summary>
    public string NoZone { get; } = field.Column.Name + IssueCode.NoZoneSuffix;

    /// <summary>The issue where the value is no time.</summary>
    public string Unparsable { get; } = field.Column.Name + IssueCode.UnparsableSuffix;

    /// <summary>Whether a status is documented; trimmed, in upper case.</summary>
    public bool IsExpected(string status)
    {
        if (expected.Length == 0 || expected.AsSpan().Contains(status))
            return true;
        return expected.AsSpan().Contains(status.Trim().ToUpperInvariant());
    }
}

/// <summary>A documented key of an object: it fills columns, or holds an object with documented keys.</summary>
internal sealed class PlanKey(string name, int slot)
{
    /// <summary>The documented spelling, UTF-8.</summary>
    public byte[] Name { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>The documented spelling.</summary>
    public string Text { get; } = name;

    /// <summary>What every spelling folds to, UTF-8.</summary>
    public byte[] Folded { get; } = Encoding.UTF8.GetBytes(KeySpelling.Fold(name));

    /// <summary>The place of what is found for it in the row being made.</summary>
    public int Slot { get; } = slot;

    /// <summary>Whether it fills a fixed column, beside those of schemas.</summary>
    public bool IsEnvelope { get; init; }

    /// <summary>Columns it fills: usually one.</summary>
    public PlanColumn[] Columns { get; set; } = [];

    /// <summary>The documented keys under it; null where it fills columns.</summary>
    public ObjectPlan? Inner { get; set; }
}

/// <summary>The documented keys of an object.</summary>
internal sealed class ObjectPlan
{
    /// <summary>In schema order.</summary>
    public PlanKey[] Keys { get; private set; } = [];

    /// <summary>The key of a name, made if need be.</summary>
    public PlanKey Key(string name, ref int slots)
    {
        foreach (var known in Keys)
        {
            if (known.Text == name)
                return known;
        }

        var key = new PlanKey(name, slots++);
        Keys = [.. Keys, key];
        return key;
    }

    /// <summary>Adds a key that fills a fixed column, with that column's slot.</summary>
    public void AddEnvelopeKey(string name, int slot) => Keys = [.. Keys, new PlanKey(name, slot) { IsEnvelope = true }];
}

/// <summary>How events of one type become rows: their schema, compiled once.</summary>
internal sealed class EventPlan
{
    public const int AppId = 0;
    public const int TransactionId = 1;
    public const int Details = 2;
    public const int Version = 3;
    public const int Type = 4;
    public const int Time = 5;
    public const int Id = 6;

    private const string DetailsKey = "eventDetails";
    private static readonly string[] EnvelopeKeys = ["appId", "transactionId", DetailsKey, "eventVersion", "eventType", "eventTime", "eventId"];

    private static readonly Dictionary<string, int> FixedSlots = new(StringComparer.Ordinal)
    {
        ["app_id"] = AppId,
        ["transaction_id"] = TransactionId,
        ["event_version"] = Version,
        ["event_type"] = Type,
        ["event_time"] = Time,
        ["event_id"] = Id,
    };

    private EventPlan(string? eventType, string schemaVersion)
    {
        EventType = eventType;
        SchemaVersion = schemaVersion;
    }

    /// <summary>The documented keys of the envelope, in slots 0 to 6: the same for every type.</summary>
    public static ObjectPlan Envelope { get; } = MakeEnvelope();

    /// <summary>The type as the schema has it; null for types that no schema describes.</summary>
    public string? EventType { get; }

    /// <summary>The version of the schema that the plan comes from.</summary>
    public string SchemaVersion { get; }

    /// <summary>Keys at the top that schemas add.</summary>
    public ObjectPlan AddedKeys { get; } = new();

    /// <summary>Keys of eventDetails.</summary>
    public ObjectPlan DetailKeys { get; } = new();

    /// <summary>Keys that are bound before the type is known: the envelope's, but of a route with an envelope of its own, whose keys are all added.</summary>
    public ObjectPlan TopKeys { get; private init; } = Envelope;

    /// <summary>Of a route with an envelope of its own: the key that holds the details, where it has one.</summary>
    public PlanKey? RouteDetails { get; private set; }

    /// <summary>The documented versions; null: the one of the common envelope.</summary>
    public IReadOnlyList<string>? Versions { get; private set; }

    /// <summary>Which fixed columns the envelope describes, by slot.</summary>
    public bool[] Described { get; } = new bool[EnvelopeKeys.Length];

    /// <summary>How many slots a row of this type needs.</summary>
    public int Slots { get; private set; } = EnvelopeKeys.Length;

    /// <summary>Columns of the slot, or −1.</summary>
    public (int Start, int End) SlotColumns { get; private set; } = (-1, -1);

    /// <summary>Compiles a type's schema, or with null that of unknown types.</summary>
    public static EventPlan Compile(SchemaSet schemas, EventSchema? type)
    {
        var plan = new EventPlan(type?.EventType, type?.Version ?? schemas.Envelope.Version);
        Array.Fill(plan.Described, true);
        foreach (var field in (type?.Fields ?? []).Concat(schemas.Envelope.Added))
            plan.Add(field, IndexOf(schemas, field.Column.Name), isDetail: field.Path[0] == DetailsKey);
        return plan;
    }

    /// <summary>Compiles a type's schema, or with null that of unknown types, as events of a route with an envelope of its own have it: one tree of keys.</summary>
    public static EventPlan Compile(SchemaSet schemas, EventSchema? type, RouteEnvelope route)
    {
        var plan = new EventPlan(type?.EventType, type?.Version ?? route.Version) { TopKeys = new ObjectPlan() };
        foreach (var field in route.Fields)
        {
            var slot = FixedSlots[field.Column.Name];
            plan.Described[slot] = true;
            var slots = plan.Slots;
            var at = plan.AddedKeys;
            foreach (var key in field.Path.SkipLast(1))
                at = at.Key(key, ref slots).Inner ??= new ObjectPlan();
            at.AddEnvelopeKey(field.Path[^1], slot);
            plan.Slots = slots;
            if (slot == Version)
                plan.Versions = field.Values;
        }

        if (route.Details is { } details)
        {
            var slots = plan.Slots;
            plan.RouteDetails = plan.AddedKeys.Key(details, ref slots);
            plan.RouteDetails.Inner ??= new ObjectPlan();
            plan.Slots = slots;
        }

        foreach (var field in type?.Fields ?? [])
            plan.Add(field, IndexOf(schemas, field.Column.Name), isDetail: false);
        return plan;
    }

    private static int IndexOf(SchemaSet schemas, string column)
    {
        for (var i = 0; i < schemas.Columns.Count; i++)
        {
            if (schemas.Columns[i].Name == column)
                return i;
        }

        throw new ArgumentException($"The schema set has no column {column}.", nameof(schemas));
    }

    private static ObjectPlan MakeEnvelope()
    {
        var plan = new ObjectPlan();
        var slots = 0;
        foreach (var key in EnvelopeKeys)
            plan.Key(key, ref slots);
        return plan;
    }

    private void Add(SchemaField field, int index, bool isDetail)
    {
        var slots = Slots;
        var at = isDetail ? DetailKeys : AddedKeys;
        for (var i = isDetail ? 1 : 0; i < field.Path.Count; i++)
        {
            var key = at.Key(field.Path[i], ref slots);
            if (i == field.Path.Count - 1)
                key.Columns = [.. key.Columns, new PlanColumn(field, index)];
            else
                at = key.Inner ??= new ObjectPlan();
        }

        Slots = slots;
        SlotColumns = field.Column switch
        {
            { Name: "slot_start_time", Type: ColumnType.Timestamp } => SlotColumns with { Start = index },
            { Name: "slot_end_time", Type: ColumnType.Timestamp } => SlotColumns with { End = index },
            _ => SlotColumns,
        };
    }
}
