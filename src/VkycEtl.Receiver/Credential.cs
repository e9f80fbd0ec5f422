using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace VkycEtl.Receiver;

/// <summary>Checks a request's credential in a time that does not depend on how much of it is right.</summary>
internal sealed class Credential(AuthOptions options)
{
    // Digests are of one length, so that the comparison tells nothing of a secret's length either.
    private readonly byte[][] digests = [.. options.Secrets.Select(secret => SHA256.HashData(Encoding.UTF8.GetBytes(secret)))];

    /// <summary>Whether the request may come in.</summary>
    public bool Admits(IHeaderDictionary headers)
    {
        switch (options.Kind)
        {
            case AuthKind.None:
                return true;
            case AuthKind.Header when headers.TryGetValue(options.Header, out var values) && values.Count == 1:
                Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
                SHA256.HashData(Encoding.UTF8.GetBytes(values[0] ?? ""), digest);
                var admitted = false;
                foreach (var known in digests)
                    admitted |= CryptographicOperations.FixedTimeEquals(digest, known);
                return admitted;
            default:
                return false;
        }
    }
}
