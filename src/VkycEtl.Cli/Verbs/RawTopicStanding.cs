using Confluent.Kafka;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary>The raw topic beside the warehouse, for verbs that also make sense where no broker can be asked: they say so, and go on.</summary>
/// <param name="directory">DIR.</param>
/// <param name="settingsFile">Another settings file, or null.</param>
internal sealed class RawTopicStanding(string directory, string? settingsFile)
{
    /// <summary>Asks the broker; null, with a note on standard error, where it cannot be asked or has no such topic.</summary>
    public async Task<TopicStanding?> ReadAsync(VerbContext context, IWarehouse warehouse, CancellationToken cancellationToken)
    {
        TopicStanding? found = null;
        await UseAsync(
            context,
            warehouse,
            (standing, _) =>
            {
                found = standing;
                return Task.FromResult(ExitCode.Done);
            },
            cancellationToken);
        return found;
    }

    /// <summary>The same, for work that has more questions to the broker; both are null where it cannot be asked.</summary>
    public async Task<int> UseAsync(VerbContext context, IWarehouse warehouse, Func<TopicStanding?, TopicLag?, Task<int>> work, CancellationToken cancellationToken)
    {
        // A carried verb sees the broker as the process does that it runs in.
        if (context.Warehouse is not null)
            return await UseAsync(context, context.Lag, work, cancellationToken);
        var settings = VkycSettings.Load(settingsFile, new DataDirectory(directory));
        if (settings.Kafka.BootstrapServers.Length == 0)
            return await UseAsync(context, lag: null, work, cancellationToken);
        using var broker = Broker.Configured(settings.Kafka);
        using var lag = new TopicLag(settings.Kafka, broker.Identities, warehouse);
        return await UseAsync(context, lag, work, cancellationToken);
    }

    private static async Task<int> UseAsync(VerbContext context, TopicLag? lag, Func<TopicStanding?, TopicLag?, Task<int>> work, CancellationToken cancellationToken)
    {
        TopicStanding? standing = null;
        try
        {
            if (lag is null)
                await context.Console.Error.WriteLineAsync("note: no broker is configured (Kafka:BootstrapServers), so the log's ends are not known.");
            else
                standing = await lag.ReadAsync(cancellationToken);
        }
        catch (KafkaException exception)
        {
            await context.Console.Error.WriteLineAsync($"note: the broker could not be asked, so the log's ends are not known: {exception.Error.Reason}");
        }

        return await work(standing, standing is null ? null : lag);
    }
}
