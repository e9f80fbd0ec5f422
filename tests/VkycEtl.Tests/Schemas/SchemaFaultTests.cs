using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Flatten;

namespace VkycEtl.Tests.Schemas;

/// <summary>Every schema that is refused, and by which rule.</summary>
public sealed class SchemaFaultTests
{
    [Theory]
    [InlineData("""{"name":"x","type":"string","default":null,"path":"x"}""", "union of null")]
    [InlineData("""{"name":"x","type":["string","null"],"default":null,"path":"x"}""", "union of null")]
    [InlineData("""{"name":"x","type":["null","string","int"],"default":null,"path":"x"}""", "union of null")]
    [InlineData("""{"name":"x","type":["null","string"],"path":"x"}""", "default is not null")]
    [InlineData("""{"name":"x","type":["null","string"],"default":"a","path":"x"}""", "default is not null")]
    [InlineData("""{"name":"x","type":["null","bytes"],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"array","items":"string"}],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"map","values":"string"}],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"enum","name":"E","symbols":["A"]}],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"long","logicalType":"time-micros"}],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"long","logicalType":"local-timestamp-micros"}],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"int","logicalType":"timestamp-millis"}],"default":null,"path":"x"}""", "makes no column")]
    [InlineData("""{"name":"x","type":["null",{"type":"bytes","logicalType":"decimal","precision":29,"scale":2}],"default":null,"path":"x"}""", "precision")]
    [InlineData("""{"name":"x","type":["null",{"type":"bytes","logicalType":"decimal","precision":4,"scale":5}],"default":null,"path":"x"}""", "precision")]
    [InlineData("""{"name":"x","type":["null",{"type":"bytes","logicalType":"decimal"}],"default":null,"path":"x"}""", "precision")]
    [InlineData("""{"name":"x","aliases":["y"],"type":["null","string"],"default":null,"path":"x"}""", "aliases")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null}""", "where its value comes from")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a..b"}""", "where its value comes from")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","privacy":"secret"}""", "which is none of")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","values":"A"}""", "values is not a list")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","unit":7}""", "unit is not a text")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":"a-b"}""", "letters, digits and _")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":"1a"}""", "cannot be a column")]
    [InlineData("""{"name":"x123456789x123456789x123456789x123456789x123456789x123456789x1234","type":["null","string"],"default":null,"path":"x"}""", "it has 65 bytes, and a name is at most 63 bytes long")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":"Extras"}""", "one of the table's own")]
    [InlineData("""{"name":"xmin","type":["null","string"],"default":null,"path":"x"}""", "one of the table's own")]
    [InlineData("""{"name":"agent_id","type":["null","string"],"default":null,"path":"x"}""", "another privacy: personal, and here it is none")]
    [InlineData("""{"name":"STATUS","type":["null","string"],"default":null,"path":"x"}""", "another spelling, and here it is STATUS")]
    [InlineData("""{"name":"status","type":["null","long"],"default":null,"path":"x"}""", "another type: text, and here it is bigint")]
    [InlineData("""{"name":"status","type":["null","string"],"default":null,"path":"x","unit":"m"}""", "another unit: none, and here it is m")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"event_id"}""", "belongs to a fixed column")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"eventDetails"}""", "belongs to a fixed column")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a"},{"name":"y","type":["null","string"],"default":null,"path":"a.b"}""", "cannot be told from")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a.bC"},{"name":"y","type":["null","string"],"default":null,"path":"a.b_c"}""", "cannot be told from")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a"},{"name":"y","column":"x","type":["null","string"],"default":null,"path":"b"}""", "of the same row")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a"},{"name":"x","column":"y","type":["null","string"],"default":null,"path":"b"}""", "two fields of this name")]
    [InlineData("7", "not an object with a name")]
    [InlineData("""{"name":"x","type":["null",{"type":"long","logicalType":"timestamp-milis"}],"default":null,"path":"x"}""", "timestamp-milis is not one that columns are made of")]
    [InlineData("""{"name":"x","type":["null",{"type":"string","logicalType":"date"}],"default":null,"path":"x"}""", "date stands on int")]
    [InlineData("""{"name":"x","type":["null","long"],"logicalType":"timestamp-micros","default":null,"path":"x"}""", "logicalType stands on the field")]
    [InlineData("""{"name":"x","type":["null",{"type":"bytes","logicalType":"decimal","precision":9,"scale":"2"}],"default":null,"path":"x"}""", "scale is not a whole number")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","privcy":"personal"}""", "the property \"privcy\" means nothing")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"Path":"x"}""", "the property \"Path\" means nothing")]
    [InlineData("""{"name":"x","default":null,"path":"x"}""", "has no type")]
    [InlineData("""{"name":"x-y","column":"x","type":["null","string"],"default":null,"path":"x"}""", "no Avro name")]
    [InlineData("""{"name":"order","type":["null","string"],"default":null,"path":"x"}""", "reserved word of SQL")]
    [InlineData("""{"name":"x","column":"Qualify","type":["null","string"],"default":null,"path":"x"}""", "reserved word of SQL")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":7}""", "column is not a text")]
    public void Field_is_refused(string fields, string rule)
    {
        using var directory = new SchemaDirectory();
        directory.Write("added.avsc", SchemaSetTests.Record("Added", fields));

        var faults = directory.Faults();

        Assert.Contains(faults, fault => fault.Rule.Contains(rule, StringComparison.Ordinal) && fault.File.EndsWith("added.avsc", StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.NotEmpty(fault.Cure));
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("""{"type":"record","type":"record"}""", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"type":"enum","name":"A","symbols":[]}""", "not an Avro record")]
    [InlineData("""{"type":"record","name":"A","fields":[]}""", "names no event type")]
    [InlineData("""{"type":"record","name":"A","eventType":"T","aliases":["B"],"fields":[]}""", "aliases")]
    [InlineData("""{"type":"record","name":"A","eventType":"T","stage":"last","fields":[]}""", "stage is not")]
    [InlineData("""{"type":"record","name":"A b","eventType":"T","fields":[]}""", "no Avro name")]
    [InlineData("""{"type":"record","name":"A123456789B123456789C123456789D123456789E123456789F123456789","eventType":"T","fields":[]}""", "it has 65 bytes")]
    [InlineData("""{"type":"record","name":"Events","eventType":"T","fields":[]}""", "is taken by a relation of the warehouse")]
    [InlineData("""{"type":"record","name":"EventsPkey","eventType":"T","fields":[]}""", "is taken by a relation of the warehouse")]
    [InlineData("""{"type":"record","name":"User","eventType":"T","fields":[]}""", "reserved word of SQL")]
    [InlineData("""{"type":"record","name":"vkyc.A","eventType":"T","fields":[]}""", "no Avro name")]
    [InlineData("""{"type":"record","eventType":"T","fields":[]}""", "has no name")]
    [InlineData("""{"type":"record","name":"A","eventType":"T"}""", "has no list of fields")]
    [InlineData("""{"type":"record","name":"A","namespace":"a..b","eventType":"T","fields":[]}""", "namespace is no list")]
    [InlineData("""{"type":"record","name":"A","eventType":" T","fields":[]}""", "white space")]
    [InlineData("""{"type":"record","name":"A","eventtype":"T","eventType":"T","fields":[]}""", "the property \"eventtype\" means nothing")]
    [InlineData("""{"type":"record","name":"CallEnded","namespace":"other","eventType":"VCIP_CALL_ENDED","fields":[]}""", "of namespace vkyc")]
    [InlineData("""{"type":"record","name":"CallEnded","eventType":"T","fields":[]}""", "is taken by call_ended.avsc")]
    [InlineData("""{"type":"record","name":"Other","eventType":"VCIP_CALL_ENDED","fields":[]}""", "calls this record CallEnded")]
    [InlineData("""{"type":"record","name":"CallEnded","eventType":"VCIP_CALL_ENDED","fields":[{"name":"status","type":["null","long"],"default":null,"path":"eventDetails.status"}]}""", "no column ever changes")]
    public void File_is_refused(string json, string rule)
    {
        using var directory = new SchemaDirectory();
        directory.Write("added.avsc", json);

        Assert.Contains(directory.Faults(), fault => fault.Rule.Contains(rule, StringComparison.Ordinal) && fault.File.EndsWith("added.avsc", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_of_all_files_are_reported_at_once()
    {
        using var directory = new SchemaDirectory();
        directory.Write("a.avsc", SchemaSetTests.Record("A", """{"name":"x","type":"string"}""", "A"));
        directory.Write("b.avsc", "{");
        directory.Write("c.avsc", SchemaSetTests.Record("C", "", "C"));
        directory.Write("d.avsc", SchemaSetTests.Record("D", "", "C"));

        var thrown = Assert.Throws<SchemaFaultsException>(directory.Load);

        Assert.Equal(["a.avsc", "a.avsc", "a.avsc", "b.avsc", "d.avsc"], thrown.Faults.Select(fault => Path.GetFileName(fault.File)), StringComparer.Ordinal);
        Assert.Contains("c.avsc beside it describes C too", thrown.Faults[^1].Rule, StringComparison.Ordinal);
        Assert.All(thrown.Faults, fault => Assert.Contains(fault.ToString(), thrown.Message, StringComparison.Ordinal));
    }

    /// <summary>A file for a type the product has never seen, wrong in every way at once: nothing is found only after something else is mended.</summary>
    [Fact]
    public void Every_fault_of_a_file_is_found_at_once_and_each_one_mended_is_one_less()
    {
        (string Wrong, string Right, string? Field, string Rule, string Cure)[] mistakes =
        [
            ("\"aliases\":[\"KycParked\"],", "", null, "aliases", "remove"),
            ("\"name\":\"CallEnded\"", "\"name\":\"CallParked\"", null, "is taken by call_ended.avsc", "another record name"),
            ("\"stage\":\"third\"", "\"stage\":1", null, "stage is not a whole number", "1 to 5"),
            ("\"type\":[\"string\",\"null\"]", "\"type\":[\"null\",\"string\"]", "queue", "null stands second", "[\"null\", …]"),
            ("\"default\":\"x\"", "\"default\":null", "bay", "default is not null", "\"default\": null"),
            ("\"logicalType\":\"timestamp-milis\"", "\"logicalType\":\"timestamp-millis\"", "parkedAt", "timestamp-milis", "timestamp-millis"),
            ("\"precision\":6,\"scale\":8", "\"precision\":8,\"scale\":2", "fee", "scale is not", "\"scale\""),
            ("\"privacy\":\"secret\"", "\"privacy\":\"sensitive\"", "phone", "privacy is secret", "one of the three"),
            ("\"column\":\"load_id\"", "\"column\":\"parking_load\"", "load", "one of the table's own", "another \"column\""),
            ("\"column\":\"order\"", "\"column\":\"order_no\"", "orderNo", "reserved word", "another \"column\""),
            ("\"column\":\"Reason\"", "\"column\":\"parked_because\"", "because", "another spelling", "another \"column\""),
            ("\"column\":\"agent_id\",\"privacy\":\"none\"", "\"column\":\"agent_id\",\"privacy\":\"personal\"", "agentId", "another privacy", "make them alike"),
            ("\"path\":\"eventTime\"", "\"path\":\"eventDetails.since\"", "since", "belongs to a fixed column", "eventDetails"),
            ("\"path\":\"eventDetails.Queue\"", "\"path\":\"eventDetails.lane\"", "lane", "cannot be told from", "another path"),
        ];
        var wrong = """
            {"type":"record","aliases":["KycParked"],"name":"CallEnded","namespace":"vkyc","doc":"A call waits.","eventType":"VCIP_CALL_PARKED","stage":"third","fields":[
            {"name":"queue","type":["string","null"],"default":null,"path":"eventDetails.waitsIn"},
            {"name":"bay","type":["null","string"],"default":"x","path":"eventDetails.bay"},
            {"name":"parkedAt","type":["null",{"type":"long","logicalType":"timestamp-milis"}],"default":null,"path":"eventDetails.parkedAt","column":"parked_at"},
            {"name":"fee","type":["null",{"type":"bytes","logicalType":"decimal","precision":6,"scale":8}],"default":null,"path":"eventDetails.fee"},
            {"name":"phone","type":["null","string"],"default":null,"path":"eventDetails.phone","privacy":"secret"},
            {"name":"load","type":["null","string"],"default":null,"path":"eventDetails.load","column":"load_id"},
            {"name":"orderNo","type":["null","string"],"default":null,"path":"eventDetails.orderNo","column":"order"},
            {"name":"because","type":["null","string"],"default":null,"path":"eventDetails.because","column":"Reason","privacy":"personal"},
            {"name":"agentId","type":["null","string"],"default":null,"path":"eventDetails.agentId","column":"agent_id","privacy":"none"},
            {"name":"since","type":["null","string"],"default":null,"path":"eventTime"},
            {"name":"line","type":["null","string"],"default":null,"path":"eventDetails.queue"},
            {"name":"lane","type":["null","string"],"default":null,"path":"eventDetails.Queue"}]}
            """;
        using var directory = new SchemaDirectory();
        for (var mended = 0; mended < mistakes.Length; mended++)
        {
            directory.Write("call_parked.avsc", wrong);
            var faults = directory.Faults();
            Assert.True(mistakes.Length - mended == faults.Count, $"{mended}: {string.Join("\n", faults)}");
            foreach (var (_, _, field, rule, cure) in mistakes.Skip(mended))
            {
                var fault = Assert.Single(faults, fault => fault.Field == field && fault.Rule.Contains(rule, StringComparison.Ordinal));
                Assert.EndsWith("call_parked.avsc", fault.File, StringComparison.Ordinal);
                Assert.Contains(cure, fault.Cure, StringComparison.Ordinal);
            }

            Assert.Contains(mistakes[mended].Wrong, wrong, StringComparison.Ordinal);
            wrong = wrong.Replace(mistakes[mended].Wrong, mistakes[mended].Right, StringComparison.Ordinal);
        }

        directory.Write("call_parked.avsc", wrong);
        Assert.Equal(12, directory.Load().Types.Single(type => type.EventType == "VCIP_CALL_PARKED").Fields.Count);
    }

    [Fact]
    public void A_directory_that_is_not_there_and_an_envelope_that_is_not_are_faults()
    {
        using var directory = new SchemaDirectory();
        directory.Write("a.avsc", SchemaSetTests.Record("A", ""));

        Assert.Contains("no directory holds", Assert.Throws<SchemaFaultsException>(() => SchemaSet.Load(directory.Path)).Message, StringComparison.Ordinal);
        var gone = Path.Combine(directory.Path, "gone");
        Assert.Equal(gone, Assert.Single(Assert.Throws<SchemaFaultsException>(() => SchemaSet.Load(Given.AvroDirectory, gone)).Faults).File);
    }

    [Fact]
    public void The_envelopes_own_fields_stay_as_they_are()
    {
        using var directory = new SchemaDirectory();
        directory.Write("envelope.avsc", """{"type":"record","name":"Envelope","fields":[{"name":"eventTime","type":["null","string"],"default":null,"path":"eventTime","column":"event_time"}]}""");

        Assert.NotEmpty(directory.Faults());
    }
}
