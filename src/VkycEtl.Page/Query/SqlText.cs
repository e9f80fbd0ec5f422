using System.Collections.Immutable;
using System.Data.Common;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace VkycEtl.Page.Query;

/// <summary>
/// A statement of ours with named parameters, <c>$name</c>, which runs unchanged on every engine. Its values are texts (a place that needs another
/// type casts), so that the statement with its values written in is the statement that ran. In it a <c>$</c> stands for nothing but a parameter.
/// </summary>
internal sealed partial class SqlText
{
    private readonly ImmutableArray<(string Text, bool IsParameter)> pieces;

    public SqlText(string sql)
    {
        var found = ImmutableArray.CreateBuilder<(string, bool)>();
        var at = 0;
        foreach (var match in Parameter().EnumerateMatches(sql))
        {
            found.Add((sql[at..match.Index], false));
            found.Add((sql.Substring(match.Index + 1, match.Length - 1), true));
            at = match.Index + match.Length;
        }

        found.Add((sql[at..], false));
        pieces = found.ToImmutable();
        Parameters = [.. pieces.Where(piece => piece.IsParameter).Select(piece => piece.Text).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The names, in the order of their first places.</summary>
    public ImmutableArray<string> Parameters { get; }

    /// <summary>Reads one that is embedded in this assembly.</summary>
    public static SqlText Embedded(string name)
    {
        using var stream = typeof(SqlText).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not part of this assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new SqlText(reader.ReadToEnd());
    }

    /// <summary>The command for a connection.</summary>
    public DbCommand CreateCommand(DbConnection connection, IReadOnlyDictionary<string, object?> values)
    {
        var command = connection.CreateCommand();
        var isPostgres = connection is NpgsqlConnection;
        command.CommandText = Write(name => isPostgres ? $"${Parameters.IndexOf(name, 0, Parameters.Length, StringComparer.Ordinal) + 1}" : $"${name}");
        foreach (var name in Parameters)
        {
            var parameter = command.CreateParameter();
            parameter.Value = values[name] ?? DBNull.Value;
            if (parameter is NpgsqlParameter positional)
                positional.NpgsqlDbType = values[name] is byte[]? NpgsqlDbType.Bytea : NpgsqlDbType.Unknown;
            else
                parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>The statement with its values as literals.</summary>
    /// <param name="values">The values: texts or null.</param>
    /// <param name="masked">Parameters that stay as they are, since their values are not to be shown.</param>
    public string Fill(IReadOnlyDictionary<string, object?> values, IReadOnlySet<string> masked) =>
        Write(name => masked.Contains(name) ? $"${name}" : Literal((string?)values[name]));

    /// <summary>A text as a literal of every engine: neither reads backslashes in it.</summary>
    internal static string Literal(string? value) => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private string Write(Func<string, string> parameter)
    {
        var text = new StringBuilder();
        foreach (var piece in pieces)
            text.Append(piece.IsParameter ? parameter(piece.Text) : piece.Text);
        return text.ToString();
    }

    [GeneratedRegex(@"\$[a-z][a-z_]*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
