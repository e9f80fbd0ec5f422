using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>Keys and digests: the first 128 bits of a SHA-256 as a version 8 uuid, bytes in the order of its text.</summary>
internal static class EventKeys
{
    /// <summary>Separates the parts of a key; ids never hold it.</summary>
    public const byte Separator = 0x1F;

    /// <summary>Hashes bytes.</summary>
    public static Guid Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Makes both keys of an event.</summary>
    public static (Guid Transaction, Guid Event) Of(string appId, string transactionId, string eventId, ByteBuffer scratch)
    {
        scratch.Clear();
        Append(appId, scratch);
        scratch.Append(Separator);
        Append(transactionId, scratch);
        var transaction = Hash(scratch.Written);
        scratch.Append(Separator);
        Append(eventId, scratch);
        return (transaction, Hash(scratch.Written));
    }

    private static void Append(string text, ByteBuffer to) => Encoding.UTF8.GetBytes(text, to.Reserve(Encoding.UTF8.GetByteCount(text)));
}
