using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Flatten;

namespace VkycEtl.Tests.Schemas;

public sealed class SchemaSetTests
{
    [Fact]
    public void The_programs_own_schemas_make_the_contracts_columns_in_lifecycle_order()
    {
        var set = Given.Schemas;

        Assert.Equal(
            [
                ("slot_start_time", ColumnType.Timestamp, "none"), ("slot_end_time", ColumnType.Timestamp, "none"), ("agent_id", ColumnType.Text, "personal"),
                ("status", ColumnType.Text, "none"), ("reason", ColumnType.Text, "personal"),
            ],
            set.Columns.Select(column => (column.Name, column.Type, column.Privacy)));
        Assert.Equal(
            [
                ("VCIP_CUSTOMER_SCHEDULED", "customer_scheduled"), ("VCIP_CUSTOMER_ASSIGNED", "customer_assigned"), ("VCIP_CUSTOMER_NOTIFIED", "customer_notified"),
                ("VCIP_CALL_STARTED", "call_started"), ("VCIP_CALL_COMPLETED", "call_completed"), ("VCIP_CALL_ENDED", "call_ended"),
            ],
            set.Types.Select(type => (type.EventType, type.ViewName)));
        Assert.Equal(["status", "reason", "agent_id"], set.Types[4].Columns.Select(column => column.Name), StringComparer.Ordinal);
        Assert.Empty(set.Types[1].Columns);
        Assert.Empty(set.Envelope.Added);
    }

    [Fact]
    public void Every_record_and_field_is_documented()
    {
        var set = Given.Schemas;

        Assert.All(set.Types, type => Assert.NotEmpty(type.Doc));
        Assert.All(set.Columns, column => Assert.NotEmpty(column.Doc));
        Assert.Equal(
            ["app_id", "event_id", "event_time", "event_type", "event_version", "transaction_id"],
            set.EnvelopeDocs.Where(doc => doc.Value.Length > 0).Select(doc => doc.Key).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    [Fact]
    public void A_version_is_that_of_the_content_not_of_its_form()
    {
        using var directory = new SchemaDirectory();
        directory.Write("a.avsc", Record("A", """{"name":"x","type":["null","string"],"default":null,"path":"eventDetails.x","unit":"m"}"""));
        var first = directory.Load().Types[^1].Version;
        directory.Write("a.avsc", """
            { "fields": [ { "unit": "m", "path": "eventDetails.x", "default": null, "name": "x", "type": [ "null", "string" ] } ],
              "eventType": "T", "name": "\u0041", "type": "record" }
            """);
        var sameContent = directory.Load().Types[^1].Version;
        directory.Write("a.avsc", Record("A", """{"name":"x","type":["null","string"],"default":null,"path":"eventDetails.x","unit":"km"}"""));
        var otherUnit = directory.Load().Types[^1].Version;

        Assert.Matches("^[0-9a-f]{64}$", first);
        Assert.True(first == sameContent, "the same content in another form");
        Assert.False(first == otherUnit, "another unit");
        Assert.False(Given.Schemas.Version == directory.Load().Version, "another set");
    }

    [Fact]
    public void A_later_directory_adds_a_type_whose_columns_stand_last()
    {
        using var directory = new SchemaDirectory();
        directory.Write("call_transferred.avsc", """
            {"type":"record","name":"CallTransferred","namespace":"vkyc","doc":"A call went to another agent.","eventType":"VCIP_CALL_TRANSFERRED","fields":[
              {"name":"agentId","type":["null","string"],"default":null,"path":"eventDetails.agentId","column":"agent_id","privacy":"personal"},
              {"name":"queue","type":["null","string"],"default":null,"doc":"The queue.","path":"eventDetails.queue"}]}
            """);

        var set = directory.Load();

        Assert.Equal(["slot_start_time", "slot_end_time", "agent_id", "status", "reason", "queue"], set.Columns.Select(column => column.Name), StringComparer.Ordinal);
        Assert.Equal("call_transferred", set.Types[^1].ViewName);
        Assert.Equal("The queue.", set.Columns[^1].Doc);
    }

    [Fact]
    public void A_later_directory_adds_fields_to_a_type_and_to_the_envelope()
    {
        using var directory = new SchemaDirectory();
        directory.Write("more.avsc", Record("CallStarted", """{"name":"room","type":["null","int"],"default":null,"path":"eventDetails.room"}""", "VCIP_CALL_STARTED"));
        directory.Write("envelope.avsc", """
            {"type":"record","name":"Envelope","fields":[{"name":"tenant","type":["null","string"],"default":null,"path":"tenant"}]}
            """);

        var set = directory.Load();

        Assert.Equal(["agent_id", "room", "tenant"], set.Types.Single(type => type.EventType == "VCIP_CALL_STARTED").Columns.Select(column => column.Name), StringComparer.Ordinal);
        Assert.Equal(["slot_start_time", "slot_end_time", "agent_id", "room", "status", "reason", "tenant"], set.Columns.Select(column => column.Name), StringComparer.Ordinal);
        Assert.Equal("tenant", Assert.Single(set.Envelope.Added).Name);
        Assert.Equal(Given.Schemas.Types[3].Doc, set.Types[3].Doc);
    }

    [Theory]
    [InlineData("CustomerScheduled", "customer_scheduled")]
    [InlineData("KYCCallStarted", "kyc_call_started")]
    [InlineData("call2Ended", "call2_ended")]
    [InlineData("already_Snake", "already_snake")]
    public void Views_are_named_in_snake_case(string record, string view) => Assert.Equal(view, SchemaAssembly.SnakeCase(record));

    internal static string Record(string name, string fields, string eventType = "T") =>
        $$"""{"type":"record","name":"{{name}}","eventType":"{{eventType}}","fields":[{{fields}}]}""";
}
