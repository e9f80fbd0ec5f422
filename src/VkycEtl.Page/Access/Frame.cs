using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Page.Access;

/// <summary>What surrounds every answer: headers that keep the browser strict, and problem details for what went wrong.</summary>
internal sealed class Frame(ILogger<Frame> logger)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The middleware.</summary>
    public async Task ServeAsync(HttpContext http, Func<Task> next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        try
        {
            await next();
            if (!http.Response.HasStarted && http.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed)
                await Answer.ProblemAsync(http, http.Response.StatusCode, $"nothing answers {http.Request.Method} at {http.Request.Path}");
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone; a driver says so in its own way.
        }
        catch (PageFault fault) when (!http.Response.HasStarted)
        {
            Forget(http);
            if (fault.Status == StatusCodes.Status503ServiceUnavailable)
                headers.RetryAfter = "5";
            await Answer.ProblemAsync(http, fault.Status, fault.Message);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            Forget(http);
            await Answer.ProblemAsync(http, bad.StatusCode, "the request cannot be read");
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            // The route only: what stands behind it may be an id, and a driver's message may hold a value.
            logger.RequestFailed(http.Request.Method, Route(http), exception.GetType().Name + " at " + exception.StackTrace?.Split('\n')[0].Trim());
            Forget(http);
            await Answer.ProblemAsync(http, StatusCodes.Status500InternalServerError, "a fault of ours; the log of this process has it");
        }
    }

    // What was said before the fault does not hold any more.
    private static void Forget(HttpContext http)
    {
        http.Response.Headers.Remove("ETag");
        http.Response.Headers.Remove("Content-Disposition");
    }

    private static string Route(HttpContext http) =>
        (http.GetEndpoint() as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText ?? "elsewhere";
}
