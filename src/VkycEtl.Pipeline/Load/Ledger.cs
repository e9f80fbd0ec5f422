using System.Data;
using System.Data.Common;
using Dapper;
using VkycEtl.Pipeline.Flatten;

namespace VkycEtl.Pipeline.Load;

/// <summary>
/// The ledger's tables in one transaction: the same statements on every engine, but for the mark that parameters carry
/// (<c>@</c> on PostgreSQL, <c>$</c> on DuckDB; the statements here use <c>@</c>, and for nothing else).
/// </summary>
internal sealed class Ledger(DbConnection connection, DbTransaction? transaction, char parameterMark, int? backendPid)
{
    private const string SelectProgress = $"""
        SELECT {ProgressRow.Columns}
        FROM vkyc_etl.partition_progress WHERE cluster_id = @cluster AND topic_id = @topic
        """;

    private const string InsertProgress = """
        INSERT INTO vkyc_etl.partition_progress (cluster_id, topic, topic_id, partition, pass, next_offset, updated_at)
        VALUES (@cluster, @name, @topic, @partition, @pass, @first, @now)
        ON CONFLICT DO NOTHING
        """;

    private const string AdvanceProgress = """
        UPDATE vkyc_etl.partition_progress
        SET next_offset = @next, topic = @name, anchor_offset = coalesce(@anchor, anchor_offset),
            anchor_sha256 = coalesce(@sha256, anchor_sha256), backend_pid = @pid, updated_at = @now
        WHERE cluster_id = @cluster AND topic_id = @topic AND partition = @partition AND pass = @pass AND next_offset = @first
        """;

    private const string InsertRange = """
        INSERT INTO vkyc_etl.load_ranges (load_id, cluster_id, topic, topic_id, partition, pass, first_offset, last_offset,
            loaded, duplicates, quarantined, gaps, lost, digest)
        VALUES (@load, @cluster, @name, @topic, @partition, @pass, @first, @last, @loaded, @duplicates, @quarantined, @gaps, @lost, @digest)
        """;

    private const string InsertLoad = """
        INSERT INTO vkyc_etl.loads (load_id, worker, begun_at, committed_at, schema_set, rows)
        VALUES (@load, @worker, @begun, @now, @schemas, @rows)
        """;

    private const string SelectRangeOfLoad = """
        SELECT cluster_id AS "ClusterId", topic_id AS "TopicId", pass AS "Pass"
        FROM vkyc_etl.load_ranges
        WHERE load_id = @load AND topic = @name AND partition = @partition AND first_offset <= @offset AND last_offset >= @offset AND loaded > 0
        """;

    private const string SelectRange = """
        SELECT cluster_id AS "ClusterId", topic_id AS "TopicId", pass AS "Pass"
        FROM vkyc_etl.load_ranges
        WHERE topic = @name AND partition = @partition AND first_offset <= @offset AND last_offset >= @offset AND loaded > 0
        ORDER BY pass, load_id
        LIMIT 1
        """;

    /// <summary>Reads progress of all partitions of a topic.</summary>
    public async Task<IReadOnlyList<PartitionProgress>> ReadProgressAsync(string clusterId, string topicId, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<ProgressRow>(Command(
            SelectProgress, new { cluster = clusterId, topic = topicId }, cancellationToken));
        return [.. rows.Select(row => row.ToProgress())];
    }

    /// <summary>Gives progress to partitions that have none, so that of two loaders that begin a partition one must wait for the other.</summary>
    /// <returns>The partitions that had progress after all.</returns>
    public async Task<IReadOnlyList<int>> BeginPartitionsAsync(LoadBatch batch, DateTime now, CancellationToken cancellationToken)
    {
        var begun = new List<int>();
        foreach (var range in batch.Ranges.Where(range => !range.HasProgress).OrderBy(range => range.Partition))
        {
            var inserted = await connection.ExecuteAsync(Command(InsertProgress, new
            {
                cluster = batch.ClusterId,
                name = batch.Topic,
                topic = batch.TopicId,
                partition = range.Partition,
                pass = range.Pass,
                first = range.FirstOffset,
                now,
            }, cancellationToken));
            if (inserted == 0)
                begun.Add(range.Partition);
        }

        return begun;
    }

    /// <summary>The partitions of a batch whose progress is not what the batch expects.</summary>
    public static IReadOnlyList<int> FindMoved(LoadBatch batch, IReadOnlyList<PartitionProgress> progress)
    {
        var stored = progress.ToDictionary(row => row.Partition);
        return [.. batch.Ranges.Where(range => !stored.TryGetValue(range.Partition, out var row)
            || row.Pass != range.Pass || row.NextOffset != range.FirstOffset).Select(range => range.Partition)];
    }

