using System.Data.Common;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>A column as the catalog has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as the catalog prints it.</param>
/// <param name="Comment">Its comment, or null.</param>
internal sealed record CatalogColumn(string Name, string Type, string? Comment);

/// <summary>A table or view of schema <c>vkyc</c>.</summary>
/// <param name="IsView">Whether it is a view.</param>
/// <param name="Comment">Its comment, or null.</param>
/// <param name="Columns">Its columns, in order.</param>
internal sealed record CatalogRelation(bool IsView, string? Comment, IReadOnlyList<CatalogColumn> Columns);

/// <summary>What engines do differently when a warehouse is brought to its schema.</summary>
internal interface IWarehouseDdl
{
    /// <summary>What a parameter's name begins with.</summary>
    char ParameterMark { get; }

    /// <summary>The type of a schema-made column, as the catalog prints it.</summary>
    string TypeName(SchemaColumn column);

    /// <summary>What follows the type where a column is added.</summary>
    string TypeSuffix(SchemaColumn column);

    /// <summary>Opens a connection for migrations.</summary>
    Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>A connection for DbUp, which opens it.</summary>
    DbConnection Connect();

    /// <summary>Waits until no other start migrates this warehouse; disposing of the result lets the next one go on.</summary>
    Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken);

    /// <summary>Reads the tables and views of schema <c>vkyc</c>, by name.</summary>
    Task<IReadOnlyDictionary<string, CatalogRelation>> ReadCatalogAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Runs scripts that are not applied yet, again where one was held off: each is applied whole, or not at all.</summary>
    Task ApplyAsync(Action scripts, CancellationToken cancellationToken);

    /// <summary>Runs one statement of ours, again where readers held it off.</summary>
    Task ExecuteAsync(DbConnection connection, SchemaChange change, CancellationToken cancellationToken);

    /// <summary>Whether a read-only role is set, and the engine has roles.</summary>
    bool HasReadOnlyRole { get; }

    /// <summary>Whether the read-only role reads schema <c>vkyc</c>.</summary>
    Task<GrantState> ReadGrantAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>The statements that let the read-only role read schema <c>vkyc</c>, where it does not, or new relations are made.</summary>
    IEnumerable<SchemaChange> Grants(GrantState state, bool makesRelations);
}
