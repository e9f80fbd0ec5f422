using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Schemas;

namespace VkycEtl.Tests.Flatten;

/// <summary>Another provider's webhooks, described by files alone: an envelope for its route, and a record an event type.</summary>
public sealed class OtherProviderTests : IDisposable
{
    private const string Route = "idcheck";

    /// <summary>The journey's id stands inside the payload, the application beside it, times are epoch seconds or texts, there is no version.</summary>
    private const string Envelope = """
        {"type":"record","name":"IdCheckEnvelope","namespace":"idcheck","doc":"What IdCheck sends with every event.","details":"payload","fields":[
          {"name":"id","type":["null","string"],"default":null,"path":"id","column":"event_id"},
          {"name":"application","type":["null","string"],"default":null,"path":"application.key","column":"app_id"},
          {"name":"verification","type":["null","string"],"default":null,"path":"payload.verification.id","column":"transaction_id"},
          {"name":"kind","type":["null","string"],"default":null,"path":"type","column":"event_type"},
          {"name":"created","type":["null",{"type":"long","logicalType":"timestamp-micros"}],"default":null,"path":"created","column":"event_time"}]}
        """;

    private const string Reviewed = """
        {"type":"record","name":"VerificationReviewed","namespace":"idcheck","doc":"An agent has decided.","eventType":"verification.reviewed","fields":[
          {"name":"verdict","type":["null","string"],"default":null,"path":"payload.verification.verdict","column":"verdict"},
          {"name":"score","type":["null","double"],"default":null,"path":"payload.score"},
          {"name":"live","type":["null","boolean"],"default":null,"path":"livemode","column":"is_live"}]}
        """;

    private const string Body = """
        {"id":"evt_1","type":"verification.reviewed","created":1772359200,"livemode":true,"application":{"key":"bank-1","region":"in"},
         "payload":{"verification":{"id":"ver_9","verdict":"PASSED","agent":{"name":"A"}},"score":0.75}}
        """;

    private readonly SchemaDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Its_events_become_rows_of_the_same_columns()
    {
        var row = Row(Body);

        Assert.Equal(
            ("evt_1", "verification.reviewed", "bank-1", "ver_9", (string?)null, (DateTime?)new DateTime(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc)),
            (row.EventId, row.EventType, row.AppId, row.TransactionId, row.EventVersion, row.EventTime));
        Assert.Equal(["PASSED", "0.75", "True"], Shown(row), StringComparer.Ordinal);
        Assert.Equal("""{"application":{"region":"in"},"payload":{"verification":{"agent":{"name":"A"}}}}""", row.Extras);
        Assert.Empty(row.Issues);
        Assert.Equal(Schemas().Types.Single(type => type.EventType == "verification.reviewed").Version, row.SchemaVersion);
    }

