using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.RawEvents;

public sealed class KafkaFaultsTests
{
    private static readonly KafkaOptions Sasl = new()
    {
        BootstrapServers = "kafka:9093",
        RawTopic = "raw",
        ConsumerGroup = "group",
        Client = { ["security.protocol"] = "sasl_ssl", ["sasl.username"] = "asha", ["sasl.password"] = "hunter2" },
        Consumer = { ["group.instance.id"] = "twin" },
    };

    [Theory]
    [InlineData(ErrorCode.Local_Authentication, "Kafka does not let User:asha in: the reason. Check Kafka:Client:sasl.username")]
    [InlineData(ErrorCode.SaslAuthenticationFailed, "Kafka does not let User:asha in")]
    [InlineData(ErrorCode.Local_Ssl, "no TLS with Kafka: the reason. Check that Kafka:Client:ssl.ca.location")]
    [InlineData(ErrorCode.Local_Transport, "no answer from Kafka at kafka:9093: the reason. Check the address")]
    [InlineData(ErrorCode.Local_Resolve, "no answer from Kafka at kafka:9093")]
    [InlineData(ErrorCode.Local_TimedOut, "no answer from Kafka at kafka:9093")]
    [InlineData(ErrorCode.Local_AllBrokersDown, "no answer from Kafka at kafka:9093. Check the address")]
    [InlineData(ErrorCode.TopicAuthorizationFailed, "User:asha lacks the right Read on topic raw. Grant it: kafka-acls.sh --bootstrap-server kafka:9093 --command-config admin.properties --add --allow-principal 'User:asha' --operation Read --topic raw")]
    [InlineData(ErrorCode.GroupAuthorizationFailed, "User:asha lacks the right Read on group group. Grant it: kafka-acls.sh --bootstrap-server kafka:9093 --command-config admin.properties --add --allow-principal 'User:asha' --operation Read --group group")]
    [InlineData(ErrorCode.FencedInstanceId, "another worker has the same group.instance.id, twin")]
    [InlineData(ErrorCode.UnreleasedInstanceId, "another worker has the same group.instance.id, twin")]
    [InlineData(ErrorCode.NotLeaderForPartition, "Kafka: the reason (NotLeaderForPartition)")]
    public void Each_code_has_its_line(ErrorCode code, string line)
    {
        var explained = KafkaFaults.Explain(new Error(code, "the reason"), Sasl, KafkaAccess.Read);
        Assert.StartsWith(line, explained, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", explained, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', explained);
    }

    [Fact]
    public void A_producer_lacks_Write_even_where_the_broker_says_it_of_the_cluster()
    {
        var explained = KafkaFaults.Explain(new Error(ErrorCode.ClusterAuthorizationFailed), Sasl, KafkaAccess.Write);
        Assert.StartsWith("User:asha lacks the right Write on topic raw", explained, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_neither_user_nor_certificate_is_anonymous_and_asks_for_a_protocol_where_nobody_answers()
    {
        var plain = new KafkaOptions { BootstrapServers = "kafka:9092" };
        Assert.Equal("User:ANONYMOUS", KafkaFaults.Principal(plain));
        Assert.Contains("set Kafka:Client:security.protocol", KafkaFaults.Explain(new Error(ErrorCode.Local_AllBrokersDown), plain, KafkaAccess.Read), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_fault_is_news_once_a_minute_and_brokers_down_only_where_nothing_said_more()
    {
        var clock = new FakeTimeProvider();
        var news = new KafkaFaultNews(clock);
        Assert.True(news.IsNews(ErrorCode.Local_Authentication));
        Assert.False(news.IsNews(ErrorCode.Local_AllBrokersDown));
        Assert.False(news.IsNews(ErrorCode.Local_Authentication));
        Assert.True(news.IsNews(ErrorCode.Local_Ssl));

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(news.IsNews(ErrorCode.Local_Authentication));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(news.IsNews(ErrorCode.Local_AllBrokersDown));
        Assert.True(news.IsNews(ErrorCode.Local_Authentication));
    }

    [Fact]
    public void The_line_that_makes_a_topic_holds_all_that_we_would_set()
    {
        var options = new KafkaOptions { BootstrapServers = "kafka:9092", RawTopic = "raw", Partitions = 12 };
        Assert.Equal(
            "kafka-topics.sh --bootstrap-server kafka:9092 --create --topic raw --partitions 12 --replication-factor 3 --config cleanup.policy=delete "
            + "--config retention.ms=-1 --config retention.bytes=-1 --config min.insync.replicas=2 --config unclean.leader.election.enable=false --config max.message.bytes=2097152",
            RawTopic.CreationLine(options));
    }
}
