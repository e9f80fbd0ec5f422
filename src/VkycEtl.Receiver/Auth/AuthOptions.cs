using System.ComponentModel.DataAnnotations;

namespace VkycEtl.Receiver;

/// <summary>The kinds of authentication.</summary>
public enum AuthKind
{
    /// <summary>Anyone. Only if asked for by name.</summary>
    None,

    /// <summary>A header holds one of the secrets.</summary>
    Header,

    /// <summary>HTTP Basic (RFC 7617): each secret is <c>user:password</c>.</summary>
    Basic,

    /// <summary>A bearer token (RFC 6750): each secret is a token.</summary>
    Bearer,

    /// <summary>A header holds the HMAC-SHA256 of the body's bytes, keyed with one of the secrets (RFC 2104).</summary>
    Hmac,
}

/// <summary>How bytes are written as text.</summary>
public enum SignatureEncoding
{
    /// <summary>Hexadecimal digits, of either case.</summary>
    Hex,

    /// <summary>Base64 (RFC 4648), padded.</summary>
    Base64,
}

/// <summary>How a secret stands in the settings.</summary>
public enum SecretEncoding
{
    /// <summary>The key is the text's UTF-8 bytes.</summary>
    Text,

    /// <summary>The key is what the hexadecimal digits say.</summary>
    Hex,

    /// <summary>The key is what the Base64 says; a <c>whsec_</c> before it does not belong to it.</summary>
    Base64,
}

/// <summary>How senders of a route authenticate. Settings section <c>Receiver:Routes:NAME:Auth</c>; ops/SENDERS.md shows known senders.</summary>
public sealed class AuthOptions : IValidatableObject
{
    private const string DefaultTemplate = "{body}";

    /// <summary><c>None</c>, <c>Header</c>, <c>Basic</c>, <c>Bearer</c> or <c>Hmac</c>. No default: nothing is open unless asked for by name.</summary>
    public AuthKind? Kind { get; set; }

    /// <summary>The header that holds the secret or the signature. Default for <c>Basic</c> and <c>Bearer</c>: <c>Authorization</c>.</summary>
    public string Header { get; set; } = "";

    /// <summary>The secrets that are good now, several while one is being replaced.</summary>
    public List<string> Secrets { get; set; } = [];

    /// <summary>A file with one secret a line, in place of <c>Secrets</c>; read again when it changes.</summary>
    public string? SecretsFile { get; set; }

    /// <summary><c>Hmac</c>: how a secret stands in the settings: <c>Text</c>, <c>Hex</c> or <c>Base64</c>. Default <c>Text</c>.</summary>
    public SecretEncoding SecretEncoding { get; set; }

    /// <summary><c>Hmac</c>: how the signature is written: <c>Hex</c> or <c>Base64</c>. Default <c>Hex</c>.</summary>
    public SignatureEncoding Encoding { get; set; }

    /// <summary><c>Hmac</c>: what stands before the signature, such as <c>sha256=</c>. Default: nothing.</summary>
    public string Prefix { get; set; } = "";

    /// <summary><c>Hmac</c>: what separates several signatures, or signature and time, in the header, such as a comma. Default: it holds one signature.</summary>
    public string Separator { get; set; } = "";

    /// <summary>
    /// <c>Hmac</c>: what is signed, with <c>{body}</c> (the bytes as they came), <c>{timestamp}</c> (as it came) and <c>{header:NAME}</c>.
    /// Default <c>{body}</c>.
    /// </summary>
    public string Template { get; set; } = DefaultTemplate;

    /// <summary><c>Hmac</c>: the header that holds the time of signing. Default: none.</summary>
    public string TimestampHeader { get; set; } = "";

    /// <summary><c>Hmac</c>: what stands before the time of signing where it is in the signature's header, such as <c>t=</c>. Default: it is not.</summary>
    public string TimestampPrefix { get; set; } = "";

    /// <summary><c>Hmac</c>: how far the time of signing may be from this machine's, before and after. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The header that is looked at.</summary>
    internal string HeaderName => Header.Length > 0 ? Header : Kind is AuthKind.Basic or AuthKind.Bearer ? "Authorization" : "";

