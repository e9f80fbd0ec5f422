using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>
/// Keys and digests: the first 128 bits of a SHA-256 as a version 8 uuid, bytes in the order of its text. Hashing is most of the cost of an
/// event: one hash object is used again (a third cheaper than one-shot calls), and transactions that recur keep their key.
/// </summary>
internal sealed class EventKeys : IDisposable
{
    /// <summary>Separates the parts of a key; ids never hold it.</summary>
    public const byte Separator = 0x1F;

    private const int Places = 4096;

    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly (string App, string Transaction, Guid Key)[] recent = new (string, string, Guid)[Places];
    private readonly ByteBuffer ids = new();

    /// <summary>Hashes bytes.</summary>
    public Guid Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha256.AppendData(bytes);
        sha256.GetHashAndReset(hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Makes both keys of an event.</summary>
    public (Guid Transaction, Guid Event) Of(string appId, string transactionId, string eventId)
    {
        ids.Clear();
        Append(appId);
        ids.Append(Separator);
        Append(transactionId);
        ref var place = ref recent[string.GetHashCode(transactionId, StringComparison.Ordinal) & (Places - 1)];
        if (place.Transaction != transactionId || place.App != appId)
            place = (appId, transactionId, Hash(ids.Written));
        ids.Append(Separator);
        Append(eventId);
        return (place.Key, Hash(ids.Written));
    }

    /// <inheritdoc/>
    public void Dispose() => sha256.Dispose();

    private void Append(string text) => Encoding.UTF8.GetBytes(text, ids.Reserve(Encoding.UTF8.GetByteCount(text)));
}
