using System.CommandLine;
using System.Globalization;
using System.Text;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Query;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc quarantine</c>: the events that could not be loaded, with their bytes.</summary>
internal static class QuarantineVerb
{
    private const string ListSql = """
        SELECT source_topic, source_partition, source_offset, pass, reason_code, reason_text, octet_length(body) AS bytes,
               received_at, quarantined_at, resolution
        FROM vkyc_etl.quarantine
        WHERE ($reason = '' OR reason_code = $reason)
        ORDER BY quarantined_at DESC, source_topic, source_partition, source_offset, pass
        """;

    private const string ShowSql = """
        SELECT source_topic, source_partition, source_offset, pass, reason_code, reason_text, record_key, headers, body,
               received_at, quarantined_at, resolution, resolved_at
        FROM vkyc_etl.quarantine
        WHERE source_topic = $topic AND source_partition = $partition AND source_offset = $offset
        ORDER BY quarantined_at, pass
        """;

    /// <summary>The verb with its two parts.</summary>
    public static Command Create(VerbContext context) => new("quarantine", """
        The events that could not be loaded, with their bytes.
          vkyc quarantine list --reason too_deep
          vkyc quarantine show vkyc.raw 3 1207
        """)
    {
        CreateList(context),
        CreateShow(context),
    };

    private static Command CreateList(VerbContext context)
    {
        var reason = new Option<string?>("--reason") { Description = "Only those with this reason code.", HelpName = "CODE" };
        var limit = new Option<int>("--limit") { Description = "At most so many, the newest first; 0: all.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("list", """
            Lists quarantined events, the newest first.
              vkyc quarantine list --reason not_a_json_object --format csv
            """)
        {
            reason, limit, format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var code = parsed.GetValue(reason) ?? "";
            var most = Math.Max(0, parsed.GetValue(limit));
            var chosen = parsed.GetValue(format);
            var query = new Statement(
                most == 0 ? ListSql : string.Create(CultureInfo.InvariantCulture, $"{ListSql} LIMIT {most}"),
                new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = code });
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("quarantine", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    CarriedArguments =
                    [
                        "quarantine", "list", "--limit", $"{most}", "--format", CommonOptions.Name(chosen), .. code.Length > 0 ? (string[])["--reason", code] : [],
                    ],
                },
                async warehouse =>
                {
                    await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
                    await using var select = query.CreateCommand(connection, warehouse.Engine);
                    await using var reader = await select.ExecuteReaderAsync(cancellationToken);
                    await RowWriter.WriteAsync(reader, chosen, context.Console, tableRows: 0, cancellationToken);
                    return ExitCode.Done;
                },
                cancellationToken);
        });
        return command;
    }

    private static Command CreateShow(VerbContext context)
    {
        var topic = new Argument<string>("TOPIC") { Description = "The topic." };
        var partition = new Argument<int>("PARTITION") { Description = "The partition." };
        var offset = new Argument<long>("OFFSET") { Description = "The offset." };
        var raw = new Option<bool>("--raw") { Description = "Write the body's bytes and nothing else." };
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("show", """
            Shows a quarantined event: reason, headers, and its bytes as text where they are UTF-8, else as hex.
              vkyc quarantine show vkyc.raw 3 1207
              vkyc quarantine show vkyc.raw 3 1207 --raw > body.json
            """)
        {
            topic, partition, offset, raw, data, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var coordinates = (Topic: parsed.GetValue(topic)!, Partition: $"{parsed.GetValue(partition)}", Offset: $"{parsed.GetValue(offset)}");
            var onlyBytes = parsed.GetValue(raw);
            var query = new Statement(ShowSql, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["topic"] = coordinates.Topic,
                ["partition"] = coordinates.Partition,
                ["offset"] = coordinates.Offset,
            });
            return WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("quarantine", parsed.GetValue(data)!, parsed.GetValue(settings))
                {
                    CarriedArguments = ["quarantine", "show", coordinates.Topic, coordinates.Partition, coordinates.Offset, .. onlyBytes ? (string[])["--raw"] : []],
                },
                async warehouse =>
                {
                    var found = await ReadAsync(warehouse, query, cancellationToken);
                    if (found.Count == 0)
                    {
                        await context.Console.Error.WriteLineAsync(
                            $"vkyc: nothing in quarantine is from {coordinates.Topic} {coordinates.Partition} {coordinates.Offset}; 'vkyc quarantine list' shows what is.");
                        return ExitCode.Found;
                    }

                    if (onlyBytes)
                        await context.Console.Output.WriteAsync((byte[])found[^1]["body"]!, cancellationToken);
                    else
                        await WriteAsync(found, context.Console);
                    return ExitCode.Done;
                },
                cancellationToken);
        });
        return command;
    }

    private static async Task<List<OrderedDictionary<string, object?>>> ReadAsync(IWarehouse warehouse, Statement query, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        return await query.ReadAsync(connection, warehouse.Engine, cancellationToken);
    }

    private static async Task WriteAsync(List<OrderedDictionary<string, object?>> found, VerbConsole console)
    {
        foreach (var row in found)
        {
            foreach (var (name, value) in row.Where(column => column.Key != "body"))
                await console.Out.WriteLineAsync($"{name,-16}  {TableWriter.Shown(value is byte[] bytes ? Text(bytes) : value, console.Zone) ?? TableWriter.Null}");
            var body = (byte[])row["body"]!;
            await console.Out.WriteLineAsync($"{"body",-16}  {body.Length:N0} bytes");
            await console.Out.WriteLineAsync(string.Join('\n', Text(body).Split('\n').Select(TableWriter.Visible)));
            await console.Out.WriteLineAsync();
        }
    }

    private static string Text(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return CellText.Bytes(bytes);
        }
    }
}
