using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>Brings a warehouse to its scripts, schemas and settings, or says what is missing; the same on every engine.</summary>
internal sealed class Migration(IWarehouseDdl ddl, ScriptSet scripts, ReportingOptions reporting, SchemaSet schemas, TimeProvider clock)
{
    private const string Cure = "Run `vkyc migrate`.";

    /// <summary>See <see cref="IWarehouse.MigrateAsync"/>.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await using var exclusive = await ddl.LockAsync(cancellationToken);
        await using var connection = await ddl.OpenAsync(cancellationToken);
        var done = new List<string>();

        var pending = scripts.Pending(await ReadJournalAsync(connection, cancellationToken));
        if (pending.Count > 0)
        {
            await Task.Run(() => ScriptUpgrade.Run(ddl.Connect, ddl.ParameterMark, scripts.Scripts, clock), cancellationToken);
            done.AddRange(pending.Select(script => $"applied {script.Name}"));
        }

        var comments = 0;
        foreach (var change in SchemaPlan.Make(schemas, await ddl.ReadCatalogAsync(connection, cancellationToken), ddl))
        {
            await ddl.ExecuteAsync(connection, change.Sql, cancellationToken);
            if (change.IsComment)
                comments++;
            else
                done.Add(change.What);
        }

        if (comments > 0)
            done.Add(string.Create(CultureInfo.InvariantCulture, $"wrote {comments} comments on views and columns"));

        done.AddRange(await WriteSettingsAsync(connection, cancellationToken));
        done.AddRange(await ddl.GrantAsync(connection, cancellationToken));
        return done;
    }

    /// <summary>See <see cref="IWarehouse.CheckAsync"/>.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ddl.OpenAsync(cancellationToken);
        var pending = scripts.Pending(await ReadJournalAsync(connection, cancellationToken));
        if (pending.Count > 0)
            throw new WarehouseUnfitException($"The warehouse lacks {string.Join(", ", pending.Select(script => script.Name))}. {Cure}");

        // A comment that reads otherwise harms nobody: columns and views are what loading and reading need.
        var changes = SchemaPlan.Make(schemas, await ddl.ReadCatalogAsync(connection, cancellationToken), ddl)
            .Where(change => !change.IsComment).ToList();
        if (changes.Count > 0)
            throw new WarehouseUnfitException($"The warehouse is behind the schemas; to be done: {string.Join(", ", changes.Select(change => change.What))}. {Cure}");

        var stored = await ReadSettingsAsync(connection, cancellationToken);
        var differing = reporting.ToStored().Where(setting => stored.GetValueOrDefault(setting.Name) != setting.Value)
            .Select(setting => $"{setting.Name} is {stored.GetValueOrDefault(setting.Name) ?? "not set"} in the warehouse and {setting.Value} here").ToList();
        if (differing.Count > 0)
            throw new WarehouseUnfitException($"Reporting settings differ: {string.Join("; ", differing)}. Give every program the same settings, and then run `vkyc migrate`.");

        if (!await ddl.IsGrantedAsync(connection, cancellationToken))
            throw new WarehouseUnfitException($"The read-only role may not read all of schema vkyc. {Cure}");
    }

    private async Task<IReadOnlyList<AppliedScript>> ReadJournalAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var there = await connection.ExecuteScalarAsync<long>(Command(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'vkyc_etl' AND table_name = 'migrations'", null, cancellationToken));
        return there == 0
            ? []
            : [.. await connection.QueryAsync<AppliedScript>(Command(
                "SELECT name AS \"Name\", sha256 AS \"Sha256\" FROM vkyc_etl.migrations", null, cancellationToken))];
    }

    private async Task<Dictionary<string, string>> ReadSettingsAsync(DbConnection connection, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(string Name, string Value)>(Command("SELECT name, value FROM vkyc_etl.settings", null, cancellationToken)))
            .ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);

    private async Task<IReadOnlyList<string>> WriteSettingsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var stored = await ReadSettingsAsync(connection, cancellationToken);
        var done = new List<string>();
        foreach (var (name, value) in reporting.ToStored().Where(setting => stored.GetValueOrDefault(setting.Name) != setting.Value))
        {
            await connection.ExecuteAsync(Command(
                """
                INSERT INTO vkyc_etl.settings (name, value, set_at) VALUES (@name, @value, @now)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value, set_at = excluded.set_at
                """,
                new { name, value, now = clock.UtcMicroseconds() },
                cancellationToken));
            done.Add($"set {name} to {value}");
        }

        return done;
    }

    private CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) => new(
        sql.Replace('@', ddl.ParameterMark), parameters, commandType: CommandType.Text, cancellationToken: cancellationToken);
}
