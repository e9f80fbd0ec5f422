using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;

namespace VkycEtl.Pipeline.Load;

/// <summary>One partition and pass as the ledger has it: <c>LastOffset − FirstOffset + 1 = Loaded + Duplicates + Quarantined + Gaps + Lost</c>.</summary>
/// <param name="ClusterId">The Kafka cluster's id.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="TopicId">The topic's id.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Pass">The pass.</param>
/// <param name="FirstOffset">First offset accounted for.</param>
/// <param name="LastOffset">Last offset accounted for.</param>
/// <param name="Loaded">Records that became, or replaced, a row.</param>
/// <param name="Duplicates">Records whose event was there with the same content.</param>
/// <param name="Quarantined">Records in quarantine.</param>
/// <param name="Gaps">Offsets that the log shows to no consumer.</param>
/// <param name="Lost">Offsets removed before they were read.</param>
public sealed record AuditedPartition(
    string ClusterId, string Topic, string TopicId, int Partition, int Pass, long FirstOffset, long LastOffset,
    long Loaded, long Duplicates, long Quarantined, long Gaps, long Lost);

/// <summary>One thing that does not add up, with the offsets it concerns.</summary>
/// <param name="Code">What kind: <c>hole</c>, <c>overlap</c>, <c>range_sum</c>, <c>progress</c>, <c>events</c>, <c>quarantine</c>, <c>load</c> or <c>lost</c>.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="FirstOffset">First offset concerned.</param>
/// <param name="LastOffset">Last offset concerned.</param>
/// <param name="Text">What was expected and found.</param>
public sealed record AuditFinding(string Code, string Topic, int Partition, long FirstOffset, long LastOffset, string Text);

/// <summary>The whole audit.</summary>
/// <param name="Partitions">One a partition and pass.</param>
/// <param name="Findings">What does not add up; empty where all does.</param>
public sealed record AuditReport(IReadOnlyList<AuditedPartition> Partitions, IReadOnlyList<AuditFinding> Findings);

/// <summary>Proves from the ledger, the events and the quarantine that every offset is accounted for; the same statements on every engine.</summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="clock">Tells when lost offsets are acknowledged.</param>
public sealed class LedgerAudit(IWarehouse warehouse, TimeProvider clock)
{
    /// <summary>Audits in one snapshot, so that a worker may load meanwhile.</summary>
    public Task<AuditReport> RunAsync(CancellationToken cancellationToken) => RunAsync(AuditQueries.Findings, cancellationToken);

    /// <summary>Audits the ledger alone: holes, overlaps, sums, progress and lost offsets, without a look at every event.</summary>
    public Task<AuditReport> RunOnLedgerAsync(CancellationToken cancellationToken) =>
        RunAsync([.. AuditQueries.Findings.Where(query => query.Code is not ("events" or "quarantine" or "load"))], cancellationToken);

    private async Task<AuditReport> RunAsync(IReadOnlyList<AuditQuery> queries, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var partitions = await QueryAsync<AuditedPartition>(connection, snapshot, AuditQueries.Partitions, cancellationToken);
        var findings = new List<AuditFinding>();
        foreach (var query in queries)
        {
            foreach (var row in await QueryAsync<FindingRow>(connection, snapshot, query.Sql, cancellationToken))
                findings.Add(new AuditFinding(query.Code, row.Topic, row.Partition, row.FirstOffset, row.LastOffset, query.Say(row.Expected, row.Found)));
        }

        await snapshot.CommitAsync(cancellationToken);
        return new AuditReport(partitions, findings);
    }

    /// <summary>Ranges with lost offsets that nobody has acknowledged.</summary>
    public async Task<IReadOnlyList<AuditFinding>> FindLostAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        return Lost(await QueryAsync<FindingRow>(connection, transaction: null, AuditQueries.Lost.Sql, cancellationToken));
    }

    /// <summary>Acknowledges all lost offsets that are not acknowledged yet: they stay in the ledger, and are no finding any more.</summary>
    /// <param name="by">Who acknowledges.</param>
    /// <param name="cancellationToken">Cancels; nothing is acknowledged then.</param>
    /// <returns>The ranges that hold the lost offsets.</returns>
    public async Task<IReadOnlyList<AuditFinding>> AcknowledgeLostAsync(string by, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenWriterAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var lost = await QueryAsync<FindingRow>(connection, transaction, AuditQueries.Lost.Sql, cancellationToken);
        var mark = warehouse.Engine == "duckdb" ? '$' : '@';
        await connection.ExecuteAsync(new CommandDefinition(
            AuditQueries.Acknowledge.Replace('@', mark), new { by, now = clock.UtcMicroseconds() }, transaction, commandType: CommandType.Text, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return Lost(lost);
    }

    private static IReadOnlyList<AuditFinding> Lost(IReadOnlyList<FindingRow> rows) => [.. rows.Select(row => new AuditFinding(
        AuditQueries.Lost.Code, row.Topic, row.Partition, row.FirstOffset, row.LastOffset, AuditQueries.Lost.Say(row.Expected, row.Found)))];

    private static async Task<IReadOnlyList<T>> QueryAsync<T>(
        DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<T>(new CommandDefinition(sql, transaction: transaction, commandType: CommandType.Text, cancellationToken: cancellationToken))];

    private sealed record FindingRow(string Topic, int Partition, long FirstOffset, long LastOffset, long Expected, long Found);
}

/// <summary>One check: rows are what does not hold.</summary>
/// <param name="Code">The finding's code.</param>
/// <param name="Text">What it says: {0} was expected, {1} found.</param>
/// <param name="Sql">Topic, partition, first and last offset, expected, found.</param>
internal sealed record AuditQuery(string Code, string Text, string Sql)
{
    /// <summary>The finding in words.</summary>
    public string Say(long expected, long found) => string.Format(CultureInfo.InvariantCulture, Text, expected, found);
}
