using System.ComponentModel.DataAnnotations;
using System.Net;

namespace VkycEtl.Page;

/// <summary>The read-only web page and who may see it. Settings section <c>Page</c>.</summary>
public sealed class PageOptions : IValidatableObject
{
    /// <summary>The settings section.</summary>
    public const string Section = "Page";

    /// <summary>Where <c>vkyc page</c> and <c>vkyc up</c> serve it unless the settings say otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8081";

    /// <summary>A token that can be guessed protects nothing.</summary>
    private const int LeastToken = 16;

    /// <summary>
    /// Where the page is served, e.g. <c>http://127.0.0.1:8081</c>. Empty: not by <c>vkyc worker</c>; by <c>vkyc page</c> and <c>vkyc up</c> at
    /// <c>http://127.0.0.1:8081</c> (<c>up</c>: or the next port that is free).
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// Who shows it (as a Bearer token, or at <c>/login</c>) may see the page from elsewhere; at least 16 characters. Default: none, and nobody but
    /// this machine may.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>Whether agents and reasons are shown as sent. Default false: agents under pseudonyms, digits in reasons masked.</summary>
    public bool ShowPersonal { get; set; }

    /// <summary>Whether there is a token.</summary>
    internal bool HasToken => !string.IsNullOrEmpty(Token);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HasToken && (Token!.Length < LeastToken || Token.Any(character => character is <= ' ' or > '~')))
            yield return new($"needs at least {LeastToken} characters, printable ASCII without spaces: openssl rand -hex 16 makes one.", [nameof(Token)]);
        if (Url.Length == 0)
            yield break;
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
            yield return new("must be a URL such as http://127.0.0.1:8081, without a path.", [nameof(Url)]);
        else if (!HasToken && !IsLoopback(url))
            yield return new("others can reach this address: set Page:Token (or Page:TokenFile), or listen on 127.0.0.1.", [nameof(Url)]);
    }

    private static bool IsLoopback(Uri url) =>
        url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
