using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.Cli;
using VkycEtl.Cli.Simulate;

namespace VkycEtl.Tests.Cli.Simulate;

public sealed class TrafficSenderTests
{
    private static readonly Uri Url = new("http://127.0.0.1:1/webhooks/vkyc");
    private static readonly SimulateOptions Options = new() { Transactions = 20, Seed = 1, End = DateTimeOffset.UnixEpoch.AddYears(56), Duplicates = 0.2 };

    [Fact]
    public async Task Everything_is_sent_once_and_counted()
    {
        var answers = new Answers(_ => new HttpResponseMessage(HttpStatusCode.OK));
        var report = await SendAsync(answers, TimeProvider.System);
        var all = Traffic.Make(Options).ToList();
        Assert.Equal(all.Count, answers.Count);
        Assert.Equal(all.Count, report.Acknowledged);
        Assert.Equal(all.Count(delivery => !delivery.IsCopy), report.Events);
        Assert.Equal(20, report.Transactions);
        Assert.Equal(0, report.Retries);
    }

    [Fact]
    public async Task What_the_receiver_refuses_is_counted_and_not_tried_again()
    {
        var answers = new Answers(_ => new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge));
        var report = await SendAsync(answers, TimeProvider.System);
        Assert.Equal(report.Answered, report.ByStatus[413]);
        Assert.Equal(report.Answered, answers.Count);
        Assert.Equal(0, report.Acknowledged);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "--route NAME")]
    [InlineData(HttpStatusCode.NotFound, "/webhooks/vkyc")]
    public async Task A_receiver_that_takes_nothing_is_left_with_the_cure(HttpStatusCode status, string cure)
    {
        var answers = new Answers(_ => new HttpResponseMessage(status));
        var fault = await Assert.ThrowsAsync<VerbFault>(() => SendAsync(answers, TimeProvider.System));
        Assert.Equal(ExitCode.Usage, fault.Code);
        Assert.Contains(cure, fault.Message, StringComparison.Ordinal);
        Assert.InRange(answers.Count, 1, 8);
    }

    [Fact]
    public async Task A_busy_receiver_is_asked_again_after_the_time_it_names()
    {
        var time = new FakeTimeProvider();
        var answers = new Answers(attempt => attempt > 1
            ? new HttpResponseMessage(HttpStatusCode.OK)
            : new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(20)) } });
        // Patience out of the way: on a busy machine much of this clock's time may pass before the sender begins to wait.
        var sending = SendAsync(answers, time, concurrency: 1, deliveries: 1, patience: TimeSpan.FromDays(365));
        await answers.First.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(sending.IsCompleted);
        Assert.Equal(1, answers.Count);
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!sending.IsCompleted && DateTime.UtcNow < deadline)
        {
            time.Advance(TimeSpan.FromSeconds(0.05));
            await Task.Yield();
        }

        var report = await sending;
        Assert.Equal(2, answers.Count);
        Assert.Equal(1, report.Acknowledged);
        Assert.Equal(1, report.Retries);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_given_up_in_the_end()
    {
        var answers = new Answers(_ => throw new HttpRequestException("refused"));
        var sending = SendAsync(answers, TimeProvider.System, concurrency: 1, deliveries: 1, TimeSpan.FromSeconds(3));
        var fault = await Assert.ThrowsAsync<VerbFault>(() => sending);
        Assert.Equal(ExitCode.Unreachable, fault.Code);
        Assert.True(answers.Count > 1);
    }

    private static async Task<SendReport> SendAsync(Answers answers, TimeProvider time, int concurrency = 4, int deliveries = int.MaxValue, TimeSpan? patience = null)
    {
        using var http = new HttpClient(answers);
        var report = new SendReport();
        await new TrafficSender(http, Url, time) { Concurrency = concurrency, Patience = patience ?? TimeSpan.FromMinutes(1) }
            .SendAsync(Traffic.Make(Options).Take(deliveries), report, TestContext.Current.CancellationToken);
        return report;
    }

    private sealed class Answers(Func<int, HttpResponseMessage> answer) : HttpMessageHandler
    {
        private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int count;

        public int Count => count;

        public Task First => first.Task;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var attempt = Interlocked.Increment(ref count);
            first.TrySetResult();
            return Task.FromResult(answer(attempt));
        }
    }
}
