using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace VkycEtl.Page;

/// <summary>The page's own files, embedded in this assembly: as they are, and gzipped where that is smaller.</summary>
internal sealed class WebFiles
{
    private const string Folder = "web/";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, WebFile> files;

    /// <summary>Reads them; what has another ending (a licence, a checksum) is not served.</summary>
    public WebFiles()
    {
        var assembly = typeof(WebFiles).Assembly;
        files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && Types.ContainsKey(Path.GetExtension(name)))
            .ToFrozenDictionary(PathOf, name => WebFile.Read(assembly.GetManifestResourceStream(name)!, Types[Path.GetExtension(name)]), StringComparer.Ordinal);
    }

    /// <summary>Their paths.</summary>
    public IEnumerable<string> Paths => files.Keys;

    /// <summary>Serves one.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        // Routes take any case, and a slash behind; the files do not.
        if (!files.TryGetValue(http.Request.Path.Value!, out var file))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var isZipped = file.Zipped is not null && TakesGzip(http.Request);
        var tag = isZipped ? $"\"{file.Digest}-gz\"" : $"\"{file.Digest}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.Vary = "Accept-Encoding";
        if (Answer.HasTag(http.Request, tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var bytes = isZipped ? file.Zipped! : file.Bytes;
        if (isZipped)
            http.Response.Headers.ContentEncoding = "gzip";
        http.Response.ContentType = file.Type;
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }

    private static string PathOf(string resource) => resource == Folder + "page.html" ? "/" : "/" + resource[Folder.Length..];

    private static bool TakesGzip(HttpRequest request) => request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is null or > 0);

    private sealed record WebFile(byte[] Bytes, byte[]? Zipped, string Digest, string Type)
    {
        public static WebFile Read(Stream stream, string type)
        {
            using var copy = new MemoryStream();
            using (stream)
                stream.CopyTo(copy);
            var bytes = copy.ToArray();
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
                gzip.Write(bytes);
            return new WebFile(bytes, zipped.Length < bytes.Length ? zipped.ToArray() : null, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12)), type);
        }
    }
}
