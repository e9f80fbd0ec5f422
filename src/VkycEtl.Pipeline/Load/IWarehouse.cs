using System.Data.Common;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Marts;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load;

/// <summary>What a fault means for the batch it struck; decided beside each driver, by code.</summary>
public enum FaultKind
{
    /// <summary>Passes by itself: retried for as long as it lasts, nothing quarantined.</summary>
    Transient,

    /// <summary>The database refuses a row: found by bisection, that row alone is quarantined.</summary>
    Poison,

    /// <summary>A restart will not mend it: the worker stops with one clear line.</summary>
    Fatal,
}

/// <summary>COMMIT was sent and no answer came: the load may be there or not. Only stored progress can tell.</summary>
/// <param name="message">What was being committed.</param>
/// <param name="innerException">What came instead of the answer.</param>
public sealed class CommitUnknownException(string message, Exception innerException) : Exception(message, innerException);

/// <summary>The warehouse is not as the program needs it, and a restart will not mend that. The message names the thing and the cure.</summary>
/// <param name="message">One line for an operator.</param>
/// <param name="innerException">The driver's error, where there is one.</param>
public sealed class WarehouseUnfitException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// An analytics database that holds <c>vkyc</c> and <c>vkyc_etl</c>, with the same names and the same meaning on every engine. One loader a
/// process: <see cref="LoadAsync"/>, <see cref="RefuseAsync"/> and <see cref="ReadProgressAsync"/> are called by one task at a time.
/// </summary>
public interface IWarehouse : IAsyncDisposable
{
    /// <summary>The engine's name in settings and in sql/: <c>postgres</c> or <c>duckdb</c>.</summary>
    string Engine { get; }

    /// <summary>Brings the warehouse to any schemas, holds them against it, or says what would be done.</summary>
    Migration Migration { get; }

    /// <summary>The derived tables, and what keeps them up.</summary>
    DerivedTables Marts { get; }

    /// <summary>Brings tables, columns, views and comments to the current scripts and schemas. Idempotent; safe when several start at once.</summary>
    /// <returns>What was done, a line each; empty where nothing was to do.</returns>
    /// <exception cref="WarehouseUnfitException">An applied script was edited, or what is deployed does not allow the schemas.</exception>
    Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Throws where scripts, columns, views or reporting settings are not what this program needs; changes nothing.</summary>
    /// <exception cref="WarehouseUnfitException">With the cure: usually <c>vkyc migrate</c>.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Reads stored progress of all partitions of a topic, by its id.</summary>
    Task<IReadOnlyList<PartitionProgress>> ReadProgressAsync(string clusterId, string topicId, CancellationToken cancellationToken);

    /// <summary>
    /// Loads a batch in one transaction: locks progress, compares it, inserts what is new, settles copies, writes quarantine, ranges, load and
    /// progress, commits. On any exception but <see cref="CommitUnknownException"/> nothing is committed.
    /// </summary>
    Task<LoadOutcome> LoadAsync(LoadBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Tries to insert rows and rolls back, whatever comes of it. Used to find the rows that the database refuses.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="rowSchemas">The schemas that they were made by.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The refusal (a fault of kind <see cref="FaultKind.Poison"/>), or null where the rows would be taken.</returns>
    Task<Exception?> RefuseAsync(IReadOnlyList<EventRow> rows, SchemaSet rowSchemas, CancellationToken cancellationToken);

    /// <summary>What a fault thrown by this warehouse means.</summary>
    FaultKind Classify(Exception exception);

    /// <summary>Opens a connection for reading, which refuses to write. The caller disposes of it.</summary>
    Task<DbConnection> OpenReaderAsync(CancellationToken cancellationToken);

    /// <summary>Opens a connection for an operator's change (acknowledging lost offsets, resolving quarantine). The caller disposes of it.</summary>
    Task<DbConnection> OpenWriterAsync(CancellationToken cancellationToken);
}
