using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Publish;

/// <summary>A Parquet file of a generation.</summary>
/// <param name="File">Its path in the generation.</param>
/// <param name="Query">What it holds.</param>
/// <param name="Stamp">Changes with its rows; null where only the query itself can tell, as for a view that asks the clock.</param>
internal sealed record PublishedFile(string File, string Query, string? Stamp);

/// <summary>
/// Which files the relations of schema <c>vkyc</c> make: <c>events</c> one a month, every other table and view one. A type's view makes none: readers
/// get it as a view on <c>events</c>.
/// </summary>
internal static class PublishedRelations
{
    // Months that nobody asks for share a file, so that strange times do not make thousands.
    private const string Months = """
        SELECT CASE WHEN event_time IS NULL THEN 'undated'
                    WHEN event_time < $from OR event_time >= $until THEN 'other'
                    ELSE strftime(make_timestamp(epoch_us(event_time)), '%Y-%m') END AS "Month",
               count(*) AS "Rows", sum(epoch_us(loaded_at)) AS "Stamp"
        FROM vkyc.events GROUP BY ALL ORDER BY ALL
        """;

    /// <summary>Reads the files and their stamps, in the connection's transaction.</summary>
    /// <param name="connection">Sees one state of the warehouse.</param>
    /// <param name="catalog">The relations of schema <c>vkyc</c>.</param>
    /// <param name="typeViews">The views of event types.</param>
    /// <param name="now">Which months are near.</param>
    public static IReadOnlyList<PublishedFile> Read(
        DuckDBConnection connection, IReadOnlyDictionary<string, CatalogRelation> catalog, IReadOnlyDictionary<string, string> typeViews, DateTime now)
    {
        // Rows that were changed by hand keep their times: the rebuild that follows has everything written again.
        var rebuilt = connection.QuerySingleOrDefault<string>("SELECT value FROM vkyc_etl.settings WHERE name = 'marts.rebuilt_at'");
        PublishedFile[] files =
        [
            .. Events(connection, catalog["events"], now),
            .. catalog.Where(relation => relation.Key != "events" && !typeViews.ContainsKey(relation.Key))
                .Select(relation => Whole(connection, relation.Key, relation.Value)),
        ];
        return [.. files.Select(file => file.Stamp is null ? file : file with { Stamp = $"{file.Stamp} {rebuilt}" })];
    }

    /// <summary>
    /// The views of event types, each with its type: by the schemas that are deployed, which may be others than those that this process began with.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ReadTypeViews(DuckDBConnection connection)
    {
        var views = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (eventType, avsc) in connection.Query<(string EventType, string Avsc)>("SELECT name, avsc FROM vkyc_etl.schemas WHERE kind = 'type'"))
            views[SchemaAssembly.SnakeCase((string)JsonNode.Parse(avsc)!["name"]!)] = eventType;
        return views;
    }

    /// <summary>A relation's columns as SQL lists them.</summary>
    public static string ColumnList(CatalogRelation relation) => string.Join(", ", relation.Columns.Select(column => EventsTable.Quote(column.Name)));

    private static IEnumerable<PublishedFile> Events(DuckDBConnection connection, CatalogRelation events, DateTime now)
    {
        var from = new DateTime(now.Year - 10, now.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        var until = from.AddYears(11).AddMonths(1);
        var rows = $"SELECT {ColumnList(events)} FROM vkyc.events";

        // Always there, and first: it tells readers the columns of an empty warehouse.
        yield return new PublishedFile("events/0.parquet", $"{rows} LIMIT 0", Shape(events));
        foreach (var month in connection.Query<MonthRow>(Months, new { from, until }))
        {
            var only = month.Month switch
            {
                "undated" => "event_time IS NULL",
                "other" => $"event_time < {Literal(from)} OR event_time >= {Literal(until)}",
                _ => Within(DateTime.ParseExact(month.Month, "yyyy-MM", CultureInfo.InvariantCulture)),
            };
            yield return new PublishedFile(
                $"events/{month.Month}.parquet", $"{rows} WHERE {only}", string.Create(CultureInfo.InvariantCulture, $"{month.Rows} {month.Stamp} {Shape(events)}"));
        }
    }

    private static PublishedFile Whole(DuckDBConnection connection, string name, CatalogRelation relation)
    {
        var file = $"{name}.parquet";
        var rows = $"SELECT {ColumnList(relation)} FROM vkyc.{EventsTable.Quote(name)}";
        if (relation.IsView || relation.Columns.All(column => column.Name != "last_changed_at"))
            return new PublishedFile(file, rows, null);
        var (count, stamp) = connection.QuerySingle<(long Count, System.Numerics.BigInteger? Stamp)>(
            $"SELECT count(*), sum(epoch_us(last_changed_at)) FROM vkyc.{EventsTable.Quote(name)}");
        return new PublishedFile(file, rows, string.Create(CultureInfo.InvariantCulture, $"{count} {stamp} {Shape(relation)}"));
    }

    private static string Shape(CatalogRelation relation) => string.Join(',', relation.Columns.Select(column => $"{column.Name} {column.Type}"));

    private static string Within(DateTime month) => $"event_time >= {Literal(month)} AND event_time < {Literal(month.AddMonths(1))}";

    private static string Literal(DateTime time) => $"TIMESTAMPTZ '{time:yyyy-MM-dd} 00:00:00+00'";

    private sealed record MonthRow
    {
        public string Month { get; init; } = "";

        public long Rows { get; init; }

        public System.Numerics.BigInteger Stamp { get; init; }
    }
}
