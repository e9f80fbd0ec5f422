using System.Data.Common;
using System.Globalization;
using Dapper;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Doctor;

/// <summary>The warehouse: whether it answers, is what this program needs, keeps what it commits, and agrees about the time.</summary>
internal static class WarehouseChecks
{
    private static readonly TimeSpan ClockWarning = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClockFault = TimeSpan.FromMinutes(1);

    private const string Rights = """
        SELECT r.what FROM (
            SELECT 'write vkyc.events' AS what, has_table_privilege('vkyc.events', 'SELECT, INSERT') AND has_table_privilege('vkyc.events', 'UPDATE') AS may
            UNION ALL SELECT 'write ' || n.nspname || '.' || c.relname, has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'SELECT')
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'vkyc_etl' AND c.relkind = 'r'
            UNION ALL SELECT 'make temporary tables', has_database_privilege(current_database(), 'TEMPORARY')) AS r
        WHERE NOT r.may
        """;

    private const string Stuck = """
        SELECT a.pid AS "Pid", CAST(extract(epoch FROM clock_timestamp() - a.state_change) AS bigint) AS "Seconds"
        FROM pg_stat_activity AS a
        WHERE a.state LIKE 'idle in transaction%' AND a.state_change < clock_timestamp() - interval '1 minute'
          AND (a.pid IN (SELECT backend_pid FROM vkyc_etl.partition_progress)
               OR EXISTS (SELECT FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace
                          WHERE l.pid = a.pid AND n.nspname IN ('vkyc', 'vkyc_etl')))
        """;

    public static async Task<IReadOnlyList<Finding>> RunAsync(Case what, IWarehouse warehouse, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReaderAsync(cancellationToken);
        var version = warehouse.Engine == "postgres" ? await ScalarAsync<string>(connection, "SHOW server_version", cancellationToken) : await ScalarAsync<string>(connection, "SELECT version()", cancellationToken);
        var findings = new List<Finding> { Finding.Ok("warehouse", "reach", $"{(warehouse.Engine == "postgres" ? "PostgreSQL" : "DuckDB")} {version}") };
        var isMigrated = await MigrationsAsync(warehouse, findings, cancellationToken);
        if (warehouse.Engine != "postgres")
            return findings;

        findings.Add(await ClockAsync(what, connection, cancellationToken));
        findings.Add(await DurabilityAsync(connection, cancellationToken));
        if (!isMigrated)
            return findings;
        var missing = (await connection.QueryAsync<string>(new CommandDefinition(Rights, cancellationToken: cancellationToken))).ToList();
        findings.Add(missing.Count == 0
            ? Finding.Ok("warehouse", "rights", "this user may load")
            : Finding.Fault("warehouse", "rights", $"this user may not {string.Join(", ", missing)}", "grant it, or load as the role that ran vkyc migrate"));
        var stuck = (await connection.QueryAsync<(int Pid, long Seconds)>(new CommandDefinition(Stuck, cancellationToken: cancellationToken))).ToList();
        findings.Add(stuck.Count == 0
            ? Finding.Ok("warehouse", "sessions", "no session sits on locks of ours")
            : Finding.Warning(
                "warehouse", "sessions", $"sessions that do nothing hold locks: {string.Join(", ", stuck.Select(one => string.Create(CultureInfo.InvariantCulture, $"pid {one.Pid} for {one.Seconds} s")))}",
                $"end them: SELECT pg_terminate_backend({stuck[0].Pid})"));
        return findings;
    }

    private static async Task<bool> MigrationsAsync(IWarehouse warehouse, List<Finding> findings, CancellationToken cancellationToken)
    {
        try
        {
            await warehouse.CheckAsync(cancellationToken);
            findings.Add(Finding.Ok("warehouse", "migrations", "scripts, columns, views and reporting settings are what this program needs"));
            return true;
        }
        catch (WarehouseUnfitException unfit)
        {
            findings.Add(Finding.Fault("warehouse", "migrations", unfit.Message, "vkyc migrate, unless the line says otherwise"));
            return false;
        }
    }

    private static async Task<Finding> ClockAsync(Case what, DbConnection connection, CancellationToken cancellationToken)
    {
        // The answer is of some moment between question and answer.
        var asked = what.Context.Time.GetUtcNow();
        var there = new DateTimeOffset(DateTime.SpecifyKind(await ScalarAsync<DateTime>(connection, "SELECT clock_timestamp() AT TIME ZONE 'UTC'", cancellationToken), DateTimeKind.Utc));
        var answered = what.Context.Time.GetUtcNow();
        var apart = there < asked ? asked - there : there > answered ? there - answered : TimeSpan.Zero;
        var seen = string.Create(CultureInfo.InvariantCulture, $"the clocks of this machine and the database are {apart.TotalSeconds:0.0} s apart");
        return apart > ClockFault ? Finding.Fault("warehouse", "clock", seen, "set both by NTP: lag, SLA and no-show figures are wrong meanwhile")
            : apart > ClockWarning ? Finding.Warning("warehouse", "clock", seen, "set both by NTP")
            : Finding.Ok("warehouse", "clock", seen);
    }

    private static async Task<Finding> DurabilityAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var off = new List<string>();
        foreach (var name in (string[])["fsync", "full_page_writes", "synchronous_commit"])
        {
            if (await ScalarAsync<string>(connection, $"SHOW {name}", cancellationToken) == "off")
                off.Add(name);
        }

        return off.Count == 0
            ? Finding.Ok("warehouse", "durability", "what is committed is on disk")
            : Finding.Warning(
                "warehouse", "durability", $"{string.Join(", ", off)} {(off.Count == 1 ? "is" : "are")} off: a crash of the server can take commits back{(off.Contains("fsync", StringComparer.Ordinal) ? ", or leave its files broken" : "")}",
                "turn it on in postgresql.conf; rows and progress go back together, so what is lost so is loaded again as long as the topic has it");
    }

    private static async Task<T> ScalarAsync<T>(DbConnection connection, string sql, CancellationToken cancellationToken) =>
        (await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken)))!;
}
