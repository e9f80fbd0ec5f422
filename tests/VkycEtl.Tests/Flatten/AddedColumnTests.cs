using System.Globalization;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Schemas;

namespace VkycEtl.Tests.Flatten;

/// <summary>Columns that a user adds by hand: what each type takes, and what becomes of the rest.</summary>
public sealed class AddedColumnTests : IDisposable
{
    private const string Type = "VCIP_ADDED";
    private readonly SchemaDirectory directory = new();
    private readonly SchemaSet schemas;
    private readonly Flattener flattener;

    public AddedColumnTests()
    {
        directory.Write("added.avsc", $$"""
            {"type":"record","name":"Added","namespace":"vkyc","eventType":"{{Type}}","fields":[
              {"name":"t","type":["null","string"],"default":null,"path":"eventDetails.t"},
              {"name":"l","type":["null","long"],"default":null,"path":"eventDetails.l"},
              {"name":"i","type":["null","int"],"default":null,"path":"eventDetails.i"},
              {"name":"d","type":["null","double"],"default":null,"path":"eventDetails.d"},
              {"name":"f","type":["null","float"],"default":null,"path":"eventDetails.f"},
              {"name":"b","type":["null","boolean"],"default":null,"path":"eventDetails.b"},
              {"name":"n","type":["null",{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}],"default":null,"path":"eventDetails.n"},
              {"name":"m","type":["null",{"type":"bytes","logicalType":"decimal","precision":28,"scale":3}],"default":null,"path":"eventDetails.m"},
              {"name":"day","type":["null",{"type":"int","logicalType":"date"}],"default":null,"path":"eventDetails.day"},
              {"name":"u","type":["null",{"type":"string","logicalType":"uuid"}],"default":null,"path":"eventDetails.u"},
              {"name":"moment","type":["null",{"type":"long","logicalType":"timestamp-micros"}],"default":null,"path":"eventDetails.moment"},
              {"name":"ms","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null,"path":"eventDetails.ms"},
              {"name":"os","type":["null","string"],"default":null,"path":"eventDetails.device.os"},
              {"name":"twice_text","type":["null","string"],"default":null,"path":"eventDetails.twice"},
              {"name":"twice_number","type":["null","long"],"default":null,"path":"eventDetails.twice"},
              {"name":"status","type":["null","string"],"default":null,"path":"eventDetails.status","values":["Done"]}]}
            """);
        directory.Write("envelope.avsc", """{"type":"record","name":"Envelope","fields":[{"name":"tenant","type":["null","string"],"default":null,"path":"tenant.name"}]}""");
        schemas = directory.Load();
        flattener = new Flattener(schemas, new FlattenOptions());
    }

    public void Dispose()
    {
        flattener.Dispose();
        directory.Dispose();
    }

