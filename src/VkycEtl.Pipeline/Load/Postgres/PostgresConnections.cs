using System.Globalization;
using Npgsql;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>
/// Session settings, as start-up options, so that they hold whatever a pool resets. A loader that stops in the middle of a transaction
/// loses it, and its locks, after a bounded time.
/// </summary>
internal static class PostgresConnections
{
    /// <summary>Compiling takes longer than it saves, for figures and refreshes alike (measured: half of a refresh's time).</summary>
    private static readonly (string Name, string Value) Interpreted = ("jit", "off");

    /// <summary>How long the server waits for a client's acknowledgement of what it sent, ms.</summary>
    private const int TcpUserTimeout = 30_000;

    /// <summary>Migrations wait in short steps for their locks: behind a waiting lock readers queue.</summary>
    private const int MigrationLockTimeout = 1_000;

    public static string ForLoader(string given, WarehouseOptions options) => With(
        given,
        "vkyc loader",
        commandTimeout: (int)options.StatementTimeout.TotalSeconds + 30,
        ("lock_timeout", Milliseconds(options.LockTimeout)),
        ("statement_timeout", Milliseconds(options.StatementTimeout)),
        ("idle_in_transaction_session_timeout", Milliseconds(options.IdleInTransactionTimeout)),
        ("tcp_user_timeout", TcpUserTimeout.ToString(CultureInfo.InvariantCulture)),
        // The rules of settling are written for it.
        ("default_transaction_isolation", "read\\ committed"));

    /// <summary>
    /// Derives for as long as it takes: what is cut short would only begin again. No pool keeps a connection that is closed, whose temporary tables and
    /// lock end with it.
    /// </summary>
    public static string ForMarts(string given, WarehouseOptions options) => With(
        new NpgsqlConnectionStringBuilder(given) { Pooling = false }.ConnectionString,
        "vkyc marts",
        commandTimeout: 0,
        ("lock_timeout", Milliseconds(options.LockTimeout)),
        ("idle_in_transaction_session_timeout", Milliseconds(options.IdleInTransactionTimeout)),
        ("tcp_user_timeout", TcpUserTimeout.ToString(CultureInfo.InvariantCulture)),
        ("default_transaction_isolation", "read\\ committed"),
        Interpreted);

    /// <summary>A year of percentiles is sorted in memory (measured: in half the time).</summary>
    public static string ForReader(string given) => With(
        given,
        "vkyc reader",
        commandTimeout: 0,
        ("default_transaction_read_only", "on"),
        ("idle_in_transaction_session_timeout", "600000"),
        ("work_mem", "64MB"),
        Interpreted);

    public static string ForMigration(string given) => With(
        given, "vkyc migrate", commandTimeout: 0, ("lock_timeout", MigrationLockTimeout.ToString(CultureInfo.InvariantCulture)));

    private static string With(string given, string name, int commandTimeout, params (string Name, string Value)[] settings)
    {
        var builder = new NpgsqlConnectionStringBuilder(given);
        builder.ApplicationName ??= name;
        builder.Timezone = "UTC";
        if (!builder.ContainsKey("Command Timeout"))
            builder.CommandTimeout = commandTimeout;
        if (builder.KeepAlive == 0 && !builder.TcpKeepAlive)
        {
            builder.TcpKeepAlive = true;
            builder.TcpKeepAliveTime = 15;
            builder.TcpKeepAliveInterval = 5;
        }

        var options = string.Join(' ', settings.Select(setting => $"-c {setting.Name}={setting.Value}"));
        builder.Options = string.IsNullOrEmpty(builder.Options) ? options : $"{options} {builder.Options}";
        return builder.ConnectionString;
    }

    private static string Milliseconds(TimeSpan value) => ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
