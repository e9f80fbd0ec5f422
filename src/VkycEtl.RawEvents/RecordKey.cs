using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.RawEvents;

/// <summary>The key of a record on the raw topic.</summary>
public static class RecordKey
{
    // Nothing rests on a key but the partition: an id of any length must not make the record too large.
    private const int MaxBytes = 512;

    /// <summary>Answers <c>appId:transactionId</c> in UTF-8; its SHA-256 where that is over 512 bytes. A null id counts as empty.</summary>
    public static byte[] Of(string? appId, string? transactionId)
    {
        var key = Encoding.UTF8.GetBytes($"{appId}:{transactionId}");
        return key.Length <= MaxBytes ? key : SHA256.HashData(key);
    }
}
