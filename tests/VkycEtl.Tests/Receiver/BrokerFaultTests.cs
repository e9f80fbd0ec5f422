using System.Diagnostics;
using System.Net;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using VkycEtl.Receiver;

namespace VkycEtl.Tests.Receiver;

/// <summary>What the receiver answers while its broker fails, and that it recovers by itself.</summary>
public sealed class BrokerFaultTests
{
    private const short ProduceApi = 0;

    private static readonly byte[] Event = """{"appId":"bank","transactionId":"t1","eventId":"e1"}"""u8.ToArray();

    [Fact]
    public async Task Without_a_broker_it_is_503_with_retry_after_within_the_deadline_and_200_once_it_is_back()
    {
        await using var receiver = await StartAsync();
        receiver.Broker.SetDown();
        var clock = Stopwatch.StartNew();
        using (var away = await receiver.PostAsync(Event))
        {
            Assert.Contains("perhaps written", await away.AssertProblemAsync(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.NotNull(away.Headers.RetryAfter);
        }

        // By the default deadline it would be 9 s at least.
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(receiver));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(receiver, "/health/live"));

        receiver.Broker.SetUp();
        await PostUntilTakenAsync(receiver);
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync(receiver));
    }

    /// <summary>A load balancer sends nothing to a receiver that is not ready: it must find out by itself that the broker is back.</summary>
    [Fact]
    public async Task It_is_ready_again_without_any_request()
    {
        await using var receiver = await StartAsync();
        receiver.Broker.SetDown();
        using (var away = await receiver.PostAsync(Event))
            await away.AssertProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(receiver));
        receiver.Broker.SetUp();
        await TrueAsync(async () => await ReadyAsync(receiver) == HttpStatusCode.OK, "ready again");
    }

    [Theory]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(ErrorCode.InvalidProducerEpoch)]
    public async Task A_producer_that_failed_for_good_is_replaced(ErrorCode fatal)
    {
        await using var receiver = await StartAsync();
        using (var first = await receiver.PostAsync(Event))
            await first.AssertTakenAsync();
        receiver.Broker.FailNext(ProduceApi, (int)fatal);
        using (var failed = await receiver.PostAsync(Event))
            Assert.True(failed.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.OK, $"{failed.StatusCode}");
        await PostUntilTakenAsync(receiver);
        if (fatal == ErrorCode.OutOfOrderSequenceNumber)
            Assert.Contains("another is built", receiver.Log, StringComparison.Ordinal);
        Assert.True(receiver.Read().Count >= 2);
    }

    [Fact]
    public async Task Requests_under_way_when_the_producer_fails_for_good_are_all_answered_and_the_gate_stays_exact()
    {
        await using var receiver = await StartAsync();
        using (var first = await receiver.PostAsync(Event))
            await first.AssertTakenAsync();
        receiver.Broker.FailNext(ProduceApi, (int)ErrorCode.OutOfOrderSequenceNumber);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => receiver.PostAsync(Event)));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}"));
        var taken = 1 + answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var answer in answers)
            answer.Dispose();
        await PostUntilTakenAsync(receiver);
        Assert.True(receiver.Read().Count > taken);
    }

    [Fact]
    public async Task An_outage_at_the_start_is_503_and_ends_by_itself()
    {
        await using var receiver = await TestReceiver.StartAsync(options => options.RequestDeadline = TimeSpan.FromSeconds(1), isDown: true);
        using (var away = await receiver.PostAsync(Event))
            await away.AssertProblemAsync(HttpStatusCode.ServiceUnavailable);
        receiver.Broker.SetUp();
        await PostUntilTakenAsync(receiver);
    }

    [Fact]
    public async Task The_gate_answers_503_before_anything_unread_is_dropped_and_opens_once_it_is_loaded()
    {
        await using var receiver = await TestReceiver.StartAsync(partitions: 1);
        var taken = new List<string>();
        while (true)
        {
            var id = $"e{taken.Count}";
            using var answer = await receiver.PostAsync(Encoding.UTF8.GetBytes($$"""{"eventId":"{{id}}","fill":"{{new string('x', 100_000)}}"}"""));
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Contains("not written", await answer.AssertProblemAsync(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
                Assert.NotNull(answer.Headers.RetryAfter);
                break;
            }

            taken.Add(await answer.AssertTakenAsync() ?? "");
            Assert.True(taken.Count < 100, "the gate never closes");
        }

        var read = receiver.Read(partitions: 1);
        Assert.Equal(Enumerable.Range(0, taken.Count).Select(i => (long)i), read.Select(record => record.Offset.Value));
        receiver.Broker.Limit.Loaded(partition: 0, read[^1].Offset.Value + 1);
        using var again = await receiver.PostAsync(Event);
        await again.AssertTakenAsync();
    }

    [Fact]
    public async Task Requests_bytes_and_durations_are_measured()
    {
        await using var receiver = await StartAsync();
        var meters = receiver.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        using var webhooks = new MetricCollector<long>(meters, ReceiverMetrics.MeterName, "vkyc.webhooks");
        using var bytes = new MetricCollector<long>(meters, ReceiverMetrics.MeterName, "vkyc.webhooks.size");
        using var rejected = new MetricCollector<long>(meters, ReceiverMetrics.MeterName, "vkyc.webhooks.rejected.size");
        using var durations = new MetricCollector<double>(meters, ReceiverMetrics.MeterName, "vkyc.produce.duration");
        using (var taken = await receiver.PostAsync(Event))
            await taken.AssertTakenAsync();
        using (var bad = await receiver.PostAsync("bad"u8.ToArray()))
            await bad.AssertProblemAsync(HttpStatusCode.BadRequest);
        await TrueAsync(() => Task.FromResult(webhooks.GetMeasurementSnapshot().Count == 2), "two answers counted");
        Assert.Equal([200, 400], webhooks.GetMeasurementSnapshot().Select(measured => (int)measured.Tags["status"]!));
        Assert.All(webhooks.GetMeasurementSnapshot(), measured => Assert.Equal("default", measured.Tags["route"]));
        Assert.Equal([Event.Length, 3], bytes.GetMeasurementSnapshot().Select(measured => measured.Value));
        var kept = Assert.Single(rejected.GetMeasurementSnapshot());
        Assert.Equal((3L, true), (kept.Value, (bool)kept.Tags["kept"]!));
        Assert.Equal(2, durations.GetMeasurementSnapshot().Count);
        Assert.Contains(
            "vkyc_webhooks_total", await receiver.Client.GetStringAsync(new Uri(receiver.Address, "/metrics"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<TestReceiver> StartAsync() => TestReceiver.StartAsync(options => options.RequestDeadline = TimeSpan.FromSeconds(1));

    private static Task PostUntilTakenAsync(TestReceiver receiver) => TrueAsync(
        async () =>
        {
            using var answer = await receiver.PostAsync(Event);
            return answer.StatusCode == HttpStatusCode.OK;
        },
        "a webhook is taken",
        () => receiver.Log);

    private static Task<HttpStatusCode> ReadyAsync(TestReceiver receiver) => StatusAsync(receiver, "/health/ready");

    private static async Task<HttpStatusCode> StatusAsync(TestReceiver receiver, string path)
    {
        using var answer = await receiver.Client.GetAsync(new Uri(receiver.Address, path), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? details = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"Not within 20 s: {what}. {details?.Invoke()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
