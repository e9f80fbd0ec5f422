using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;
using VkycEtl.Pipeline.Consume;

namespace VkycEtl.Cli.Up;

/// <summary>The one line that <c>up</c> keeps showing: what is loaded, how far behind, and what is wrong.</summary>
internal static class LiveLine
{
    /// <summary>Shows it until the process stops. In a log: a line where it changed, every ten seconds at most.</summary>
    public static async Task ShowAsync(VerbContext context, IServiceProvider services, CancellationToken stopping)
    {
        var worker = services.GetRequiredService<WorkerStatus>();
        using var progress = new ProgressLine(context.Console, context.Time) { LogEvery = TimeSpan.FromSeconds(10) };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), context.Time);
        do
            progress.Show(Line(worker));
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private static string Line(WorkerStatus worker)
    {
        var lags = worker.Partitions.Select(partition => partition.Lag).ToList();
        var lag = lags.Exists(one => one is null) ? "lag not known yet" : string.Create(CultureInfo.InvariantCulture, $"lag {lags.Sum():N0}");
        var trouble = worker.Trouble is { } what ? $", trying again: {TableWriter.Visible(what)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"events loaded {worker.LoadedRows:N0}, {lag}{trouble}");
    }
}
