using System.Data;
using Dapper;

namespace VkycEtl.Pipeline.Load;

/// <summary>What became of an attempt to set progress by hand.</summary>
/// <param name="Before">Where the partition stood.</param>
/// <param name="IsSet">False: it has moved since it was read, and nothing was changed.</param>
public sealed record ProgressChange(PartitionProgress Before, bool IsSet);

/// <summary>
/// Stored progress in an operator's hands (EXACTLY-ONCE.md, 7): setting it opens a new pass. What is there already counts as duplicates, the
/// identity holds for each pass by itself, and a worker that was reading notices by compare-and-set.
/// </summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="clock">Tells when it was set.</param>
public sealed class LedgerProgress(IWarehouse warehouse, TimeProvider clock)
{
    private const string ReadAll = $"SELECT {ProgressRow.Columns} FROM vkyc_etl.partition_progress ORDER BY topic, updated_at DESC, topic_id, partition";

    private const string OpenPass = """
        UPDATE vkyc_etl.partition_progress
        SET pass = pass + 1, next_offset = @offset, anchor_offset = NULL, anchor_sha256 = NULL, backend_pid = NULL, updated_at = @now
        WHERE cluster_id = @cluster AND topic_id = @topic AND partition = @partition AND pass = @pass AND next_offset = @next
        """;

    /// <summary>Progress of every partition of every topic there was.</summary>
    public async Task<IReadOnlyList<PartitionProgress>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        var rows = await connection.QueryAsync<ProgressRow>(new CommandDefinition(ReadAll, commandType: CommandType.Text, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToProgress())];
    }

    /// <summary>Opens a new pass of a partition at an offset, where it still stands as it was read.</summary>
    /// <param name="before">Where it stood when the operator decided.</param>
    /// <param name="offset">The next offset to be read.</param>
    /// <param name="cancellationToken">Cancels; nothing is changed then.</param>
    public async Task<ProgressChange> SetAsync(PartitionProgress before, long offset, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenWriterAsync(cancellationToken);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            warehouse.Engine == "duckdb" ? OpenPass.Replace('@', '$') : OpenPass,
            new
            {
                offset,
                now = clock.UtcMicroseconds(),
                cluster = before.ClusterId,
                topic = before.TopicId,
                partition = before.Partition,
                pass = before.Pass,
                next = before.NextOffset,
            },
            commandType: CommandType.Text,
            cancellationToken: cancellationToken));
        return new ProgressChange(before, changed == 1);
    }
}
