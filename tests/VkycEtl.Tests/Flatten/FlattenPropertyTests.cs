using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Tests.Flatten;

public sealed class FlattenPropertyTests
{
    private const int Documents = 20_000;
    private static readonly Gen<RandomJson> Json = Gen.Int[0, int.MaxValue].Select(seed => new RandomJson(seed));

    [Fact]
    public void No_bytes_make_it_throw()
    {
        var jsonLike = Given.OneOf("{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), "\""u8.ToArray(), ":"u8.ToArray(), ","u8.ToArray(), "\\u"u8.ToArray(),
            "\\ud83d"u8.ToArray(), "\\"u8.ToArray(), "1e9"u8.ToArray(), "-"u8.ToArray(), "NaN"u8.ToArray(), "null"u8.ToArray(), "\"eventDetails\":"u8.ToArray(), "\"eventTime\":"u8.ToArray(),
            "\"appId\":\"a\","u8.ToArray(), [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80], [0xFF], [0x00]);
        var bytes = Gen.OneOf(Gen.Byte.Array[0, 200], jsonLike.Array[0, 40].Select(parts => parts.SelectMany(part => part).ToArray()));

        bytes.Sample(
            body =>
            {
                using var flattener = Given.Flattener();
                var flattened = flattener.Flatten(Given.Raw(body, "route-app"));
                return (flattened.Row is null) != (flattened.Quarantined is null);
            },
            iter: 5_000);
    }

    [Fact]
    public void A_damaged_event_is_a_row_or_in_quarantine()
    {
        using var flattener = Given.Flattener();
        Gen.Select(Json, Gen.Int[0, 10_000], Gen.Byte).Sample(
            (json, at, value) =>
            {
                var body = Encoding.UTF8.GetBytes(json.Write(json.Event()));
                body[at % body.Length] = value;
                var flattened = flattener.Flatten(Given.Raw(body, "route-app"));
                Assert.True((flattened.Row is null) != (flattened.Quarantined is null));
            },
            iter: Documents,
            threads: 1);
    }

    [Fact]
    public void Rows_are_those_of_the_plain_reference()
    {
        using var flattener = Given.Flattener();
        var rows = 0;
        Json.Sample(
            json =>
            {
                var sent = json.Event();
                var plain = PlainFlattener.Flatten(sent);
                var flattened = flattener.Flatten(Given.Raw(json.Write(sent)));

                Assert.Equal(plain.Quarantined, flattened.Quarantined?.ReasonCode);
                if (flattened.Row is not { } row)
                    return;
                rows++;
                var columns = Columns(row);
                if (!plain.Columns.ContainsKey("event_id"))
                    plain.Columns["event_id"] = $"sha256:{row.ContentDigest:N}";
                Assert.Equal(string.Join('\n', plain.Columns), string.Join('\n', columns));
                Assert.Equal(plain.Extras, row.Extras);
                Assert.Equal(string.Join(' ', plain.Issues), string.Join(' ', row.Issues));
                Assert.Equal(Version8(sent.Canonical()), row.ContentDigest);
                Assert.Equal(Version8($"{row.AppId}\u001f{row.TransactionId}"), row.TransactionKey);
                Assert.Equal(Version8($"{row.AppId}\u001f{row.TransactionId}\u001f{row.EventId}"), row.EventKey);
            },
            iter: Documents,
            threads: 1);
        Assert.True(rows > Documents / 4, $"only {rows} of the documents were rows");
    }

    [Fact]
    public void The_digest_is_that_of_the_content_not_of_its_form()
    {
        using var flattener = Given.Flattener();
        Json.Sample(
            json =>
            {
                var sent = json.Event();
                var once = flattener.Flatten(Given.Raw(json.Write(sent), "a")).Row;
                var again = flattener.Flatten(Given.Raw("\uFEFF" + json.Write(sent, shuffle: true), "b")).Row;
                Assert.Equal(once?.ContentDigest, again?.ContentDigest);
            },
            iter: Documents,
            threads: 1);
    }