    [Theory]
    [InlineData("t", "\"a\"", "a")]
    [InlineData("t", "1.0", "1.0")]
    [InlineData("l", "9223372036854775807", "9223372036854775807")]
    [InlineData("l", "-0", "0")]
    [InlineData("l", "12.000", "12")]
    [InlineData("l", "\"-12\"", "-12")]
    [InlineData("i", "-2147483648", "-2147483648")]
    [InlineData("d", "0.1", "0.1")]
    [InlineData("d", "-1e3", "-1000")]
    [InlineData("d", "\"2.5e-1\"", "0.25")]
    [InlineData("f", "0.5", "0.5")]
    [InlineData("f", "0.1", "0.10000000149011612")]
    [InlineData("b", "true", "True")]
    [InlineData("b", "\"FALSE\"", "False")]
    [InlineData("n", "1234.5", "1234.50")]
    [InlineData("n", "-0.07", "-0.07")]
    [InlineData("n", "0", "0.00")]
    [InlineData("n", "-0.000", "0.00")]
    [InlineData("n", "12e2", "1200.00")]
    [InlineData("n", "1200000e-5", "12.00")]
    [InlineData("n", "\"1.100\"", "1.10")]
    [InlineData("m", "1234567890123456789012345.678", "1234567890123456789012345.678")]
    [InlineData("m", "-9999999999999999999999999.999", "-9999999999999999999999999.999")]
    [InlineData("day", "\"2024-02-29\"", "2024-02-29")]
    [InlineData("u", "\"0B6F5F7E-3b1c-4a55-9a5e-0d8f3f1f2a11\"", "0b6f5f7e-3b1c-4a55-9a5e-0d8f3f1f2a11")]
    [InlineData("moment", "\"2026-03-01T10:00:00.1234567Z\"", "2026-03-01T10:00:00.1234560Z")]
    [InlineData("moment", "1772359200", "2026-03-01T10:00:00.0000000Z")]
    [InlineData("ms", "\"1960-03-01T10:00:00.1234567Z\"", "1960-03-01T10:00:00.1230000Z")]
    [InlineData("device", """{"OS":"x"}""", "x", "os")]
    [InlineData("status", "\"done \"", "done ")]
    public void Value_that_fits_is_in_the_column(string key, string json, string value, string? column = null)
    {
        var row = Flatten(key, json);

        Assert.Equal(value, Shown(row, column ?? key));
        Assert.Null(row.Extras);
        Assert.Empty(row.Issues.Except(["status_missing", "wrong_type"], StringComparer.Ordinal));
        Assert.Equal(key == "t" && json[0] != '"', row.Issues.Contains("wrong_type", StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("t", "[1]")]
    [InlineData("l", "1.5")]
    [InlineData("l", "1e3")]
    [InlineData("l", "9223372036854775808")]
    [InlineData("l", "\"007\"")]
    [InlineData("l", "\"1.0\"")]
    [InlineData("l", "\" 1\"")]
    [InlineData("l", "\"+1\"")]
    [InlineData("l", "\"\"")]
    [InlineData("l", "true")]
    [InlineData("i", "2147483648")]
    [InlineData("d", "\"NaN\"")]
    [InlineData("d", "\"Infinity\"")]
    [InlineData("d", "\".5\"")]
    [InlineData("d", "\"1,5\"")]
    [InlineData("f", "1e39")]
    [InlineData("b", "1")]
    [InlineData("b", "\"yes\"")]
    [InlineData("n", "0.001")]
    [InlineData("n", "12345")]
    [InlineData("n", "1e300")]
    [InlineData("n", "1e4")]
    [InlineData("n", "\"-\"")]
    [InlineData("m", "12345678901234567890123456789")]
    [InlineData("day", "\"2026-02-29\"")]
    [InlineData("day", "\"2026-03-01T00:00:00Z\"")]
    [InlineData("day", "\"0000-03-01\"")]
    [InlineData("day", "20260301")]
    [InlineData("u", "\"0b6f5f7e3b1c4a559a5e0d8f3f1f2a11\"")]
    [InlineData("u", "\"+b6f5f7e-3b1c-4a55-9a5e-0d8f3f1f2a11\"")]
    [InlineData("device", "\"x\"")]
    [InlineData("device", "[]")]
    public void Value_that_does_not_fit_is_kept(string key, string json)
    {
        var row = Flatten(key, json);

        Assert.All(row.Values, value => Assert.True(value.IsNull));
        Assert.Contains("wrong_type", string.Join(' ', row.Issues), StringComparison.Ordinal);
        Assert.Equal($$$"""{"eventDetails":{"{{{key}}}":{{{json}}}}}""", row.Extras);
    }

    [Fact]
    public void A_number_that_no_double_holds_is_kept_as_a_text()
    {
        var row = Flatten("d", "-1e309");

        Assert.Equal("""{"eventDetails":{"d":"-1e309"}}""", row.Extras);
        Assert.Equal(["number_out_of_range", "status_missing", "wrong_type"], row.Issues, StringComparer.Ordinal);
    }

    [Fact]
    public void A_time_column_has_codes_of_its_own()
    {
        Assert.Contains("moment_no_zone", string.Join(' ', Flatten("moment", "\"2026-03-01T10:00\"").Issues), StringComparison.Ordinal);
        var row = Flatten("moment", "\"soon\"");
        Assert.Contains("moment_unparsable", string.Join(' ', row.Issues), StringComparison.Ordinal);
        Assert.Equal("""{"eventDetails":{"moment":"soon"}}""", row.Extras);
    }

    [Fact]
    public void What_is_beside_a_column_in_an_object_is_kept_under_the_documented_key()
    {
        var row = Flatten("DEVICE", """{"os":"x","z":1,"a":{"os":"y"}}""");

        Assert.Equal("x", Shown(row, "os"));
        Assert.Equal("""{"eventDetails":{"device":{"a":{"os":"y"},"z":1}}}""", row.Extras);
        Assert.DoesNotContain("wrong_type", string.Join(' ', row.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_columns_may_read_one_key_and_one_that_holds_it_is_enough()
    {
        var row = Flatten("twice", "\"many\"");

        Assert.Equal("many", Shown(row, "twice_text"));
        Assert.Null(Shown(row, "twice_number"));
        Assert.Null(row.Extras);
        Assert.Contains("wrong_type", string.Join(' ', row.Issues), StringComparison.Ordinal);
        Assert.Equal("7", Shown(Flatten("twice", "7"), "twice_number"));
    }

    [Fact]
    public void An_added_status_is_held_to_its_values()
    {
        Assert.Contains("unexpected_status", string.Join(' ', Flatten("status", "\"lost\"").Issues), StringComparison.Ordinal);
        Assert.Contains("status_missing", string.Join(' ', Flatten("status", "null").Issues), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_added_to_the_envelope_is_filled_for_every_type()
    {
        foreach (var type in (string[])[Type, "VCIP_CALL_STARTED", "VCIP_OF_NO_SCHEMA"])
        {
            var row = flattener.Flatten(Given.Raw(Given.Event(type, "{}").Replace("{\"appId\"", "{\"tenant\":{\"name\":\"acme\",\"x\":null},\"y\":1,\"appId\"", StringComparison.Ordinal))).Row!;
            Assert.Equal("acme", Shown(row, "tenant"));
            Assert.Equal("""{"tenant":{"x":null},"y":1}""", row.Extras);
        }
    }

    [Fact]
    public void A_row_says_by_which_schema_it_was_made()
    {
        Assert.Equal(schemas.Types.Single(type => type.EventType == Type).Version, Flatten("t", "null").SchemaVersion, StringComparer.Ordinal);
        Assert.Equal(schemas.Envelope.Version, flattener.Flatten(Given.Raw(Given.Event("VCIP_OF_NO_SCHEMA", "{}"))).Row!.SchemaVersion, StringComparer.Ordinal);
    }

    [Fact]
    public void A_row_of_added_columns_is_written_and_read_back_by_avro()
    {
        var row = flattener.Flatten(Given.Raw(Given.Event(Type, """
            {"t":"a","l":-9223372036854775808,"i":7,"d":0.1,"f":0.1,"b":false,"n":-1.5,"m":-9999999999999999999999999.999,"day":"0001-01-01",
             "u":"0b6f5f7e-3b1c-4a55-9a5e-0d8f3f1f2a11","moment":"1969-12-31T23:59:59.999999Z","ms":"1969-12-31T23:59:59.999999Z","device":{"os":"x"},"twice":3,"status":"done"}
            """).Replace("{\"appId\"", "{\"tenant\":{\"name\":\"acme\"},\"appId\"", StringComparison.Ordinal))).Row!;

        Assert.DoesNotContain(ColumnValue.Null, row.Values[5..]);
        AvroRowTests.AssertReadBack(schemas, row);
    }

    private EventRow Flatten(string key, string json) => flattener.Flatten(Given.Raw(Given.Event(Type, $$$"""{"{{{key}}}":{{{json}}}}"""))).Row!;

    private string? Shown(EventRow row, string name)
    {
        var at = schemas.Columns.ToList().FindIndex(column => column.Name == name);
        var value = row.Values[at];
        return value.IsNull ? null : schemas.Columns[at].Type switch
        {
            ColumnType.Text => value.Text,
            ColumnType.Uuid => value.Uuid.ToString(),
            ColumnType.BigInt => value.BigInt.ToString(CultureInfo.InvariantCulture),
            ColumnType.Double => value.Double.ToString("R", CultureInfo.InvariantCulture),
            ColumnType.Boolean => value.Boolean.ToString(),
            ColumnType.Numeric => value.Numeric.ToString(CultureInfo.InvariantCulture),
            ColumnType.Timestamp => value.Timestamp.ToString("O", CultureInfo.InvariantCulture),
            ColumnType.Date => value.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException(),
        };
    }
}
