using System.Security.Cryptography;
using System.Text;
using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.Migrate;

namespace VkycEtl.Pipeline.Publish;

/// <summary>
/// <c>vkyc.duckdb</c>: views on the newest generation, with the comments of the warehouse, and no rows. The views stand in DuckDB's default schema:
/// the catalog is called <c>vkyc</c> after the file, so <c>vkyc.events</c> finds them, which beside a schema of that name would be ambiguous. They
/// name their columns: a reader that is open goes on when the files get more.
/// </summary>
internal sealed class ReaderDatabase
{
    private readonly IReadOnlyList<string> statements;

    /// <summary>The database for a warehouse's relations.</summary>
    /// <param name="catalog">The relations of schema <c>vkyc</c>.</param>
    /// <param name="typeViews">The views of event types, each with its type.</param>
    /// <param name="seenAs">Where its readers find the published directory.</param>
    public ReaderDatabase(IReadOnlyDictionary<string, CatalogRelation> catalog, IReadOnlyDictionary<string, string> typeViews, string seenAs)
    {
        statements = [.. catalog.OrderBy(relation => typeViews.ContainsKey(relation.Key)).ThenBy(relation => relation.Key, StringComparer.Ordinal)
            .SelectMany(relation => Statements(relation.Key, relation.Value, typeViews, seenAs))];
        Definition = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', statements))));
    }

    /// <summary>Changes with what the database would hold.</summary>
    public string Definition { get; }

    /// <summary>Makes it anew beside the old one, and puts it in its place at once.</summary>
    public void Write(PublishedDirectory directory)
    {
        var draft = directory.ReaderDatabase + ".next";
        File.Delete(draft);
        using (var connection = new DuckDBConnection($"Data Source={draft}"))
        {
            connection.Open();
            foreach (var statement in statements)
                connection.Execute(statement);
        }

        PublishedDirectory.Replace(draft, directory.ReaderDatabase);
    }

    private static IEnumerable<string> Statements(string name, CatalogRelation relation, IReadOnlyDictionary<string, string> typeViews, string seenAs)
    {
        var view = EventsTable.Quote(name);
        var source = typeViews.GetValueOrDefault(name) is { } eventType
            ? $"events WHERE event_type = {Literal(eventType)}"
            : $"read_parquet({Literal(PublishedDirectory.PatternOf(seenAs, $"{(name == "events" ? "events/*" : name)}.parquet"))})";
        yield return $"CREATE VIEW {view} AS SELECT {PublishedRelations.ColumnList(relation)} FROM {source}";
        if (relation.Comment is { } comment)
            yield return $"COMMENT ON VIEW {view} IS {Literal(comment)}";
        foreach (var column in relation.Columns.Where(column => column.Comment is not null))
            yield return $"COMMENT ON COLUMN {view}.{EventsTable.Quote(column.Name)} IS {Literal(column.Comment!)}";
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
