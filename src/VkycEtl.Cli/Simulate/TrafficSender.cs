using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using VkycEtl.Receiver;

namespace VkycEtl.Cli.Simulate;

/// <summary>What came of sending.</summary>
internal sealed class SendReport
{
    private readonly Lock turn = new();
    private readonly SortedDictionary<int, long> byStatus = [];
    private readonly HashSet<string> transactions = new(StringComparer.Ordinal);

    /// <summary>Deliveries that got a final answer.</summary>
    public long Answered { get; private set; }

    /// <summary>Deliveries acknowledged with 200.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Different events among the acknowledged.</summary>
    public long Events { get; private set; }

    /// <summary>Answers that had to be asked for again (503, 429, no connection).</summary>
    public long Retries { get; private set; }

    /// <summary>Different transactions among the acknowledged.</summary>
    public int Transactions
    {
        get
        {
            lock (turn)
                return transactions.Count;
        }
    }

    /// <summary>Final answers by status.</summary>
    public IReadOnlyDictionary<int, long> ByStatus => byStatus;

    /// <summary>Notes a final answer.</summary>
    public void Add(Delivery delivery, HttpStatusCode status)
    {
        lock (turn)
        {
            Answered++;
            byStatus[(int)status] = byStatus.GetValueOrDefault((int)status) + 1;
            if (status != HttpStatusCode.OK)
                return;
            Acknowledged++;
            transactions.Add(delivery.Event.TransactionId);

            // Every event has one delivery that is no copy, and it is sent like the others.
            if (!delivery.IsCopy)
                Events++;
        }
    }

    /// <summary>Notes an answer that asked to come again.</summary>
    public void AddRetry()
    {
        lock (turn)
            Retries++;
    }
}

/// <summary>
/// Sends deliveries as webhooks, several at a time. 503, 429 and a lost connection are tried again, after the time the receiver names or with
/// growing back-off, as long as patience lasts; any other answer is final.
/// </summary>
/// <param name="http">The client; its <c>Timeout</c> bounds one try.</param>
/// <param name="url">Where to.</param>
/// <param name="time">The clock of back-off and rate.</param>
internal sealed class TrafficSender(HttpClient http, Uri url, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

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
            if (Rate > 0)
            {
                var due = TimeSpan.FromSeconds((Interlocked.Increment(ref sent) - 1) / Rate) - time.GetElapsedTime(begun);
                if (due > TimeSpan.Zero)
                    await Task.Delay(due, time, token);
            }

            report.Add(delivery, await SendAsync(delivery, report, token));
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

            report.AddRetry();
            var wait = asked ?? TimeSpan.FromMilliseconds(Math.Min(LongestWait.TotalMilliseconds, 100 * Math.Pow(2, attempt)) * (0.5 + Random.Shared.NextDouble() / 2));
            if (time.GetElapsedTime(begun) + wait > Patience)
                return status ?? throw new VerbFault(ExitCode.Unreachable, $"{url} could not be reached: {fault?.Message}", fault);
            await Task.Delay(wait, time, cancellationToken);
        }
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