    /// <summary>Whether requests carry a time of signing.</summary>
    internal bool HasTimestamp => TimestampHeader.Length > 0 || TimestampPrefix.Length > 0;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kind is null)
        {
            if (Secrets.Count > 0 || SecretsFile is { Length: > 0 })
                yield return new("is not set, though there are secrets: write Header, Basic, Bearer or Hmac.", [nameof(Kind)]);
            yield break;
        }

        if (Kind == AuthKind.None)
        {
            if (Secrets.Count > 0 || SecretsFile is { Length: > 0 } || Header.Length > 0)
                yield return new("lets anyone in, though a header or secrets are set: take them out, or write Header, Basic, Bearer or Hmac.", [nameof(Kind)]);
            yield break;
        }

        if (HeaderName.Length == 0)
            yield return new($"Kind {Kind} needs Header: the name of the header that holds the {(Kind == AuthKind.Hmac ? "signature" : "secret")}.", [nameof(Header)]);
        foreach (var (name, given) in new[] { (nameof(Header), Header), (nameof(TimestampHeader), TimestampHeader) })
        {
            if (given.Length > 0 && !SignedText.IsHeaderName(given))
                yield return new("is no header's name: letters, digits and - only.", [name]);
        }

        foreach (var fault in SecretFaults())
            yield return fault;
        foreach (var fault in Kind == AuthKind.Hmac ? SignatureFaults() : ForeignOptions())
            yield return fault;
    }

    private IEnumerable<ValidationResult> SecretFaults()
    {
        if (Secrets.Count > 0 && SecretsFile is { Length: > 0 })
        {
            yield return new("Secrets are set as well; give one of them.", [nameof(SecretsFile)]);
        }
        else if (SecretsFile is { Length: > 0 })
        {
            if (SecretList.FromFile(this, out var fault) is null)
                yield return new($"{fault}.", [nameof(SecretsFile)]);
        }
        else if (SecretList.From(this, Secrets, out var fault) is null)
        {
            yield return new(Secrets.Count == 0 ? $"Kind {Kind} needs Secrets or SecretsFile: at least one secret." : $"{fault}.", [nameof(Secrets)]);
        }
    }

    private IEnumerable<ValidationResult> SignatureFaults()
    {
        if (SignedText.Parse(Template, out var wrong) is null)
            yield return new($"{wrong}.", [nameof(Template)]);
        if (TimestampHeader.Length > 0 && TimestampPrefix.Length > 0)
            yield return new("TimestampHeader is set as well; give one of them.", [nameof(TimestampPrefix)]);
        if (TimestampPrefix.Length > 0 && Separator.Length == 0)
            yield return new("needs Separator: what stands between time and signature, such as a comma.", [nameof(TimestampPrefix)]);
        if (TimestampPrefix.Length > 0 && TimestampPrefix == Prefix)
            yield return new("is Prefix too, so time and signature cannot be told apart.", [nameof(TimestampPrefix)]);
        var isSigned = Template.Contains("{timestamp}", StringComparison.Ordinal);
        if (HasTimestamp && !isSigned)
            yield return new("lacks {timestamp}, so that anyone could put a new time beside an old signature; take out TimestampHeader and TimestampPrefix if the sender does not sign the time.", [nameof(Template)]);
        if (isSigned && !HasTimestamp)
            yield return new("has {timestamp}: set TimestampHeader, or TimestampPrefix where the time is in the signature's header.", [nameof(Template)]);
    }

    private IEnumerable<ValidationResult> ForeignOptions()
    {
        foreach (var (name, isSet) in new[]
        {
            (nameof(SecretEncoding), SecretEncoding != SecretEncoding.Text), (nameof(Encoding), Encoding != SignatureEncoding.Hex), (nameof(Prefix), Prefix.Length > 0),
            (nameof(Separator), Separator.Length > 0), (nameof(Template), Template != DefaultTemplate), (nameof(TimestampHeader), TimestampHeader.Length > 0),
            (nameof(TimestampPrefix), TimestampPrefix.Length > 0),
        })
        {
            if (isSet)
                yield return new($"is for Kind Hmac, and Kind is {Kind}.", [name]);
        }
    }
}