    /// <summary>Writes the load and its ranges, and advances progress by compare-and-set.</summary>
    public async Task RecordAsync(LoadBatch batch, IReadOnlyList<RangeCounts> counts, DateTime now, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Command(InsertLoad, new
        {
            load = batch.LoadId,
            worker = batch.Worker,
            begun = batch.BegunAt,
            now,
            schemas = batch.Schemas.Version,
            rows = counts.Sum(count => count.Loaded),
        }, cancellationToken));
        foreach (var (range, count) in batch.Ranges.Zip(counts))
        {
            var parameters = new DynamicParameters();
            parameters.Add("load", batch.LoadId);
            parameters.Add("cluster", batch.ClusterId);
            parameters.Add("name", batch.Topic);
            parameters.Add("topic", batch.TopicId);
            parameters.Add("partition", range.Partition);
            parameters.Add("pass", range.Pass);
            parameters.Add("first", range.FirstOffset);
            await AdvanceAsync(range, parameters, now, cancellationToken);

            parameters = new DynamicParameters(parameters);
            parameters.Add("last", range.LastOffset);
            parameters.Add("loaded", count.Loaded);
            parameters.Add("duplicates", count.Duplicates);
            parameters.Add("quarantined", count.Quarantined);
            parameters.Add("gaps", range.Gaps);
            parameters.Add("lost", range.Lost);
            parameters.Add("digest", Convert.ToHexStringLower(range.Digest));
            await connection.ExecuteAsync(Command(InsertRange, parameters, cancellationToken));
        }
    }

    /// <summary>The quarantine rows of stored rows that lesser copies replace: their own coordinates and pass, their columns as body.</summary>
    public async Task<IReadOnlyList<QuarantineRow>> DisplaceAsync(
        LoadBatch batch, IReadOnlyList<(StoredRow Row, EventRow By)> displaced, CancellationToken cancellationToken)
    {
        var rows = new List<QuarantineRow>(displaced.Count);
        foreach (var (row, by) in displaced)
        {
            // A row that settling has marked carries that load's id, not the one that loaded its offset: then any range that loaded it.
            var coordinates = new { name = row.Topic, partition = row.Partition, offset = row.Offset, load = row.LoadId };
            var range = await connection.QueryFirstOrDefaultAsync<RangeRow>(Command(SelectRangeOfLoad, coordinates, cancellationToken))
                ?? await connection.QueryFirstOrDefaultAsync<RangeRow>(Command(SelectRange, coordinates, cancellationToken))
                ?? throw new WarehouseUnfitException(
                    $"No load in vkyc_etl.load_ranges accounts for {row.Topic}/{row.Partition}@{row.Offset}, whose row is to be displaced: the ledger and vkyc.events do not belong together.");
            rows.Add(new QuarantineRow
            {
                ClusterId = range.ClusterId,
                TopicId = range.TopicId,
                Topic = row.Topic,
                Partition = row.Partition,
                Offset = row.Offset,
                Pass = range.Pass,
                ReasonCode = QuarantineReason.ConflictingDuplicate,
                ReasonText = $"{QuarantineRow.DisplacedPrefix}{batch.Topic}/{by.Raw.Partition}@{by.Raw.Offset}, content {by.ContentDigest}",
                RecordKey = row.RecordKey,
                Headers = "[]",
                Body = row.Json,
                ReceivedAt = row.ReceivedAt,
            });
        }

        return rows;
    }

    /// <summary>A statement of ours, with this engine's parameter mark.</summary>
    public CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) => new(
        parameterMark == '@' ? sql : sql.Replace('@', parameterMark), parameters, transaction, commandType: CommandType.Text, cancellationToken: cancellationToken);

    private async Task AdvanceAsync(OffsetRange range, DynamicParameters key, DateTime now, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters(key);
        parameters.Add("next", range.NextOffset);
        parameters.Add("anchor", range.Anchor?.Offset, DbType.Int64);
        parameters.Add("sha256", range.Anchor is { } anchor ? Convert.ToHexStringLower(anchor.Sha256) : null, DbType.String);
        parameters.Add("pid", backendPid, DbType.Int32);
        parameters.Add("now", now);
        var advanced = await connection.ExecuteAsync(Command(AdvanceProgress, parameters, cancellationToken));
        if (advanced != 1)
            throw new StoredRowsChangedException($"Progress of partition {range.Partition} moved although it was locked.");
    }

    private sealed record RangeRow(string ClusterId, string TopicId, int Pass);
}
