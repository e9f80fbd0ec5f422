using Avro;
using Avro.Generic;
using Avro.IO;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Tests.Flatten;

public sealed class AvroRowTests
{
    [Theory]
    [MemberData(nameof(SampleTests.Names), MemberType = typeof(SampleTests))]
    public void Every_sample_row_is_written_and_read_back_by_avro(string name)
    {
        using var flattener = Given.Flattener();
        var flattened = flattener.Flatten(Given.Raw(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Samples", name + ".json")), "route-app"));
        Assert.True((flattened.Row is null) != (flattened.Quarantined is null));
        if (flattened.Row is { } row)
            AssertReadBack(Given.Schemas, row);
    }

    [Fact]
    public void A_set_that_was_not_loaded_has_no_records()
    {
        using var flattener = Given.Flattener();
        var row = flattener.Flatten(Given.Raw(Given.Event("VCIP_CALL_STARTED", "{}"))).Row!;

        Assert.Throws<InvalidOperationException>(() => AvroRow.From(new SchemaSet([], [], new Dictionary<string, string>(StringComparer.Ordinal), "v"), row));
    }

    internal static void AssertReadBack(SchemaSet schemas, EventRow row)
    {
        var written = AvroRow.From(schemas, row);
        var read = new AvroRow(WriteAndRead(written.Envelope), written.Details is null ? null : WriteAndRead(written.Details));
        var back = read.ToRow(schemas, row with
        {
            AppId = "",
            TransactionId = "",
            EventType = "",
            EventVersion = "",
            EventId = "",
            EventTime = null,
            Values = [],
        });

        Assert.Equal(row.Values, back.Values);
        Assert.Equal(row, back with { Values = row.Values });
    }

    private static GenericRecord WriteAndRead(GenericRecord record)
    {
        var schema = Schema.Parse(record.Schema.ToString());
        using var bytes = new MemoryStream();
        new GenericDatumWriter<GenericRecord>(record.Schema).Write(record, new BinaryEncoder(bytes));
        bytes.Position = 0;
        var read = new GenericDatumReader<GenericRecord>(schema, record.Schema).Read(null!, new BinaryDecoder(bytes));
        Assert.Equal(bytes.Length, bytes.Position);
        return read;
    }
}
