using Confluent.Kafka;
using VkycEtl.Cli.Hosting;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Verbs;
using VkycEtl.Pipeline.Consume;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli.Up;

/// <summary>What <c>up</c> tells a person once it is ready.</summary>
internal static class Banner
{
    /// <summary>Addresses, lines to paste, files, and how to stop.</summary>
    public static async Task WriteAsync(VerbContext context, VkycSettings settings, DataDirectory directory, Broker broker, Uri address, Uri page)
    {
        var webhooks = FrontDoor.Webhooks(address, settings.Receiver);
        var now = context.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var sample = $$$"""{"appId":"demo","transactionId":"t-1","eventDetails":{"agentId":"AG1000"},"eventVersion":"1.0.0","eventType":"VCIP_CALL_STARTED","eventTime":"{{{now}}}","eventId":"trn:vkyc:{{{Guid.NewGuid()}}}"}""";
        var warehouse = settings.IsDuckDb ? $"DuckDB file {settings.Warehouse.ConnectionString} (this process has it; vkyc query reads through it)" : "PostgreSQL";
        var published = settings.IsDuckDb && settings.Warehouse.PublishEvery > TimeSpan.Zero
            ? $"{Path.Combine(directory.Published, "vkyc.duckdb")}   (Parquet files: {Path.Combine(directory.Published, "current")})"
            : settings.IsDuckDb ? "nothing is published: Warehouse:PublishEvery is 0" : "connect to PostgreSQL, schema vkyc";
        var events = broker.Embedded is not null ? EmbeddedKafka.Statement : $"Kafka at {settings.Kafka.BootstrapServers}, topic {settings.Kafka.RawTopic}";
        await context.Console.Out.WriteLineAsync($"""
            vkyc is up.
              Page       {page}
              Webhooks   {webhooks}   (health: {address}health/ready, metrics: {address}metrics)
              Try        curl -sS {webhooks} -H 'content-type: application/json' -d '{sample}'
              Query      {Program()} query "SELECT event_type, count(*) FROM vkyc.events GROUP BY event_type" --data '{directory.Path}'
              Warehouse  {warehouse}
              BI tools   {published}
              Broker     {events}
              Stop       Ctrl-C: what was acknowledged is loaded first

            """);
    }

    /// <summary>What a stop has left: how much was loaded, whether something was not, and where the data is.</summary>
    public static async Task WriteStopAsync(
        VerbContext context, VkycSettings settings, DataDirectory directory, Broker broker, TopicLag lag, WorkerStatus worker)
    {
        var left = await ReadLeftAsync(lag);
        var rest = (left, broker.Embedded) switch
        {
            (null, _) => "how much is left in Kafka is not known, the broker does not answer",
            (0, _) => "nothing that was acknowledged is left behind",
            (_, null) => $"{left:N0} wait in Kafka for the next start",
            _ => $"{left:N0} were in the broker inside and are gone with it",
        };
        await context.Console.Out.WriteLineAsync($"Stopped. {worker.LoadedRows:N0} events were loaded in this run; {rest}.");
        if (!settings.IsDuckDb)
            return;
        await context.Console.Out.WriteLineAsync($"""
              Data       {settings.Warehouse.ConnectionString}
              Go on      {Program()} up --data '{directory.Path}'
            """);
    }

    private static async Task<long?> ReadLeftAsync(TopicLag lag)
    {
        try
        {
            return (await lag.ReadAsync(CancellationToken.None))?.Lag ?? 0;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    // What works in another terminal, wherever that is.
    private static string Program() => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "vkyc" ? path : "vkyc";
}
