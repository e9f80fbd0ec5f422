using System.Diagnostics;

namespace VkycEtl.ServerTests.Servers;

/// <summary>One broker process of a <see cref="KafkaCluster"/>. A shell holds it and kills it when the test process ends, however it ends.</summary>
internal sealed class KafkaBroker(string home, string folder, int id) : IAsyncDisposable
{
    /// <summary>Ends the broker with the signal it reads; without one (its owner died) at once, and clears up.</summary>
    private const string Keeper = """
        start=$1 folder=$2
        "$start" "$folder/server.properties" >>"$folder/server.log" 2>&1 </dev/null &
        pid=$!
        read -r signal
        kill -"${signal:-KILL}" "$pid"
        wait "$pid"
        [ -n "$signal" ] || { rm -rf "$folder"; rmdir "${folder%/*}"; } 2>/dev/null
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? keeper;

    public int Id => id;

    public string Log => File.Exists(Path.Combine(folder, "server.log")) ? File.ReadAllText(Path.Combine(folder, "server.log")) : "";

    public async Task FormatAsync(string clusterId, IEnumerable<KeyValuePair<string, string>> properties, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "server.properties");
        var lines = properties.Append(new("log.dirs", Path.Combine(folder, "data"))).Select(property => $"{property.Key}={property.Value}");
        await File.WriteAllLinesAsync(file, lines, cancellationToken);

        var start = StartInfo(Path.Combine(home, "bin", "kafka-storage.sh"), ["format", "-t", clusterId, "-c", file]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var format = Process.Start(start)!;
        format.StandardInput.Close();
        var output = format.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = format.StandardError.ReadToEndAsync(cancellationToken);
        await format.WaitForExitAsync(cancellationToken);
        if (format.ExitCode != 0)
            throw new InvalidOperationException($"kafka-storage.sh format ended with {format.ExitCode}: {await output}{await errors}");
    }

    public void Start()
    {
        if (keeper is not null)
            throw new InvalidOperationException($"Broker {id} runs already.");
        keeper = Process.Start(StartInfo("/bin/sh", ["-c", Keeper, "keeper", Path.Combine(home, "bin", "kafka-server-start.sh"), folder]))!;
    }

    /// <param name="signal"><c>KILL</c>, or <c>TERM</c> for an orderly stop.</param>
    public async Task EndAsync(string signal)
    {
        if (keeper is null)
            return;
        await keeper.StandardInput.WriteLineAsync(signal);
        await keeper.StandardInput.FlushAsync();
        using var patience = new CancellationTokenSource(Patience);
        await keeper.WaitForExitAsync(patience.Token);
        keeper.Dispose();
        keeper = null;
    }

    public async ValueTask DisposeAsync() => await EndAsync("KILL");

    private static ProcessStartInfo StartInfo(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xms64m -Xmx384m";
        return start;
    }
}
