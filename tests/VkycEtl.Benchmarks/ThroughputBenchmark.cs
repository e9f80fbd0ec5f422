using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Load.Postgres;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Benchmarks;

/// <summary>
/// Events a second from a full topic on a real Kafka into the warehouse, and, in the same run, PostgreSQL's COPY of the very same rows into the
/// same table made anew. Figures of different runs are not to be compared; the ratio of one run is.
/// </summary>
internal static class ThroughputBenchmark
{
    private const int Partitions = 12;

    /// <param name="events">How many events.</param>
    /// <param name="rounds">How often the load and the COPY are measured, in turn; medians are printed.</param>
    public static async Task<int> RunAsync(int events, int rounds)
    {
        var servers = Environment.GetEnvironmentVariable("VKYC_TEST_KAFKA");
        var database = Environment.GetEnvironmentVariable("VKYC_TEST_POSTGRES");
        if (string.IsNullOrEmpty(servers) || string.IsNullOrEmpty(database))
        {
            await Console.Error.WriteLineAsync("set VKYC_TEST_KAFKA to bootstrap servers and VKYC_TEST_POSTGRES to the connection string of an empty database");
            return 2;
        }

        var topic = $"bench-{Guid.NewGuid():n}";
        var kafka = new KafkaOptions { BootstrapServers = servers, RawTopic = topic, Partitions = Partitions };
        var bytes = await FillAsync(kafka, events);
        Console.WriteLine($"{events:n0} events, {bytes / events} bytes on average, {Partitions} partitions");

        var loads = new List<double>();
        var copies = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            await using (var connection = new NpgsqlConnection(database))
            {
                await connection.ExecuteAsync("DROP SCHEMA IF EXISTS vkyc CASCADE; DROP SCHEMA IF EXISTS vkyc_etl CASCADE");
                await CheckpointAsync(connection);
            }

            loads.Add(await LoadAsync(kafka, Postgres(database), $"round-{round}-{topic}", events));
            copies.Add(await CopyAsync(database, events));
            Console.WriteLine($"round {round}: load {loads[^1]:n0} events/s, COPY {copies[^1]:n0} rows/s, ratio {loads[^1] / copies[^1]:0.00}");
        }

        var (load, copy) = (Median(loads), Median(copies));
        Console.WriteLine($"PostgreSQL: {load:n0} events/s, COPY into the same table {copy:n0} rows/s, ratio {load / copy:0.00} (medians)");

