using System.Data;
using System.Data.Common;
using Dapper;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>A schema as <c>vkyc_etl.schemas</c> has it.</summary>
internal sealed class DeployedSchema
{
    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public string Version { get; init; } = "";

    public string Avsc { get; init; } = "";

    public string File { get; init; } = "";

    public DateTime DeployedAt { get; init; }
}

/// <summary>What a warehouse is made of now; an empty one has nothing.</summary>
internal sealed record WarehouseState
{
    private const string Versions = "kind AS \"Kind\", name AS \"Name\", version AS \"Version\", deployed_at AS \"DeployedAt\"";

    /// <summary>The scripts that were applied.</summary>
    public IReadOnlyList<AppliedScript> Journal { get; init; } = [];

    /// <summary>The relations of schema <c>vkyc</c>, by name.</summary>
    public IReadOnlyDictionary<string, CatalogRelation> Catalog { get; init; } = new Dictionary<string, CatalogRelation>(StringComparer.Ordinal);

    /// <summary>Every schema that was ever deployed.</summary>
    public IReadOnlyList<DeployedSchema> History { get; init; } = [];

    /// <summary>The stored settings.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether the read-only role reads.</summary>
    public GrantState Grant { get; init; }

    /// <summary>The schemas in force.</summary>
    public IEnumerable<DeployedSchema> Deployed => History
        .GroupBy(schema => (schema.Kind, schema.Name))
        .Select(versions => versions.MaxBy(schema => schema.DeployedAt)!);

    /// <summary>Reads all of it.</summary>
    public static async Task<WarehouseState> ReadAsync(IWarehouseDdl ddl, DbConnection connection, CancellationToken cancellationToken)
    {
        var tables = (await connection.QueryAsync<string>(Command(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'vkyc_etl'", cancellationToken))).ToHashSet(StringComparer.Ordinal);
        return new WarehouseState
        {
            Journal = tables.Contains("migrations")
                ? [.. await connection.QueryAsync<AppliedScript>(Command("SELECT name AS \"Name\", sha256 AS \"Sha256\" FROM vkyc_etl.migrations", cancellationToken))]
                : [],
            Catalog = await ddl.ReadCatalogAsync(connection, cancellationToken),
            History = tables.Contains("schemas") ? await ReadHistoryAsync(connection, cancellationToken) : [],
            Settings = tables.Contains("settings")
                ? (await connection.QueryAsync<(string Name, string Value)>(Command("SELECT name, value FROM vkyc_etl.settings", cancellationToken)))
                    .ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal)
                : [],
            Grant = await ddl.ReadGrantAsync(connection, cancellationToken),
        };
    }

    /// <summary>Reads the versions in force, without their text.</summary>
    public static async Task<IReadOnlyList<DeployedSchema>> ReadVersionsAsync(DbConnection connection, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<DeployedSchema>(Command($"SELECT {Versions} FROM vkyc_etl.schemas", cancellationToken))];

    private static async Task<IReadOnlyList<DeployedSchema>> ReadHistoryAsync(DbConnection connection, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<DeployedSchema>(Command($"SELECT {Versions}, avsc AS \"Avsc\", file AS \"File\" FROM vkyc_etl.schemas", cancellationToken))];

    private static CommandDefinition Command(string sql, CancellationToken cancellationToken) =>
        new(sql, commandType: CommandType.Text, cancellationToken: cancellationToken);
}
