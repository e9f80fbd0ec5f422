using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.ServerTests.Load;

/// <summary>A small schema set with a column of each type.</summary>
internal static class TestSchemas
{
    public static readonly SchemaColumn[] Columns =
    [
        Column("slot_start_time", ColumnType.Timestamp),
        Column("agent_id", ColumnType.Text),
        Column("reason", ColumnType.Text),
        Column("case_ref", ColumnType.Uuid),
        Column("tries", ColumnType.BigInt),
        Column("score", ColumnType.Double),
        Column("is_recorded", ColumnType.Boolean),
        Column("amount", ColumnType.Numeric) with { Precision = 12, Scale = 2 },
        Column("due_on", ColumnType.Date),
    ];

    public static SchemaSet Default { get; } = With();

    public static SchemaColumn Column(string name, ColumnType type) => new(name, type, $"What {name} says, it's this", null, "none");

    public static SchemaSet With(params SchemaColumn[] more)
    {
        SchemaColumn[] all = [.. Columns, .. more];
        return new SchemaSet(
            [
                new EventSchema("VCIP_CUSTOMER_SCHEDULED", "customer_scheduled", "A customer schedules a call", "aa", [all[0]]),
                new EventSchema("VCIP_CALL_COMPLETED", "call_completed", "The call is completed", "bb", [.. all[1..]]),
            ],
            all,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["event_id"] = "Unique id of the webhook event" },
            "cc");
    }
}
