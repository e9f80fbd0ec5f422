using System.Buffers.Binary;
using System.Security.Cryptography;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Pipeline.Consume;

/// <summary>Accounts for the offsets of one partition in the batch being filled.</summary>
internal sealed class RangeBuilder(PartitionPosition position) : IDisposable
{
    private readonly IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long gaps;
    private long lastOffset = -1;
    private byte[]? lastBody;

    /// <summary>The partition's position.</summary>
    public PartitionPosition Position { get; } = position;

    /// <summary>The position's generation when the range was begun.</summary>
    public int Generation { get; } = position.Generation;

    /// <summary>Whether there is any offset to account for.</summary>
    public bool HasOffsets => Position.Next > Position.RangeStart;

    /// <summary>Takes a record; the offsets skipped before it are gaps.</summary>
    public void Add(long offset, byte[] body)
    {
        gaps += offset - Position.Next;
        Position.Advance(offset + 1);

        Span<byte> frame = stackalloc byte[12];
        BinaryPrimitives.WriteInt64BigEndian(frame, offset);
        BinaryPrimitives.WriteInt32BigEndian(frame[8..], body.Length);
        digest.AppendData(frame);
        digest.AppendData(body);
        (lastOffset, lastBody) = (offset, body);
    }

    /// <summary>The log's readable end is at <paramref name="offset"/>: what lies before it and was not shown is a gap.</summary>
    public void End(long offset)
    {
        if (offset <= Position.Next)
            return;
        gaps += offset - Position.Next;
        Position.Advance(offset);
    }

    /// <summary>The finished range; the position begins another.</summary>
    public OffsetRange Take()
    {
        var range = new OffsetRange
        {
            Partition = Position.Partition,
            Pass = Position.Pass,
            HasProgress = Position.HasProgress,
            FirstOffset = Position.RangeStart,
            LastOffset = Position.Next - 1,
            Gaps = gaps,
            Lost = Position.Lost,
            Digest = digest.GetHashAndReset(),
            Anchor = lastBody is null ? null : new Anchor(lastOffset, SHA256.HashData(lastBody)),
        };
        Position.BeginRange();
        return range;
    }

    public void Dispose() => digest.Dispose();
}
