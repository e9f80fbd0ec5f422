using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using VkycEtl.Page.Access;
using VkycEtl.Page.Query;
using VkycEtl.Page.Status;

namespace VkycEtl.Page.Figures;

/// <summary><c>/api/figures/NAME</c>: the figure as JSON, as <c>.csv</c>, or the statement behind it as <c>.sql</c>.</summary>
internal sealed class FigureEndpoint(WarehouseReader warehouse, StandingReader standings, FigureCache cache, Personal personal)
{
    /// <summary>Serves one.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        var asked = (string)http.GetRouteValue("figure")!;
        var (name, format) = Path.GetExtension(asked) switch { ".csv" => (asked[..^4], "csv"), ".sql" => (asked[..^4], "sql"), _ => (asked, "json") };
        if (!Figure.All.TryGetValue(name, out var figure))
            throw new PageFault(StatusCodes.Status404NotFound, $"there is no such figure; there are {string.Join(", ", Figure.All.Keys.Order(StringComparer.Ordinal))}");

        // Before the first look at the warehouse: a wrong parameter is 400 even where that is away.
        _ = FigureQuery.Parse(http.Request.Query, DateOnly.FromDateTime(DateTime.UnixEpoch));
        var standing = await standings.ReadAsync(http.RequestAborted);
        var query = FigureQuery.Parse(http.Request.Query, standing.Today);
        var values = query.Values(standing, personal.DigitsPattern);
        var minute = figure.IsOfTheMinute ? standing.Minute : null;

        // Pseudonyms are of this process: what another one gave names nobody here.
        string?[] key =
        [
            name, standing.Revision, CellText.Day(standing.Today), minute, personal.IsShown ? "shown" : personal.Agent(""), CellText.Day(query.From), CellText.Day(query.To),
            .. figure.Sql.Parameters.Where(parameter => parameter != "time_of_day").Select(parameter => (string?)values[parameter]),
        ];
        if (Answer.IsKnown(http, [format, .. key]))
            return;

        if (format == "sql")
        {
            await Answer.TextAsync(http, figure.Sql.Fill(values, FrozenSet<string>.Empty), "text/plain; charset=utf-8");
            return;
        }

        var question = string.Join('\u001F', key.Select(part => part ?? "\0"));
        var read = await cache.ReadAsync(standing.Revision, question, stop => warehouse.ReadFigureAsync(figure.Sql, values, stop), http.RequestAborted);
        var rows = read.Replace("agent", personal.Agent);
        await (format == "csv" ? WriteCsvAsync(http, figure, rows) : WriteJsonAsync(http, figure, query, standing, rows));
    }

    private static Task WriteCsvAsync(HttpContext http, Figure figure, Rows rows)
    {
        var csv = new StringBuilder(CsvText.Begin);
        CsvText.AppendLine(csv, rows.Columns);
        foreach (var row in rows.Values)
            CsvText.AppendLine(csv, row);
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{figure.Name}.csv\"";
        return Answer.TextAsync(http, csv.ToString(), "text/csv; charset=utf-8");
    }

    private static Task WriteJsonAsync(HttpContext http, Figure figure, FigureQuery query, Standing standing, Rows rows) => Answer.JsonAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("figure", figure.Name);
        json.WriteString("revision", standing.Revision);
        json.WriteString("as_of", CellText.Instant(standing.AsOf.UtcDateTime));
        json.WriteString("zone", standing.Zone);
        json.WriteString("from", CellText.Day(query.From));
        json.WriteString("to", CellText.Day(query.To));
        json.WriteString("partial_day", query.From <= standing.Today && standing.Today <= query.To ? CellText.Day(standing.Today) : null);
        json.WritePropertyName("rows");
        CellText.WriteArray(json, rows);
        json.WriteEndObject();
    });
}
