using System.Data;
using Dapper;

namespace VkycEtl.Pipeline.Load;

/// <summary>What became of an attempt to set progress by hand.</summary>
/// <param name="Before">Where the partition stood.</param>
/// <param name="IsSet">False: it has moved since it was read, and nothing was changed.</param>
public sealed record ProgressChange(PartitionProgress Before, bool IsSet);

/// <summary>Progress as it is stored.</summary>
/// <param name="Progress">Where the partition stands.</param>
/// <param name="ChangedAt">When it was last moved (UTC).</param>
public sealed record StoredProgress(PartitionProgress Progress, DateTime ChangedAt);

/// <summary>What loads have made of a partition's offsets.</summary>
/// <param name="Loaded">Rows made or replaced.</param>
/// <param name="Duplicates">Records that were there already.</param>
/// <param name="Quarantined">Records in quarantine.</param>
/// <param name="First">When the first of the loads was committed (UTC); null where there is none.</param>
/// <param name="Last">When the last of them was.</param>
public sealed record LoadedSince(long Loaded, long Duplicates, long Quarantined, DateTime? First, DateTime? Last);

/// <summary>
/// Stored progress in an operator's hands: setting it opens a new pass. What is there already counts as duplicates, the
/// identity holds for each pass by itself, and a worker that was reading notices by compare-and-set.
/// </summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="clock">Tells when it was set.</param>
public sealed class LedgerProgress(IWarehouse warehouse, TimeProvider clock)
{
    private const string ReadAll = $"SELECT {ProgressRow.Columns}, updated_at AS \"UpdatedAt\" FROM vkyc_etl.partition_progress ORDER BY topic, max(updated_at) OVER (PARTITION BY cluster_id, topic_id) DESC, topic_id, partition";

    private const string OpenPass = """
        UPDATE vkyc_etl.partition_progress
        SET pass = pass + 1, next_offset = @offset, anchor_offset = NULL, anchor_sha256 = NULL, backend_pid = NULL, updated_at = @now
        WHERE cluster_id = @cluster AND topic_id = @topic AND partition = @partition AND pass = @pass AND next_offset = @next
        """;

    private const string Since = """
        SELECT CAST(coalesce(sum(r.loaded), 0) AS bigint) AS "Loaded", CAST(coalesce(sum(r.duplicates), 0) AS bigint) AS "Duplicates",
               CAST(coalesce(sum(r.quarantined), 0) AS bigint) AS "Quarantined", min(l.committed_at) AS "First", max(l.committed_at) AS "Last"
        FROM vkyc_etl.load_ranges AS r JOIN vkyc_etl.loads AS l ON l.load_id = r.load_id
        WHERE r.cluster_id = @cluster AND r.topic_id = @topic AND r.partition = @partition AND r.last_offset >= @offset
        """;

    private static readonly string[] Skip =
    [
        "INSERT INTO vkyc_etl.loads (load_id, worker, begun_at, committed_at, schema_set, rows) VALUES (@load, @worker, @now, @now, '', 0)",
        """
        INSERT INTO vkyc_etl.load_ranges (load_id, cluster_id, topic, topic_id, partition, pass, first_offset, last_offset,
            loaded, duplicates, quarantined, gaps, lost, digest)
        VALUES (@load, @cluster, @name, @topic, @partition, @pass, @first, @last, 0, 0, 0, 0, @lost, '')
        """,
        "INSERT INTO vkyc_etl.lost_acknowledgements (load_id, partition, pass, acknowledged_by, acknowledged_at) VALUES (@load, @partition, @pass, @by, @now)",
    ];

    /// <summary>Progress of every partition of every topic there was.</summary>
    public async Task<IReadOnlyList<StoredProgress>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        var rows = await connection.QueryAsync<ProgressRow>(new CommandDefinition(ReadAll, commandType: CommandType.Text, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new StoredProgress(row.ToProgress(), row.UpdatedAt))];
    }

    /// <summary>What the loads that hold a partition's offsets from one on have made of them, in whatever pass.</summary>
    /// <param name="standing">The partition.</param>
    /// <param name="offset">The first offset.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<LoadedSince> ReadLoadedSinceAsync(PartitionProgress standing, long offset, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        return await connection.QuerySingleAsync<LoadedSince>(Command(
            Since, new { cluster = standing.ClusterId, topic = standing.TopicId, partition = standing.Partition, offset }, null, cancellationToken));
    }

    /// <summary>
    /// Opens a new pass of a partition at an offset, where it still stands as it was read. Offsets that are skipped have a range of their own in the
    /// new pass, as lost and acknowledged: the identity holds, and says who it was.
    /// </summary>
    /// <param name="before">Where it stood when the operator decided.</param>
    /// <param name="offset">The next offset to be read.</param>
    /// <param name="by">Who sets it.</param>
    /// <param name="cancellationToken">Cancels; nothing is changed then.</param>
    public async Task<ProgressChange> SetAsync(PartitionProgress before, long offset, string by, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenWriterAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = clock.UtcMicroseconds();
        var changed = await connection.ExecuteAsync(Command(
            OpenPass,
            new { offset, now, cluster = before.ClusterId, topic = before.TopicId, partition = before.Partition, pass = before.Pass, next = before.NextOffset },
            transaction,
            cancellationToken));
        if (changed == 1 && offset > before.NextOffset)
        {
            var skip = new
            {
                load = Guid.CreateVersion7(clock.GetUtcNow()),
                worker = $"set by {by}",
                now,
                cluster = before.ClusterId,
                name = before.Topic,
                topic = before.TopicId,
                partition = before.Partition,
                pass = before.Pass + 1,
                first = before.NextOffset,
                last = offset - 1,
                lost = offset - before.NextOffset,
                by,
            };
            foreach (var statement in Skip)
                await connection.ExecuteAsync(Command(statement, skip, transaction, cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return new ProgressChange(before, changed == 1);
    }

    private CommandDefinition Command(string sql, object parameters, System.Data.Common.DbTransaction? transaction, CancellationToken cancellationToken) => new(
        warehouse.Engine == "duckdb" ? sql.Replace('@', '$') : sql, parameters, transaction, commandType: CommandType.Text, cancellationToken: cancellationToken);
}
