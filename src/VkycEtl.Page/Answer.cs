using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace VkycEtl.Page;

/// <summary>How answers are written: JSON, problem details (RFC 9457), ETags.</summary>
internal static class Answer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Another build may answer otherwise.
    private static readonly string Build = typeof(Answer).Module.ModuleVersionId.ToString("n");

    /// <summary>Writes JSON.</summary>
    public static Task JsonAsync(HttpContext http, Action<Utf8JsonWriter> write, string type = "application/json; charset=utf-8")
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        return BytesAsync(http, buffer.WrittenMemory, type);
    }

    /// <summary>Writes text.</summary>
    public static Task TextAsync(HttpContext http, string text, string type) => BytesAsync(http, Encoding.UTF8.GetBytes(text), type);

    /// <summary>Writes a problem.</summary>
    public static Task ProblemAsync(HttpContext http, int status, string detail)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return JsonAsync(
            http,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("type", "about:blank");
                json.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
                json.WriteNumber("status", status);
                json.WriteString("detail", detail);
                json.WriteEndObject();
            },
            "application/problem+json");
    }

    /// <summary>
    /// Marks an answer by what it follows from; true where the caller has it already, and 304 is the answer.
    /// </summary>
    public static bool IsKnown(HttpContext http, IEnumerable<string?> from)
    {
        var text = string.Join('\u001F', from.Select(part => part ?? "\u0000").Prepend(Build));
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12))}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        if (!HasTag(http.Request, tag))
            return false;
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    /// <summary>Whether If-None-Match names a tag.</summary>
    public static bool HasTag(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(value => value == "*" || value == tag || value == "W/" + tag);

    private static async Task BytesAsync(HttpContext http, ReadOnlyMemory<byte> bytes, string type)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }
}
