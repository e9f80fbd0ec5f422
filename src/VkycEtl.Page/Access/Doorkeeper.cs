using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VkycEtl.Page.Access;

/// <summary>
/// Lets in who shows the token or, where none is set, who comes from this machine; others get 401, and a form where they can give it. A proxy on this
/// machine looks like this machine, so a token is asked of everybody.
/// </summary>
internal sealed class Doorkeeper(Tokens tokens, ILogger<Doorkeeper> logger)
{
    private const string LoginPath = "/login";

    // How the form looks: nothing secret, and whoever is asked for a token has none yet.
    private const string StylesPath = "/page.css";

    private static readonly string Form = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
        <title>VKYC</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"></head>
        <body class="login"><main><h1>VKYC</h1><p>MESSAGE</p>
        <form method="post" action="/loginQUERY"><label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
        <button>Log in</button></form></main></body></html>

        """.ReplaceLineEndings("\n");

    /// <summary>The middleware.</summary>
    public async Task AdmitAsync(HttpContext http, Func<Task> next)
    {
        if (http.Request.Path == LoginPath)
            await LoginAsync(http);
        else if (tokens.IsSet ? http.Request.Path == StylesPath || HasCookie(http) || ShowsToken(http) : HostRule.IsLocal(http))
            await next();
        else
            await RefuseAsync(http, tokens.IsSet ? "Give the token (Page:Token) to see this page." : "No token is set.");
    }

    private bool HasCookie(HttpContext http) => http.Request.Cookies[Tokens.Cookie] is { } value && tokens.IsIssued(value);

    private bool ShowsToken(HttpContext http)
    {
        const string scheme = "Bearer ";
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        if (tokens.IsToken(header[scheme.Length..].Trim()))
            return true;
        logger.TokenRefused(Peer(http), "the API");
        return false;
    }

    private async Task LoginAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        {
            await WriteFormAsync(http, StatusCodes.Status200OK, "Give the token (Page:Token) to see this page.");
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD, POST";
            throw new PageFault(StatusCodes.Status405MethodNotAllowed, "/login takes GET and POST");
        }

        if (!http.Request.HasFormContentType)
            throw new PageFault(StatusCodes.Status400BadRequest, "/login takes a form with one field: token");
        var form = await ReadFormAsync(http);
        if (form["token"] is not [{ } token] || !tokens.IsToken(token.Trim()))
        {
            logger.TokenRefused(Peer(http), LoginPath);
            await WriteFormAsync(http, StatusCodes.Status401Unauthorized, tokens.IsSet ? "That is not the token." : NoToken);
            return;
        }

        logger.LoggedIn(Peer(http));
        http.Response.Cookies.Append(
            Tokens.Cookie,
            tokens.Issue(),
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", MaxAge = Tokens.Lifetime });
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = "/" + http.Request.QueryString.Value;
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpContext http)
    {
        try
        {
            return await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw new PageFault(StatusCodes.Status400BadRequest, "/login takes a form with one field: token");
        }
    }

    private const string NoToken = "No token is set: set Page:Token, or open the page on its own machine at 127.0.0.1.";

    private Task RefuseAsync(HttpContext http, string message)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"vkyc page\"";
        return http.Request.Path == "/" && tokens.IsSet && !HttpMethods.IsPost(http.Request.Method)
            ? WriteFormAsync(http, StatusCodes.Status401Unauthorized, message)
            : throw new PageFault(StatusCodes.Status401Unauthorized, tokens.IsSet ? "show the token as 'Authorization: Bearer …', or log in at /login" : NoToken);
    }

    private static async Task WriteFormAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.WriteAsync(FormOf(http, message), Encoding.UTF8, http.RequestAborted);
    }

    // What was asked for goes along, so that a link that needs a login first still leads where it says.
    private static string FormOf(HttpContext http, string message) => Form
        .Replace("MESSAGE", message, StringComparison.Ordinal)
        .Replace("QUERY", WebUtility.HtmlEncode(http.Request.QueryString.Value), StringComparison.Ordinal);

    /// <summary>Who asks, for the log.</summary>
    public static string Peer(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
}
