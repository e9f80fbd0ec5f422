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
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","privacy":"secret"}""", "privacy is none of")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","values":"A"}""", "values is not a list")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","unit":7}""", "unit is not a text")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":"a-b"}""", "cannot be a column")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":"1a"}""", "cannot be a column")]
    [InlineData("""{"name":"x123456789x123456789x123456789x123456789x123456789x123456789x123","type":["null","string"],"default":null,"path":"x"}""", "cannot be a column")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"x","column":"Extras"}""", "one of the table's own")]
    [InlineData("""{"name":"xmin","type":["null","string"],"default":null,"path":"x"}""", "one of the table's own")]
    [InlineData("""{"name":"agent_id","type":["null","string"],"default":null,"path":"x"}""", "another spelling, type, unit or privacy")]
    [InlineData("""{"name":"STATUS","type":["null","string"],"default":null,"path":"x"}""", "another spelling, type, unit or privacy")]
    [InlineData("""{"name":"status","type":["null","long"],"default":null,"path":"x"}""", "another spelling, type, unit or privacy")]
    [InlineData("""{"name":"status","type":["null","string"],"default":null,"path":"x","unit":"m"}""", "another spelling, type, unit or privacy")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"event_id"}""", "belongs to a fixed column")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"eventDetails"}""", "belongs to a fixed column")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a"},{"name":"y","type":["null","string"],"default":null,"path":"a.b"}""", "cannot be told from")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a.bC"},{"name":"y","type":["null","string"],"default":null,"path":"a.b_c"}""", "cannot be told from")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a"},{"name":"y","column":"x","type":["null","string"],"default":null,"path":"b"}""", "of the same row")]
    [InlineData("""{"name":"x","type":["null","string"],"default":null,"path":"a"},{"name":"x","column":"y","type":["null","string"],"default":null,"path":"b"}""", "two fields of this name")]
    [InlineData("7", "not an object with a name")]
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
    [InlineData("""{"type":"record","name":"A b","eventType":"T","fields":[]}""", "Avro refuses")]
    [InlineData("""{"type":"record","name":"A123456789B123456789C123456789D123456789E123456789F123456789","eventType":"T","fields":[]}""", "over 63 bytes")]
    [InlineData("""{"type":"record","name":"Events","eventType":"T","fields":[]}""", "is taken by the warehouse")]
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
