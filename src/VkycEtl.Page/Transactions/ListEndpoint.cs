using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VkycEtl.Page.Access;
using VkycEtl.Page.Figures;
using VkycEtl.Page.Query;
using VkycEtl.Page.Status;

namespace VkycEtl.Page.Transactions;

/// <summary>
/// <c>/api/transactions</c>: the transactions behind a number, fifty at a time; <c>.csv</c>: all of them, written as they are read; <c>.sql</c>: the
/// statement.
/// </summary>
internal sealed class ListEndpoint(WarehouseReader warehouse, StandingReader standings, Personal personal, ILogger<ListEndpoint> logger)
{
    private const int PageRows = 50;
    private const int FlushCharacters = 32 * 1024;

    private static readonly SqlText Agents = new($"SELECT DISTINCT agent_key FROM vkyc.call_attempts WHERE agent_key IS NOT NULL AND {List.Within("coalesce(started_at, ended_at)")}");

    /// <summary>Serves a page, as JSON.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        var (list, query, values) = await ReadAsync(http, "cursor");
        var cursor = FigureQuery.Text(http.Request.Query, "cursor") is { } text ? Cursor.Parse(text) : null;
        values["after_at"] = cursor?.At;
        values["after_key"] = cursor?.Key.ToString();
        values["after_no"] = cursor?.Attempt?.ToString(CultureInfo.InvariantCulture);
        var total = (long)(await warehouse.ReadAsync(list.Count(), values, http.RequestAborted)).Values[0][0]!;
        var found = await warehouse.ReadAsync(list.Page(PageRows + 1), values, http.RequestAborted);
        var shown = found with { Values = [.. found.Values.Take(PageRows)] };
        var next = found.Values.Count > PageRows ? Cursor.Of(found, PageRows - 1).Write() : null;
        logger.ListOpened(Doorkeeper.Peer(http), list.Text, "json", CellText.Day(query.From), CellText.Day(query.To), shown.Values.Count);
        await Answer.JsonAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total", total);
            json.WritePropertyName("rows");
            CellText.WriteArray(json, shown.Without("place_at", "transaction_key"));
            json.WriteString("next", next);
            json.WriteEndObject();
        });
    }

    /// <summary>Serves all of it, as CSV.</summary>
    public async Task ServeCsvAsync(HttpContext http)
    {
        var (list, query, values) = await ReadAsync(http);
        var rows = 0L;
        try
        {
            await warehouse.DownloadAsync(list.All(), values, (reader, noHurry, stop) => WriteCsvAsync(http, reader, noHurry, () => rows++, stop), http.RequestAborted);
        }
        finally
        {
            // What a client that has gone had read is logged too.
            logger.ListOpened(Doorkeeper.Peer(http), list.Text, "csv", CellText.Day(query.From), CellText.Day(query.To), rows);
        }
    }

    /// <summary>Serves the statement; an agent under a pseudonym stays a placeholder in it.</summary>
    public async Task ServeSqlAsync(HttpContext http)
    {
        var (list, _, values) = await ReadAsync(http);
        await Answer.TextAsync(http, list.All().Fill(values, list is { IsOfAgent: true, Value: not null } && !personal.IsShown ? Value : FrozenSet<string>.Empty), "text/plain; charset=utf-8");
    }

    private static readonly FrozenSet<string> Value = new[] { "value" }.ToFrozenSet(StringComparer.Ordinal);

    private async Task<(List List, FigureQuery Query, Dictionary<string, object?> Values)> ReadAsync(HttpContext http, params string[] others)
    {
        http.Response.Headers.CacheControl = "no-store";
        string[] known = ["list", .. others];
        _ = FigureQuery.Parse(http.Request.Query, DateOnly.FromDateTime(DateTime.UnixEpoch), known);
        var list = List.Parse(http.Request.Query["list"] is [{ } text] ? text : "");
        var standing = await standings.ReadAsync(http.RequestAborted);
        var query = FigureQuery.Parse(http.Request.Query, standing.Today, known);
        var values = query.Values(standing, personal.DigitsPattern);
        if (list.IsOfAnyCohort)
            values["cohort"] = "any";
        values["value"] = list is { IsOfAgent: true, Value: { } agent } && !personal.IsShown ? await FindAgentAsync(agent, values, http.RequestAborted) : list.Value;
        return (list, query, values);
    }

    // Whom of those days a pseudonym stands for; where it stands for nobody, it is itself nobody's name, and the list is empty.
    private async Task<string> FindAgentAsync(string pseudonym, Dictionary<string, object?> values, CancellationToken cancellationToken)
    {
        var agents = await warehouse.ReadAsync(Agents, values, cancellationToken);
        return agents.Values.Select(row => (string)row[0]!).FirstOrDefault(agent => personal.Agent(agent) == pseudonym) ?? "\uFFFF" + pseudonym;
    }

    private static async Task WriteCsvAsync(HttpContext http, DbDataReader reader, Action noHurry, Action countRow, CancellationToken cancellationToken)
    {
        var csv = new StringBuilder(CsvText.Begin);
        CsvText.AppendLine(csv, Rows.ColumnsOf(reader));
        var hasRow = await reader.ReadAsync(cancellationToken);
        noHurry();
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"transactions.csv\"";
        for (; hasRow; hasRow = await reader.ReadAsync(cancellationToken))
        {
            CsvText.AppendLine(csv, Rows.ReadRow(reader));
            countRow();
            if (csv.Length < FlushCharacters)
                continue;
            await FlushAsync();
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            if (!HttpMethods.IsHead(http.Request.Method))
                await http.Response.WriteAsync(csv.ToString(), Encoding.UTF8, cancellationToken);
            csv.Clear();
        }
    }
}
