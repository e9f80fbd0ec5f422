using System.Data.Common;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace VkycEtl.Cli.Query;

/// <summary>
/// SQL with named parameters, the same on every engine: <c>$name</c>, <c>@name</c> and <c>:name</c> stand for a parameter where one of that name is
/// given, outside quotes and comments, and become what the engine's driver reads. Values are texts; the engine takes them for the type its place
/// needs. Where DuckDB sees no such type ($n + 1), whole numbers and decimals can be given as numbers.
/// </summary>
internal sealed class Statement(string sql, IReadOnlyDictionary<string, string> parameters)
{
    /// <summary>Reads <c>name=value</c> pairs.</summary>
    /// <exception cref="VerbFault">One is no pair, or a name comes twice.</exception>
    public static IReadOnlyDictionary<string, string> ParseParameters(IEnumerable<string> pairs)
    {
        var parsed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 1 ? "" : pair[..equals];
            if (name.Length == 0 || !IsNameStart(name[0]) || !name.All(IsNamePart))
                throw new VerbFault(ExitCode.Usage, $"--param {pair}: must be name=value, the name of letters, digits and underscores.");
            if (!parsed.TryAdd(name, pair[(equals + 1)..]))
                throw new VerbFault(ExitCode.Usage, $"--param {name}: given twice.");
        }

        return parsed;
    }

    /// <summary>Whether a value could be given as a number.</summary>
    public bool HasNumbers => parameters.Values.Any(value => Number(value) is not null);

    /// <summary>The command for a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="engine">The warehouse's engine.</param>
    /// <param name="asNumbers">DuckDB: gives what looks like a number as one.</param>
    /// <exception cref="VerbFault">A parameter stands nowhere in the statement.</exception>
    public DbCommand CreateCommand(DbConnection connection, string engine, bool asNumbers = false)
    {
        var used = new SortedSet<string>(StringComparer.Ordinal);
        var command = connection.CreateCommand();
        var text = Rewrite('$', used);
        command.CommandTimeout = 0;
        if (parameters.Keys.FirstOrDefault(name => !used.Contains(name)) is { } unused)
            throw new VerbFault(ExitCode.Usage, $"--param {unused}: the statement has no ${unused}.");
        if (engine == "duckdb")
        {
            command.CommandText = text;
            foreach (var name in used)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = (asNumbers ? Number(parameters[name]) : null) ?? parameters[name];
                command.Parameters.Add(parameter);
            }

            return command;
        }

        // Positional parameters, and one that nothing names where there is none: so the text goes to the server as it is, as one message, and the
        // server takes no second statement behind the first ("COMMIT; DELETE …").
        string[] positions = [.. used];
        command.CommandText = RewriteTo(name => $"${Array.IndexOf(positions, name) + 1}", used);
        foreach (var name in positions)
            command.Parameters.Add(new NpgsqlParameter { Value = parameters[name], NpgsqlDbType = NpgsqlDbType.Unknown });
        if (positions.Length == 0)
            command.Parameters.Add(new NpgsqlParameter { Value = 0, NpgsqlDbType = NpgsqlDbType.Integer });
        return command;
    }

    /// <summary>The statement with each parameter's sign replaced.</summary>
    internal string Rewrite(char sign, ISet<string> used) => RewriteTo(name => sign + name, used);

    private string RewriteTo(Func<string, string> write, ISet<string> used)
    {
        var text = new StringBuilder(sql.Length);
        var at = 0;
        while (at < sql.Length)
        {
            var end = SkipQuoted(at);
            if (end > at)
            {
                text.Append(sql, at, end - at);
                at = end;
                continue;
            }

            if (sql[at] is '$' or '@' or ':' && Name(at + 1) is { Length: > 0 } name && parameters.ContainsKey(name) && !IsOperator(at))
            {
                used.Add(name);
                text.Append(write(name));
                at += 1 + name.Length;
                continue;
            }

            text.Append(sql[at++]);
        }

        return text.ToString();
    }

    // '…' "…" -- … /* … */ $tag$ … $tag$: where nothing is a parameter. The end of what begins here, or here.
    private int SkipQuoted(int at)
    {
        switch (sql[at])
        {
            case '\'' or '"':
                return EndOf(sql.IndexOf(sql[at], at + 1), 1);
            case '-' when Next(at) == '-':
                return EndOf(sql.IndexOf('\n', at), 1);
            case '/' when Next(at) == '*':
                return EndOf(sql.IndexOf("*/", at + 2, StringComparison.Ordinal), 2);
            case '$' when sql.IndexOf('$', at + 1) is var close && close > at && sql[(at + 1)..close].All(IsNamePart) && !Name(at + 1).Any(char.IsAsciiDigit):
                var tag = sql[at..(close + 1)];
                var end = sql.IndexOf(tag, close + 1, StringComparison.Ordinal);
                return end < 0 ? at : end + tag.Length;
            default:
                return at;
        }

        int EndOf(int index, int length) => index < 0 ? sql.Length : index + length;
    }

    // "::type" is a cast, "a:b" a slice, "a@b" and "x$y" parts of something else.
    private bool IsOperator(int at) => at > 0 && (sql[at - 1] == sql[at] || IsNamePart(sql[at - 1]));

    private char Next(int at) => at + 1 < sql.Length ? sql[at + 1] : '\0';

    private string Name(int at)
    {
        var end = at;
        while (end < sql.Length && (end == at ? IsNameStart(sql[end]) : IsNamePart(sql[end])))
            end++;
        return sql[at..end];
    }

    private static object? Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
        : decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    private static bool IsNameStart(char character) => char.IsAsciiLetter(character) || character == '_';

    private static bool IsNamePart(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';
}
