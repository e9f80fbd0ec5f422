using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace VkycEtl.Receiver;

/// <summary>Where webhooks come in and what is asked of them. Settings section <c>Receiver</c>.</summary>
public sealed partial class ReceiverOptions : IValidatableObject
{
    /// <summary>The settings section.</summary>
    public const string Section = "Receiver";

    /// <summary>The route that always exists.</summary>
    public const string DefaultRoute = "default";

    private static readonly string[] Reserved = ["/health/live", "/health/ready", "/metrics"];

    /// <summary>Where the receiver listens. Default <c>http://127.0.0.1:8080</c>.</summary>
    [Required]
    public string Url { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The largest body taken, in bytes; a larger one is answered 413. Default 1 MiB.</summary>
    [Range(1, 32 << 20)]
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>How long a request may wait for the broker's acknowledgement before it is answered 503. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan RequestDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Routes by name; <c>default</c> (<c>POST /webhooks/vkyc</c>) is there without being named.</summary>
    public Dictionary<string, RouteOptions> Routes { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The routes, the default one first.</summary>
    public IReadOnlyList<KeyValuePair<string, RouteOptions>> AllRoutes()
    {
        if (!Routes.ContainsKey(DefaultRoute))
            Routes[DefaultRoute] = new RouteOptions();
        return [.. Routes.OrderBy(route => route.Key != DefaultRoute).ThenBy(route => route.Key, StringComparer.Ordinal)];
    }

    /// <summary>The largest body that any route takes, in bytes.</summary>
    public int LargestBodyBytes() => AllRoutes().Max(route => route.Value.MaxBodyBytes ?? MaxBodyBytes);

    /// <summary>The path of a route.</summary>
    public string PathOf(string name) => Routes.GetValueOrDefault(name)?.Path is { Length: > 0 } path ? path : "/webhooks/vkyc";

    /// <summary>Routes that do not say how senders authenticate, a line each: nothing is open unless asked for by name.</summary>
    public IReadOnlyList<string> OpenRoutes() =>
    [
        .. AllRoutes().Where(route => route.Value.Auth.Kind is null).Select(route =>
            $"{Section}:Routes:{route.Key}:Auth:Kind is not set: Header, Basic, Bearer or Hmac (with Secrets or SecretsFile), or None for a route without a credential"),
    ];

    /// <summary>Opens the routes that do not say how senders authenticate: for <c>up</c> on loopback.</summary>
    public void AllowWithoutCredential()
    {
        foreach (var (_, route) in AllRoutes())
            route.Auth.Kind ??= AuthKind.None;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return new($"must be a URL such as http://127.0.0.1:8080.", [nameof(Url)]);
        foreach (var (name, route) in Routes)
        {
            if (name != DefaultRoute && route.Path.Length == 0)
                yield return new($"route {name} has no Path: set {Section}:Routes:{name}:Path, such as /webhooks/{name}.", [nameof(Routes)]);
            if (route.Path.Length > 0 && !PlainPath().IsMatch(route.Path))
                yield return new($"route {name}: Path must be such as /webhooks/{name}: begin with a slash, not end with one, and hold no braces, *, ?, # or spaces.", [nameof(Routes)]);
            if (Reserved.Contains(route.Path, StringComparer.OrdinalIgnoreCase))
                yield return new($"route {name}: Path {route.Path} is taken by the receiver itself; choose another.", [nameof(Routes)]);
        }

        var placed = Routes.Where(route => route.Value.Path.Length > 0).Select(route => route.Key).Append(DefaultRoute).Distinct(StringComparer.Ordinal);
        foreach (var same in placed.GroupBy(PathOf, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            yield return new($"routes {string.Join(" and ", same)} share the path {same.Key}; give each its own.", [nameof(Routes)]);
    }

    /// <summary>Segments as they stand in a URL; what would be a pattern to the router is none.</summary>
    [GeneratedRegex("^(/[A-Za-z0-9._~!$&'()+,;=:@%-]+)+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PlainPath();
}

/// <summary>One way in. Settings section <c>Receiver:Routes:NAME</c>.</summary>
public sealed class RouteOptions
{
    /// <summary>The path that senders post to. The default route's is <c>/webhooks/vkyc</c> unless set.</summary>
    public string Path { get; set; } = "";

    /// <summary>The application id of bodies that name none. Default: none.</summary>
    public string? AppId { get; set; }

    /// <summary>How senders authenticate.</summary>
    public AuthOptions Auth { get; set; } = new();

    /// <summary>The largest body taken on this route, in bytes. Default: the receiver's <c>MaxBodyBytes</c>.</summary>
    [Range(1, 32 << 20)]
    public int? MaxBodyBytes { get; set; }

    /// <summary>Where in the body the ids are, for the record's key and the answer.</summary>
    public IdPathOptions Paths { get; set; } = new();

    /// <summary>
    /// How many bytes of bodies that are no JSON object are kept in any hour, for the worker to quarantine; beyond it they are answered 429 and
    /// not kept. Default 16 MiB.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long MaxRejectedBytesPerHour { get; set; } = 16 << 20;
}
