using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Simulate;

/// <summary>
/// Sends deliveries as webhooks, several at a time. 503, 429 and a lost connection are tried again, after the time the receiver names or with
/// growing back-off, as long as patience lasts; any other answer is final. With a rate each delivery has a time at which it is due, and its latency
/// counts from then, so that a receiver that stalls does not hide how long the next ones had to wait.
/// </summary>
/// <param name="http">The client; its <c>Timeout</c> bounds one try.</param>
/// <param name="url">Where to.</param>
/// <param name="time">The clock of back-off and rate.</param>
internal sealed class TrafficSender(HttpClient http, Uri url, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>A receiver that has not answered once is given up sooner: its address may be wrong.</summary>
    private static readonly TimeSpan PatienceAtFirst = TimeSpan.FromSeconds(5);

    /// <summary>Requests on their way at one time. Default 16.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>Deliveries a second; 0: as fast as they are answered.</summary>
    public double Rate { get; init; }

    /// <summary>How long one delivery is tried. Default 60 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>One header to send with each, or null.</summary>
    public KeyValuePair<string, string>? Header { get; init; }

    /// <summary>Gives each request the credential that the receiver asks for, or null.</summary>
    public RequestSigner? Signer { get; init; }

    /// <summary>Sends all, and counts into the report on the way.</summary>
    /// <exception cref="VerbFault">The receiver could not be reached for longer than patience lasts.</exception>
    public async Task SendAsync(IEnumerable<Delivery> deliveries, SendReport report, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        var sent = 0L;
        await Parallel.ForEachAsync(deliveries, options, async (delivery, token) =>
        {
            var due = time.GetElapsedTime(begun);
            if (Rate > 0)
            {
                due = TimeSpan.FromSeconds((Interlocked.Increment(ref sent) - 1) / Rate);
                if (due - time.GetElapsedTime(begun) is { Ticks: > 0 } wait)
                    await Task.Delay(wait, time, token);
            }

            var status = await SendAsync(delivery, report, token);
            Refuse(status, report);
            report.Add(delivery, status, time.GetElapsedTime(begun) - due);
        });
    }

    private async Task<HttpStatusCode> SendAsync(Delivery delivery, SendReport report, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? asked = null;
            Exception? fault = null;
            HttpStatusCode? status = null;
            try
            {
                using var request = Request(delivery);
                using var response = await http.SendAsync(request, cancellationToken);
                status = response.StatusCode;
                if (response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
                    return response.StatusCode;
                asked = Wait(response.Headers.RetryAfter);
            }
            catch (Exception exception) when (IsConnection(exception) && !cancellationToken.IsCancellationRequested)
            {
                fault = exception;
            }

            report.AddRetry(status is { } answer ? $"answer {(int)answer}" : fault!.Message);
            var patience = report.Answered == 0 && status is null && PatienceAtFirst < Patience ? PatienceAtFirst : Patience;
            var wait = asked ?? TimeSpan.FromMilliseconds(Math.Min(LongestWait.TotalMilliseconds, 100 * Math.Pow(2, attempt)) * (0.5 + Random.Shared.NextDouble() / 2));
            if (time.GetElapsedTime(begun) + wait > patience)
                return status ?? throw new VerbFault(ExitCode.Unreachable, $"{url} could not be reached: {fault?.Message}", fault);
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>What is refused before anything was taken will be refused for ever.</summary>
    private void Refuse(HttpStatusCode status, SendReport report)
    {
        if (report.Acknowledged > 0)
            return;
        var cure = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "give --route NAME with the --settings of the receiver, or --header",
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => "the path is no route's: the receiver's is /webhooks/vkyc unless its settings say otherwise",
            _ => null,
        };
        if (cure is not null)
            throw new VerbFault(ExitCode.Usage, $"{url} answers {(int)status}: {cure}.");
    }

    private HttpRequestMessage Request(Delivery delivery)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(delivery.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (Header is { } header)
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        Signer?.Sign(request, delivery.Body);
        return request;
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? retryAfter)
    {
        var asked = retryAfter?.Delta ?? retryAfter?.Date - time.GetUtcNow();
        return asked is { } wait ? TimeSpan.FromTicks(Math.Max(0, wait.Ticks)) : null;
    }

    // A try that timed out counts as one without an answer: perhaps written, and a resend is harmless.
    private static bool IsConnection(Exception exception) => exception is HttpRequestException or IOException or SocketException or TaskCanceledException;
}
