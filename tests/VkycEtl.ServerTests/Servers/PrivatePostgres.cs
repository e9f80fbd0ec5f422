using System.Diagnostics;
using Npgsql;

namespace VkycEtl.ServerTests.Servers;

/// <summary>
/// A PostgreSQL server of our own, on a free loopback port with its data in a temporary folder. Tests may hurt it. It ends with
/// <see cref="DisposeAsync"/>, or with the test process: a shell holds the server and ends it when its standard input closes.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>
    /// Ends the server with the signal it reads; without one (its owner died) at once, and clears up. What is sent to the whole process group
    /// does not end it before it has done that.
    /// </summary>
    private const string Keeper = """
        trap '' HUP INT TERM
        postgres=$1 data=$2 folder=$3 port=$4
        "$postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c fsync=off -c full_page_writes=off -c max_connections=200 -c timezone=Asia/Kolkata \
            -c log_min_messages=warning >>"$folder/log" 2>&1 &
        pid=$!
        read -r signal
        kill -"${signal:-QUIT}" "$pid"
        wait "$pid"
        [ -n "$signal" ] || rm -rf "$folder"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string binaries;
    private readonly string folder;
    private readonly Account? account;
    private Process? keeper;

    private PrivatePostgres(string binaries, string folder, Account? account, int port)
    {
        this.binaries = binaries;
        this.folder = folder;
        this.account = account;
        Port = port;
    }

    public int Port { get; }

    /// <summary>As superuser, to the database <c>postgres</c>.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=vkyc;Database=postgres;Timeout=5;Include Error Detail=true";

    /// <summary>Where a server's binaries are, or null.</summary>
    public static string? FindBinaries()
    {
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        const string debian = "/usr/lib/postgresql";
        var packaged = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return packaged.Concat(path).FirstOrDefault(folder =>
            folder.Length > 0 && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    /// <summary>Makes a new server and starts it; skips the test where no binaries are installed.</summary>
    public static async Task<PrivatePostgres> StartNewAsync(CancellationToken cancellationToken = default)
    {
        var found = FindBinaries() ?? MissingServer.SkipOrFail("PostgreSQL", "no initdb and postgres on PATH or under /usr/lib/postgresql");
        var temporary = Directory.CreateTempSubdirectory("vkyc-postgres-").FullName;
        // The server refuses to run as root.
        var other = Environment.IsPrivilegedProcess ? Account.Find("postgres", "nobody") : null;
        if (other is not null)
            await RunAsync("chown", [$"{other.Uid}:{other.Gid}", temporary], cancellationToken);
        var server = new PrivatePostgres(found, temporary, other, KafkaCluster.FreePorts(1)[0]);
        var (program, arguments) = server.AsAccount(Path.Combine(found, "initdb"), [
            "-D", server.Data, "-U", "vkyc", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        await RunAsync(program, arguments, cancellationToken);
        await server.StartAsync(cancellationToken);
        return server;
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (keeper is not null)
            throw new InvalidOperationException("The server runs already.");
        var (program, arguments) = AsAccount("/bin/sh", [
            "-c", Keeper, "keeper", Path.Combine(binaries, "postgres"), Data, folder, Port.ToString()]);
        keeper = Process.Start(StartInfo(program, arguments))!;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < Patience && !keeper.HasExited)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    /// <summary>Stops the server: at once, as a crash would (the default), or after it has sent its sessions away.</summary>
    public async Task StopAsync(bool immediate = true)
    {
        if (keeper is null)
            return;
        await keeper.StandardInput.WriteLineAsync(immediate ? "QUIT" : "INT");
        await keeper.StandardInput.FlushAsync();
        using var patience = new CancellationTokenSource(Patience);
        await keeper.WaitForExitAsync(patience.Token);
        keeper.Dispose();
        keeper = null;
        NpgsqlConnection.ClearAllPools();
    }

    public async Task RestartAsync(bool immediate = true, CancellationToken cancellationToken = default)
    {
        await StopAsync(immediate);
        await StartAsync(cancellationToken);
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string, as superuser.</returns>
    public Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default) =>
        PostgresServer.CreateDatabaseAsync(ConnectionString, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    private (string Program, string[] Arguments) AsAccount(string program, string[] arguments) => account is null
        ? (program, arguments)
        : ("setpriv", [$"--reuid={account.Uid}", $"--regid={account.Gid}", "--clear-groups", program, .. arguments]);

    private static ProcessStartInfo StartInfo(string program, string[] arguments) => new(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        WorkingDirectory = "/",
    };

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = StartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output}{await errors}");
    }

    private sealed record Account(string Uid, string Gid)
    {
        public static Account Find(params string[] names)
        {
            var known = File.ReadAllLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3)
                .ToDictionary(fields => fields[0], fields => new Account(fields[2], fields[3]), StringComparer.Ordinal);
            return names.Select(known.GetValueOrDefault).FirstOrDefault(account => account is not null)
                ?? throw new InvalidOperationException($"None of the users {string.Join(", ", names)} exists: PostgreSQL refuses to run as root.");
        }
    }
}