        var folder = Directory.CreateTempSubdirectory("vkyc-bench-");
        try
        {
            var duck = await LoadAsync(kafka, Duck(Path.Combine(folder.FullName, "bench.duckdb")), $"duck-{topic}", events);
            Console.WriteLine($"DuckDB: {duck:n0} events/s");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static SchemaDirectories Directories { get; } = new([Path.Combine(AppContext.BaseDirectory, "avro")]);

    private static PostgresWarehouse Postgres(string database) => new(
        new WarehouseOptions { Engine = "postgres", ConnectionString = database }, new ReportingOptions(), Directories.Load(), TimeProvider.System);

    private static DuckDbWarehouse Duck(string file) =>
        new(new WarehouseOptions { Engine = "duckdb", ConnectionString = file }, new ReportingOptions(), Directories.Load(), TimeProvider.System);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<long> FillAsync(KafkaOptions kafka, int events)
    {
        using var admin = new AdminClientBuilder(KafkaClients.Admin(kafka)).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = kafka.RawTopic, NumPartitions = Partitions, ReplicationFactor = -1 }]);
        var config = KafkaClients.Producer(kafka, TimeSpan.FromMinutes(1));
        config.QueueBufferingMaxMessages = 200_000;
        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        var random = new Random(20261125);
        string[] types = ["SCHEDULED", "ASSIGNED", "NOTIFIED", "STARTED", "COMPLETED", "ENDED"];
        var id = new byte[16];
        var bytes = 0L;
        var failed = 0;
        for (var i = 0; i < events; i++)
        {
            random.NextBytes(id);
            var transaction = i / 6;
            var prefix = i % 6 < 3 ? "VCIP_CUSTOMER_" : "VCIP_CALL_";
            var details = (i % 6) switch
            {
                0 => """{"start_time":"2026-11-25T10:00:00Z","end_time":"2026-11-25T10:30:00Z"}""",
                1 or 2 => "null",
                3 => """{"agentId":"asha@bank.example"}""",
                4 => """{"status":"APPROVED","reason":null,"agentId":"asha@bank.example"}""",
                _ => """{"status":"INCOMPLETE","reason":"customer left","agentId":"asha@bank.example"}""",
            };
            var body = Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"appId":"bank-{{transaction % 3}}","transactionId":"txn-{{transaction:d8}}","eventDetails":{{details}},"eventVersion":"1.0.0","eventType":"{{prefix}}{{types[i % 6]}}","eventTime":"2026-11-25T09:{{i / 60 % 60:00}}:{{i % 60:00}}.{{i % 1000:000}}Z","eventId":"trn:vkyc:{{new Guid(id):d}}"}"""));
            bytes += body.Length;
            var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"bank-{transaction % 3}:txn-{transaction:d8}"), Value = body };
            while (true)
            {
                try
                {
                    producer.Produce(kafka.RawTopic, message, report => failed += report.Error.IsError ? 1 : 0);
                    break;
                }
                catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(100));
                }
            }
        }

        producer.Flush(TimeSpan.FromMinutes(2));
        return failed == 0 ? bytes : throw new InvalidOperationException($"{failed} records were not written");
    }

    private static async Task<double> LoadAsync(KafkaOptions kafka, IWarehouse warehouse, string group, int events)
    {
        await using (warehouse)
        {
            await warehouse.MigrateAsync(CancellationToken.None);
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
            var options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers, RawTopic = kafka.RawTopic, ConsumerGroup = group };
            builder.Services.AddSingleton(Options.Create(options)).AddSingleton(Options.Create(new WorkerOptions()));
            builder.Services.AddSingleton(Options.Create(new WarehouseOptions { Engine = warehouse.Engine, ConnectionString = "as given" }));
            builder.Services.AddSingleton(Directories).AddSingleton(Directories.Load()).AddSingleton(Options.Create(new FlattenOptions()));
            builder.Services.AddSingleton(warehouse);
            builder.Services.AddSingleton<ITopicIdentities>(new KafkaTopicIdentities(options));
            builder.Services.AddVkycWorker();
            using var host = builder.Build();
            await host.StartAsync();
            var status = host.Services.GetRequiredService<WorkerStatus>();

            // From the first committed batch to the last: joining the group is not what is measured.
            await UntilAsync(status, rows => rows > 0);
            var (clock, first) = (Stopwatch.StartNew(), status.LoadedRows);
            await UntilAsync(status, rows => rows >= events);
            var rate = (events - first) / clock.Elapsed.TotalSeconds;
            await host.StopAsync();
            return rate;
        }
    }

    private static async Task UntilAsync(WorkerStatus status, Func<long, bool> reached)
    {
        while (!reached(status.LoadedRows))
        {
            if (status.Fault is { } fault)
                throw new InvalidOperationException("the worker has stopped", fault);
            await Task.Delay(5);
        }
    }

    /// <summary>COPY of the loaded rows, as text, into an empty table of the same definition and indexes.</summary>
    private static async Task<double> CopyAsync(string database, int events)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await connection.ExecuteAsync("DROP TABLE IF EXISTS vkyc.copied; CREATE TABLE vkyc.copied (LIKE vkyc.events INCLUDING ALL)");
        var rows = new StringBuilder();
        using (var from = await connection.BeginTextExportAsync("COPY (SELECT * FROM vkyc.events ORDER BY load_id, source_partition, source_offset) TO STDOUT"))
            rows.Append(await from.ReadToEndAsync());
        var text = rows.ToString();
        await CheckpointAsync(connection);
        var clock = Stopwatch.StartNew();
        await using (var to = await connection.BeginTextImportAsync("COPY vkyc.copied FROM STDIN"))
            await to.WriteAsync(text);
        var rate = events / clock.Elapsed.TotalSeconds;
        var copied = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM vkyc.copied");
        return copied == events ? rate : throw new InvalidOperationException($"{copied} of {events} rows were copied");
    }

    /// <summary>Neither side pays for what was written before it. (Dapper takes one word for a procedure's name.)</summary>
    private static Task<int> CheckpointAsync(NpgsqlConnection connection) => connection.ExecuteAsync("CHECKPOINT", commandType: CommandType.Text);
}