    [Fact]
    public void Other_content_has_another_digest()
    {
        string[] bodies = ["""{"a":1}""", """{"a":1.0}""", """{"a":"1"}""", """{"a":1,"a":1}""", """{"a":1,"a":2}""", """{"a":2,"a":1}""", """{"a":null}""", """{"A":1}""",
            """{"a":"\u0000"}""", """{"a":"\ufffd"}""", """{"a":"\ud800"}""", """{"a":"\ud801"}""", """{"a":[]}""", """{"a":{}}""", """{"a":"{}"}"""];
        using var flattener = Given.Flattener();
        var digests = bodies.Select(body => flattener.Flatten(Given.Raw($$"""{"appId":"a","transactionId":"t","eventType":"e","x":{{body}}}""")).Row!.ContentDigest);

        Assert.Equal(bodies.Length, digests.Distinct().Count());
    }

    [Theory]
    [InlineData(1_000_000, "a")]
    [InlineData(300_000, "\\u0000")]
    [InlineData(300_000, "\\ud800\\udc00")]
    public void Huge_texts_are_kept_whole(int times, string part)
    {
        using var flattener = Given.Flattener();
        var row = flattener.Flatten(Given.Raw(Given.Event("VCIP_CALL_COMPLETED", $$"""{"status":"DECLINED","reason":"{{string.Concat(Enumerable.Repeat(part, times))}}"}"""))).Row!;

        Assert.Equal(times, row.Values[4].Text.EnumerateRunes().Count());
        Assert.Null(row.Extras);
    }

    [Fact]
    public void Deep_nesting_and_many_items_end_in_quarantine_or_a_row()
    {
        using var flattener = Given.Flattener();
        var open = new string('[', 1_000_000);

        Assert.Equal(QuarantineReason.NotAJsonObject, flattener.Flatten(Given.Raw("{\"a\":" + open)).Quarantined!.ReasonCode);
        Assert.Equal(QuarantineReason.TooDeep, flattener.Flatten(Given.Raw("{\"a\":" + open + new string(']', open.Length) + "}")).Quarantined!.ReasonCode);
        var items = "[" + string.Join(',', Enumerable.Repeat("0", 300_000)) + "]";
        Assert.Equal($$"""{"eventDetails":{{items}}}""", flattener.Flatten(Given.Raw(Given.Event("VCIP_CALL_STARTED", items))).Row!.Extras);
    }

    [Fact]
    public void Keys_that_are_odd_by_the_thousand_are_no_burden()
    {
        using var flattener = Given.Flattener();
        var members = string.Join(',', Enumerable.Range(0, 9_000).Select(i => $"\"{new string('x', 80)}\\ud800{i}\":{i}"));

        var row = flattener.Flatten(Given.Raw(Given.Event("VCIP_CALL_STARTED", "{" + members + "}"))).Row!;

        Assert.Equal("text_replaced", Assert.Single(row.Issues));
        Assert.Equal(9_000, row.Extras!.Count(c => c == '\uFFFD'));
    }

    private static SortedDictionary<string, string> Columns(EventRow row)
    {
        var columns = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["app_id"] = row.AppId,
            ["transaction_id"] = row.TransactionId,
            ["event_type"] = row.EventType,
            ["event_id"] = row.EventId,
        };
        if (row.EventVersion is not null)
            columns["event_version"] = row.EventVersion;
        if (row.EventTime is { } time)
            columns["event_time"] = time.ToString("O", CultureInfo.InvariantCulture);
        for (var i = 0; i < row.Values.Length; i++)
        {
            if (!row.Values[i].IsNull)
                columns[Given.Schemas.Columns[i].Name] = i < 2 ? row.Values[i].Timestamp.ToString("O", CultureInfo.InvariantCulture) : row.Values[i].Text;
        }

        return columns;
    }

    private static Guid Version8(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        var hex = Convert.ToHexStringLower(hash)[..32].ToCharArray();
        hex[12] = '8';
        hex[16] = "89ab"[(hash[8] >> 4) & 3];
        return Guid.ParseExact(new string(hex), "N");
    }
}