    [Theory]
    [InlineData("\"livemode\":true", "\"livemode\":\"?\"", "livemode\":\"?\"", "wrong_type")]
    [InlineData("\"created\":1772359200", "\"created\":\"soon\"", "\"created\":\"soon\"", "event_time_unparsable")]
    [InlineData("\"created\":1772359200,", "", null, "event_time_missing")]
    [InlineData("\"id\":\"evt_1\",", "", null, "event_id_missing")]
    [InlineData("\"id\":\"evt_1\",", "\"id\":{\"x\":1},", "\"id\":{\"x\":1}", "event_id_missing")]
    [InlineData("\"type\":\"verification.reviewed\"", "\"type\":\"verification.parked\"", "\"score\":0.75", "unknown_event_type")]
    [InlineData("\"key\":\"bank-1\"", "\"key\":{\"a\":1}", "\"application\":{\"key\":{\"a\":1},\"region\":\"in\"}", "app_id_from_route")]
    [InlineData("\"application\":{\"key\":\"bank-1\",\"region\":\"in\"}", "\"application\":7", "\"application\":7", "app_id_from_route,wrong_type")]
    public void What_is_strange_is_an_issue_and_kept(string right, string wrong, string? extras, string issues)
    {
        Assert.Contains(right, Body, StringComparison.Ordinal);
        var row = Row(Body.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Equal(issues.Split(','), row.Issues, StringComparer.Ordinal);
        Assert.Equal("ver_9", row.TransactionId);
        if (extras is not null)
            Assert.Contains(extras, row.Extras, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"id\":\"ver_9\",", "", QuarantineReason.MissingTransactionId)]
    [InlineData("\"type\":\"verification.reviewed\",", "", QuarantineReason.MissingEventType)]
    public void What_has_no_id_is_quarantined(string right, string wrong, string reason) =>
        Assert.Equal(reason, Flatten(Body.Replace(right, wrong, StringComparison.Ordinal), Route).Quarantined!.ReasonCode);

    [Fact]
    public void Another_route_reads_the_documented_envelope_and_one_flattener_reads_both()
    {
        using var flattener = new Flattener(Schemas(), new FlattenOptions());
        var documented = Given.Event("VCIP_CALL_STARTED", """{"agentId":"a"}""");

        Assert.Equal(QuarantineReason.MissingTransactionId, flattener.Flatten(Given.Raw(Body, "route-app")).Quarantined!.ReasonCode);
        Assert.Equal("ver_9", flattener.Flatten(Given.Raw(Body) with { Route = Route }).Row!.TransactionId);
        Assert.Equal("txn-1", flattener.Flatten(Given.Raw(documented) with { Route = "default" }).Row!.TransactionId);
        Assert.Null(flattener.Flatten(Given.Raw(documented)).Row!.Extras);
    }

    [Fact]
    public void Without_details_their_absence_is_no_issue_and_with_them_it_is()
    {
        const string Flat = """{"id":"evt_2","type":"ping","created":1772359200,"application":{"key":"bank-1"},"ref":"ver_9"}""";
        var elsewhere = Envelope.Replace("payload.verification.id", "ref", StringComparison.Ordinal);

        Assert.Equal(["details_missing", "unknown_event_type"], Row(Flat, elsewhere).Issues, StringComparer.Ordinal);
        var row = Row(Flat, elsewhere.Replace("\"details\":\"payload\"", "\"details\":null", StringComparison.Ordinal));
        Assert.Equal(["unknown_event_type"], row.Issues, StringComparer.Ordinal);
        Assert.Null(row.Extras);
        Assert.Equal(Schemas().Routes.Single().Version, row.SchemaVersion);
    }

    [Theory]
    [InlineData("\"column\":\"event_id\"", "\"column\":\"my_id\"", "id", "fills the fixed columns only")]
    [InlineData("\"path\":\"created\"", "\"path\":\"type\"", "created", "cannot be told from")]
    [InlineData("\"path\":\"payload.verification.id\"", "\"path\":\"payload.verification\"", "verification", "lies inside")]
    [InlineData("\"path\":\"payload.verification.id\"", "\"path\":\"payload\"", "verification", "is the key that holds the details")]
    [InlineData("\"path\":\"payload.verification.id\",\"column\":\"transaction_id\"", "\"path\":\"payload.verification.id\",\"column\":\"event_version\"", null, "no field fills transaction_id")]
    [InlineData("\"details\":\"payload\"", "\"details\":\"pay.load\"", null, "details is not one key")]
    [InlineData("\"column\":\"app_id\"", "\"column\":\"event_id\"", "application", "fills the column event_id too")]
    public void An_envelope_of_a_route_is_held_to_its_rules(string right, string wrong, string? field, string rule)
    {
        Assert.Contains(right, Envelope, StringComparison.Ordinal);
        directory.Write("reviewed.avsc", Reviewed);
        directory.Write($"envelope.{Route}.avsc", Envelope.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(directory.Faults(), fault => fault.Field == field && fault.Rule.Contains(rule, StringComparison.Ordinal) && fault.Cure.Length > 0);
    }

    private SchemaSet Schemas(string envelope = Envelope)
    {
        directory.Write("reviewed.avsc", Reviewed);
        if (envelope != Envelope || !File.Exists(Path.Combine(directory.Path, $"envelope.{Route}.avsc")))
            directory.Write($"envelope.{Route}.avsc", envelope);
        return directory.Load();
    }

    private EventRow Row(string body, string envelope = Envelope) => Flatten(body, Route, envelope).Row!;

    private Flattened Flatten(string body, string route, string envelope = Envelope)
    {
        using var flattener = new Flattener(Schemas(envelope), new FlattenOptions());
        return flattener.Flatten(Given.Raw(body, "route-app") with { Route = route });
    }

    private string[] Shown(EventRow row)
    {
        var columns = Schemas().Columns;
        return [.. columns.Select((column, i) => (column, row.Values[i])).Where(pair => pair.column.Name is "verdict" or "score" or "is_live").Select(pair => pair.column.Type switch
        {
            ColumnType.Text => pair.Item2.Text,
            ColumnType.Double => FormattableString.Invariant($"{pair.Item2.Double}"),
            _ => $"{pair.Item2.Boolean}",
        })];
    }
}
