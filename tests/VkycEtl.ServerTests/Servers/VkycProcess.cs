using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace VkycEtl.ServerTests.Servers;

/// <summary>A role as in production: the program itself in its own process, which a test may stop, continue and kill.</summary>
internal sealed class VkycProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private VkycProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it printed so far.</summary>
    public string Output => string.Join('\n', lines);

    public int ProcessId => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Starts <c>vkyc</c> with a verb and its arguments, and settings as environment variables (<c>Section:Key</c>).</summary>
    public static VkycProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "vkyc.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in settings)
            start.Environment["VKYC_" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new VkycProcess(Process.Start(start)!);
    }

    /// <summary>kill -9, and wait until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stays, and does nothing.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal("CONT");

    /// <summary>SIGTERM: a clean stop.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        Signal("TERM");
        return await WaitForExitAsync();
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <summary>Records behind the log's end over all partitions, from its metrics; null where they are not known (yet) of each: a sum over some says nothing of the others.</summary>
    public async Task<long?> ReadLagAsync(string url, int partitions) =>
        await ReadValuesAsync(url, "vkyc_consumer_lag") is var lags && lags.Count == partitions ? lags.Sum() : null;

    /// <summary>Records that are read and not in the database yet; null where the worker does not answer (yet). The lag is as old as the last fetch.</summary>
    public Task<long?> ReadWaitingAsync(string url) => ReadMetricAsync(url, "vkyc_batch_waiting");

    /// <summary>The sum of a metric's values; null where there are none (yet).</summary>
    public async Task<long?> ReadMetricAsync(string url, string name) =>
        await ReadValuesAsync(url, name) is { Count: > 0 } values ? values.Sum() : null;

    /// <summary>A metric's values, one for each of its series.</summary>
    private async Task<List<long>> ReadValuesAsync(string url, string name)
    {
        if (process.HasExited)
            return [];
        using var client = new HttpClient();
        string metrics;
        try
        {
            metrics = await client.GetStringAsync(new Uri($"{url}/metrics"));
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return [];
        }

        return [.. metrics.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private void Keep(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
