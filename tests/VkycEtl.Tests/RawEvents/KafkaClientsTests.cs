using Confluent.Kafka;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.RawEvents;

public sealed class KafkaClientsTests
{
    [Theory]
    [InlineData("acks", "1", "all")]
    [InlineData("enable.idempotence", "false", "true")]
    [InlineData("message.timeout.ms", "60000", "Receiver:RequestDeadline")]
    [InlineData("bootstrap.servers", "elsewhere:9092", "Kafka:BootstrapServers")]
    [InlineData("linger.mss", "5", "No such configuration property")]
    [InlineData("linger.ms", "soon", "linger.ms")]
    public void A_property_that_breaks_a_promise_or_is_unknown_is_refused_for_the_producer(string name, string value, string cure)
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1", Producer = { [name] = value } };
        var refused = Assert.Throws<KafkaSettingsException>(() => KafkaClients.Producer(options, TimeSpan.FromSeconds(10)));
        Assert.Contains($"Kafka:Producer:{name}", Assert.Single(refused.Faults), StringComparison.Ordinal);
        Assert.Contains(cure, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("enable.auto.commit", "false")]
    [InlineData("enable.auto.offset.store", "true")]
    [InlineData("auto.offset.reset", "earliest")]
    [InlineData("isolation.level", "read_uncommitted")]
    [InlineData("enable.partition.eof", "false")]
    [InlineData("partition.assignment.strategy", "range")]
    [InlineData("group.id", "other")]
    public void A_property_that_breaks_a_promise_is_refused_for_the_consumer(string name, string value)
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1", Client = { [name] = value } };
        var refused = Assert.Throws<KafkaSettingsException>(() => KafkaClients.Consumer(options));
        Assert.Contains($"Kafka:Client:{name}", Assert.Single(refused.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_named_at_once_and_no_value_is_shown()
    {
        var options = new KafkaOptions
        {
            Client = { ["sasl.pasword"] = "hunter2-secret", ["security.protocol"] = "hunter2-secret" },
            Producer = { ["acks"] = "0" },
        };
        var faults = KafkaProperties.ProducerFaults(options);
        Assert.Equal(3, faults.Count);
        Assert.DoesNotContain(faults, fault => fault.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Tls_and_sasl_pass_through_to_every_client_and_the_defaults_can_be_tuned()
    {
        var options = new KafkaOptions
        {
            BootstrapServers = "127.0.0.1:1",
            Client = { ["security.protocol"] = "SASL_SSL", ["sasl.mechanism"] = "SCRAM-SHA-512", ["sasl.password"] = "x" },
            Producer = { ["linger.ms"] = "50", ["acks"] = "all" },
            Consumer = { ["session.timeout.ms"] = "10000" },
        };
        ClientConfig[] configs = [KafkaClients.Producer(options, TimeSpan.FromSeconds(10)), KafkaClients.Consumer(options), KafkaClients.Admin(options)];
        Assert.All(
            configs,
            config => Assert.Equal("SASL_SSL", config.Get("security.protocol")));
        Assert.Equal("50", KafkaClients.Producer(options, TimeSpan.FromSeconds(10)).Get("linger.ms"));
        Assert.Equal("10000", KafkaClients.Consumer(options).Get("session.timeout.ms"));
    }

    [Fact]
    public void The_new_group_protocol_needs_no_other_key()
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1", Consumer = { ["group.protocol"] = "consumer" } };
        using var consumer = KafkaClients.Build(() => new ConsumerBuilder<Ignore, Ignore>(KafkaClients.Consumer(options)).SetLogHandler((_, _) => { }).Build());
        Assert.StartsWith("vkyc-worker", consumer.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session.timeout.ms", "10000", "group.consumer.session.timeout.ms")]
    [InlineData("heartbeat.interval.ms", "500", "group.consumer.heartbeat.interval.ms")]
    [InlineData("partition.assignment.strategy", "cooperative-sticky", "group.consumer.assignors")]
    public void What_the_broker_decides_under_the_new_group_protocol_is_refused(string name, string value, string brokers)
    {
        var options = new KafkaOptions { Client = { ["group.protocol"] = "CONSUMER" }, Consumer = { [name] = value } };
        var fault = Assert.Single(KafkaProperties.ConsumerFaults(options));
        Assert.StartsWith($"Kafka:Consumer:{name} does not go with group.protocol = consumer", fault, StringComparison.Ordinal);
        Assert.Contains(brokers, fault, StringComparison.Ordinal);
        options.Client["group.protocol"] = "classic";
        Assert.Empty(KafkaProperties.ConsumerFaults(options));
    }

    [Theory]
    [InlineData("ssl.ca.location")]
    [InlineData("ssl.certificate.location")]
    [InlineData("ssl.key.location")]
    public void A_file_that_is_not_there_is_named(string name)
    {
        var options = new KafkaOptions { Client = { [name] = "/not/there.pem" } };
        Assert.Equal($"Kafka:Client:{name} = /not/there.pem: there is no such file.", Assert.Single(KafkaProperties.ClientFaults(options)));
    }

    [Fact]
    public void What_librdkafka_finds_only_when_a_client_is_built_is_a_fault_of_the_settings()
    {
        // The file is there, and is no certificate.
        var options = new KafkaOptions { BootstrapServers = "x:1", Client = { ["security.protocol"] = "SSL", ["ssl.ca.location"] = typeof(KafkaOptions).Assembly.Location } };
        var refused = Assert.Throws<KafkaSettingsException>(() => new KafkaTopicIdentities(options));
        Assert.Contains("ssl.ca.location", Assert.Single(refused.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_is_given_up_before_its_request_is() =>
        Assert.Equal(1800, KafkaClients.Producer(new KafkaOptions { BootstrapServers = "x:1" }, TimeSpan.FromSeconds(2)).MessageTimeoutMs);
}
