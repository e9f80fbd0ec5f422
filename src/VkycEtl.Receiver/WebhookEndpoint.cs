using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using VkycEtl.RawEvents;

namespace VkycEtl.Receiver;

/// <summary>
/// One route: admit, read, find the ids, write, answer. The answer comes after the event is durable, never before; what is no JSON object
/// is written all the same, and answered 400.
/// </summary>
internal sealed partial class WebhookEndpoint(
    string name, RouteOptions route, int maxBodyBytes, LiveSecrets secrets, RawEventProducer producer, ReceiverMetrics metrics, TimeProvider clock, ILogger<WebhookEndpoint> logger)
{
    private const int MaxHeaderChars = 256;
    private const int MaxEchoChars = 256;
    private static readonly byte[] Receiver = Encoding.UTF8.GetBytes($"{Environment.MachineName}:{Environment.ProcessId}");

    private readonly byte[] routeName = Encoding.UTF8.GetBytes(name);
    private readonly Credential credential = new(route.Auth, secrets, clock);
    private readonly IdPaths paths = new(route.Paths);
    private readonly RejectedBudget rejected = new(route.MaxRejectedBytesPerHour, clock);

    /// <summary>Serves a request.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        try
        {
            await TakeAsync(http);
        }
        catch (Exception fault) when (http.RequestAborted.IsCancellationRequested || fault is BadHttpRequestException or IOException)
        {
            // The sender hung up or broke the protocol before its body was whole: there is nothing to keep, and perhaps nobody to answer.
            if (!http.Response.HasStarted)
            {
                var status = (fault as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
                http.Response.Headers.Connection = "close";
                await Problem.WriteAsync(http, status, "the request broke off or is no HTTP: nothing was kept");
            }
        }

        metrics.Answered(name, http.Response.StatusCode);
    }

    private async Task TakeAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            await Problem.WriteAsync(http, StatusCodes.Status405MethodNotAllowed, "webhooks are sent with POST");
            return;
        }

        if (credential.FaultOf(http.Request.Headers) is { } missing)
        {
            await TurnAwayAsync(http, missing);
            return;
        }

        if (await ReadAsync(http) is not { } body)
        {
            http.Response.Headers.Connection = "close";
            await Problem.WriteAsync(
                http, StatusCodes.Status413PayloadTooLarge, string.Create(CultureInfo.InvariantCulture, $"the body is over {maxBodyBytes} bytes"));
            return;
        }

        if (credential.FaultOf(http.Request.Headers, body) is { } wrong)
        {
            await TurnAwayAsync(http, wrong);
            return;
        }

        var receivedAt = clock.GetUtcNow();
        var ids = EventIds.Find(body, paths);
        if (ids.Fault is not null && !rejected.TryTake(body.Length))
        {
            metrics.Rejected(name, body.Length, kept: false);
            logger.OverBudget(name, body.Length);
            http.Response.Headers.RetryAfter = "3600";
            await Problem.WriteAsync(http, StatusCodes.Status429TooManyRequests, "too many bodies that are no JSON object within the hour; this one was not kept");
            return;
        }

        var outcome = await producer.WriteAsync(name, Key(ids), body, HeadersOf(http.Request, receivedAt, ids.Fault));
        if (ids.Fault is not null && outcome is WriteOutcome.GateClosed or WriteOutcome.TooLarge)
            rejected.GiveBack(body.Length);
        await AnswerAsync(http, outcome, ids, body.Length);
    }

    private async Task TurnAwayAsync(HttpContext http, string why)
    {
        logger.TurnedAway(name, why);
        http.Response.Headers.WWWAuthenticate = credential.Challenge;
        await Problem.WriteAsync(http, StatusCodes.Status401Unauthorized, $"{why}: nothing was kept");
    }

    private async Task AnswerAsync(HttpContext http, WriteOutcome outcome, EventIds ids, int size)
    {
        switch (outcome)
        {
            case WriteOutcome.Written when ids.Fault is { } fault:
                metrics.Rejected(name, size, kept: true);
                logger.Rejected(name, size);
                await Problem.WriteAsync(http, StatusCodes.Status400BadRequest, $"{fault}. It was kept.");
                break;
            case WriteOutcome.Written:
                http.Response.StatusCode = StatusCodes.Status200OK;
                await http.Response.WriteAsJsonAsync(new Receipt(ids.EventId is { Length: <= MaxEchoChars } eventId ? eventId : null), ReceiptJson.Default.Receipt, contentType: null, http.RequestAborted);
                break;
            case WriteOutcome.TooLarge:
                await Problem.WriteAsync(http, StatusCodes.Status413PayloadTooLarge, "the broker does not take a record of this size");
                break;
            default:
                http.Response.Headers.RetryAfter = "5";
                await Problem.WriteAsync(
                    http,
                    StatusCodes.Status503ServiceUnavailable,
                    outcome == WriteOutcome.GateClosed
                        ? "the broker cannot keep more unread events; not written, send it again"
                        : "no acknowledgement from the broker in time; perhaps written, send it again: a copy counts once");
                break;
        }
    }

    /// <summary>The whole body; null where it is over the limit, told by its length or found out while reading.</summary>
    private async Task<byte[]?> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        if (http.Request.ContentLength > maxBodyBytes)
            return null;
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > maxBodyBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private byte[]? Key(EventIds ids)
    {
        var appId = ids.AppId ?? (route.AppId is { Length: > 0 } fallback ? fallback : null);
        return appId is null && ids.TransactionId is null ? null : RecordKey.Of(appId, ids.TransactionId);
    }

    private Headers HeadersOf(HttpRequest request, DateTimeOffset receivedAt, string? fault)
    {
        var headers = new Headers
        {
            { RawHeaders.ReceivedAt, Encoding.ASCII.GetBytes(receivedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)) },
            { RawHeaders.Route, routeName },
            { RawHeaders.Receiver, Receiver },
        };
        if (route.AppId is { Length: > 0 } appId)
            headers.Add(RawHeaders.AppId, Encoding.UTF8.GetBytes(appId));
        if (request.ContentType is { Length: > 0 and <= MaxHeaderChars } contentType)
            headers.Add(RawHeaders.ContentType, Encoding.UTF8.GetBytes(contentType));
        if (request.Headers.TryGetValue(HeaderNames.TraceParent, out var traceParent) && TraceParent().IsMatch(traceParent.ToString()))
            headers.Add(RawHeaders.TraceParent, Encoding.ASCII.GetBytes(traceParent.ToString()));
        if (fault is not null)
            headers.Add(RawHeaders.Rejected, Encoding.UTF8.GetBytes(fault));
        return headers;
    }

    /// <summary>W3C Trace Context, version 00.</summary>
    [GeneratedRegex("^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TraceParent();
}
