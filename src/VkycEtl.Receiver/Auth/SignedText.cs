using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace VkycEtl.Receiver;

/// <summary>What a sender signs: a template's parts, in order, as bytes. The body's are those that came; they are never read as text.</summary>
internal sealed class SignedText
{
    private const string HeaderMark = "header:";

    private readonly IReadOnlyList<Part> parts;

    private SignedText(IReadOnlyList<Part> parts) => this.parts = parts;

    /// <summary>Headers whose values are signed.</summary>
    public IEnumerable<string> Headers => parts.Where(part => part.Kind == PartKind.Header).Select(part => part.Text);

    /// <summary>Reads a template.</summary>
    /// <returns>Null where it is none.</returns>
    public static SignedText? Parse(string template, out string? fault)
    {
        var found = new List<Part>();
        fault = null;
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            if (open != at)
            {
                var end = open < 0 ? template.Length : open;
                found.Add(new Part(PartKind.Literal, template[at..end]));
                at = end;
                continue;
            }

            var close = template.IndexOf('}', open);
            var name = close < 0 ? null : template[(open + 1)..close];
            Part? part = name switch
            {
                "body" => new Part(PartKind.Body, ""),
                "timestamp" => new Part(PartKind.Timestamp, ""),
                not null when name.StartsWith(HeaderMark, StringComparison.Ordinal) && IsHeaderName(name[HeaderMark.Length..]) =>
                    new Part(PartKind.Header, name[HeaderMark.Length..]),
                _ => null,
            };
            if (part is null)
            {
                fault = "has a brace that begins none of {body}, {timestamp} and {header:NAME}";
                return null;
            }

            found.Add(part);
            at = close + 1;
        }

        if (found.Exists(part => part.Kind == PartKind.Body))
            return new SignedText(found);
        fault = "lacks {body}, so that any body would be taken";
        return null;
    }

    /// <summary>The HMAC-SHA256 of the text.</summary>
    /// <returns>Null where a header that is signed is not there, or is there several times.</returns>
    public byte[]? Sign(byte[] key, ReadOnlySpan<byte> body, string? timestamp, Func<string, string?> header)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts)
        {
            if (part.Kind == PartKind.Body)
            {
                hash.AppendData(body);
                continue;
            }

            var text = part.Kind switch
            {
                PartKind.Timestamp => timestamp,
                PartKind.Header => header(part.Text),
                _ => part.Text,
            };
            if (text is null)
                return null;
            hash.AppendData(Encoding.UTF8.GetBytes(text));
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Whether a text can be a header's name.</summary>
    public static bool IsHeaderName(string name) => name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    /// <summary>The one value of a header; null where there is none, or several.</summary>
    public static string? Single(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    private enum PartKind
    {
        Literal,
        Body,
        Timestamp,
        Header,
    }

    private sealed record Part(PartKind Kind, string Text);
}
